/** The style sheet of the dashboard: light and dark, wide and narrow. */
import { DARK, LIGHT, variables } from './html/palette.js';
import { MONO } from './html/style-svg.js';

const RULES = `
* { box-sizing: border-box; }
html { color-scheme: light dark; background: var(--ground); color: var(--ink); }
body { margin: 0; font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif; }
main { max-width: 1320px; margin: 0 auto; padding: 1.4rem 1.6rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 0.6rem; }
h1 small { color: var(--dim); font-weight: 400; font-size: 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.6rem; }
a { color: var(--accent); }
small { color: var(--dim); }
code { font-family: ${MONO}; font-size: 0.85em; }
progress { width: 7rem; height: 0.6rem; accent-color: var(--accent); vertical-align: middle; }
progress.whole { width: 100%; height: 0.8rem; display: block; }
.cards { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); }
.cards li { background: var(--paper); border: 1px solid var(--line); border-radius: 7px; padding: 0.6rem 0.9rem; }
.cards span, .cards small, .cards b { display: block; }
.cards b { font-size: 1.6rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.charts { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); }
figure { margin: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 7px; padding: 0.6rem 0.9rem; }
figcaption { font-size: 0.92rem; }
svg { width: 100%; height: auto; display: block; margin-top: 0.4rem; }
svg text { fill: var(--dim); font-size: 12px; }
.axis { stroke: var(--line); fill: none; }
.curve { stroke: var(--accent); stroke-width: 2; fill: none; }
section { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--paper); border: 1px solid var(--line); }
th, td { text-align: left; padding: 0.3rem 0.7rem; border-top: 1px solid var(--line); vertical-align: top; }
th { color: var(--dim); font-size: 0.85rem; font-weight: 600; border-top: 0; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
td.bad, .bad, td.bad a { color: var(--bad); font-weight: 600; }
.good { color: var(--good); }
.proved { margin: 0; padding-left: 1.1rem; }
.proved li { margin: 0.35rem 0; }
.proved code { display: block; color: var(--dim); overflow-wrap: anywhere; }
`;

export function dashboardStyle(): string {
  return `:root { ${variables(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${variables(DARK)} } }${RULES}`;
}
