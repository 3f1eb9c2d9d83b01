/** The style sheet of a page: screen light and dark, wide and narrow, and paper. */
import { DARK, LIGHT, VARIABLES, variables } from './palette.js';
import { MONO, svgStyle } from './style-svg.js';

const SCREEN = `
* { box-sizing: border-box; }
html { color-scheme: light; background: var(--ground); color: var(--ink); scroll-padding-top: 4rem; }
body { margin: 0; font: 0.9375rem/1.5 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif; }
code, pre, kbd, .mono { font-family: ${MONO}; font-size: 0.9em; }
h1, h2, h3 { line-height: 1.25; margin: 0; text-wrap: balance; }
h2 { font-size: 1.4rem; }
h3 { font-size: 1.02rem; margin: 1.8rem 0 0.5rem; }
p { margin: 0.4rem 0; }
a { color: var(--accent); }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: left; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.top { position: sticky; top: 0; z-index: 2; display: flex; gap: 1rem; align-items: center; padding: 0.5rem 1.2rem;
  background: var(--paper); border-bottom: 1px solid var(--line); }
.top .brand { font-weight: 700; }
.top .last { color: var(--dim); flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.press { border: 1px solid var(--line); border-radius: 5px; padding: 0.2rem 0.6rem; background: var(--paper); }
.press:hover { border-color: var(--accent); }
.press:disabled { color: var(--dim); border-style: dashed; cursor: default; }
.press[aria-pressed='true'] { background: var(--accentPaper); border-color: var(--accent); font-weight: 600; }
.menu { display: none; }
.body { display: grid; grid-template-columns: 264px minmax(0, 1fr); align-items: start; max-width: 1640px; }
nav { position: sticky; top: 3.1rem; max-height: calc(100vh - 3.1rem); overflow: auto; padding: 1rem 0 2rem 1.2rem; }
nav h2 { font-size: 0.8rem; color: var(--dim); font-weight: 600; margin: 1.1rem 0 0.3rem; }
nav { font-size: 0.92rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav .group { color: var(--dim); font-weight: 600; font-size: 0.8rem; margin: 0.9rem 0 0.3rem; }
nav a { display: block; padding: 0.28rem 0.6rem; border-left: 3px solid transparent; border-radius: 0 5px 5px 0;
  color: inherit; text-decoration: none; }
nav a:hover { background: var(--paper); }
nav a[aria-current] { background: var(--accentPaper); border-left-color: var(--accent); }
nav a .id { font-weight: 600; overflow-wrap: anywhere; }
nav a small { display: block; color: var(--dim); overflow-wrap: anywhere; line-height: 1.35; }
main section:focus { outline: none; }
main { padding: 1.4rem 1.6rem 4rem; min-width: 0; }
.crumb { color: var(--dim); font-size: 0.87rem; margin: 0 0 0.2rem; }
.lead { font-size: 1.12rem; max-width: 62ch; margin-top: 0.6rem; }
.why { max-width: 74ch; }
.where { color: var(--dim); font-weight: 400; font-size: 1.02rem; }
.tags { display: flex; flex-wrap: wrap; gap: 0.45rem; margin: 0.7rem 0 0; padding: 0; list-style: none; }
.tags li { border: 1px solid var(--line); background: var(--paper); border-radius: 99px; padding: 0.05rem 0.7rem; font-size: 0.87rem; }
.verdict { font-weight: 700; }
.violated { color: var(--bad); }
.exhausted { color: var(--good); }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 7px; padding: 0.8rem 1.1rem; margin: 0.9rem 0; }
.card > :first-child { margin-top: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 0 1rem; }
.cards ul { margin: 0.4rem 0; padding-left: 1.1rem; }
.stage { display: grid; grid-template-columns: minmax(270px, 4fr) minmax(0, 9fr); gap: 0 1.3rem; margin-top: 1.3rem; align-items: start; }
.calls { list-style: none; margin: 0; padding: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 7px; overflow: hidden; }
.calls li + li { border-top: 1px solid var(--line); }
.calls button { display: grid; grid-template-columns: 1.9rem 1fr; width: 100%; padding: 0.45rem 0.7rem 0.45rem 0.5rem; border-left: 4px solid transparent; }
.calls button:hover { background: var(--ground); }
.calls button[aria-current] { background: var(--accentPaper); border-left-color: var(--accent); }
.calls .n { color: var(--dim); font-variant-numeric: tabular-nums; }
.calls code { overflow-wrap: anywhere; font-weight: 600; }
.calls .short { grid-column: 2; color: var(--dim); font: 0.8em/1.45 ${MONO}; white-space: pre-wrap; overflow-wrap: anywhere; }
.calls .breaks { grid-column: 2; color: var(--bad); font-size: 0.87em; font-weight: 600; }
.controls { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; margin-bottom: 0.6rem; }
.controls legend { position: absolute; left: -99rem; }
.controls .at { min-width: 7.5rem; text-align: center; font-variant-numeric: tabular-nums; }
.controls .space { flex: 1; }
.said { min-height: 1.6em; margin: 0 0 0.6rem; }
.said code { font-weight: 700; }
.callout { border: 2px solid var(--bad); border-left-width: 8px; background: var(--badPaper); border-radius: 5px; padding: 0.6rem 0.9rem; margin: 0 0 0.8rem; }
.callout.other { padding: 0.25rem 0.9rem; border-width: 1px; border-left-width: 8px; border-style: dashed; border-left-style: solid; }
.callout summary { color: var(--bad); font-weight: 600; }
.callout cite { font-style: normal; color: var(--dim); white-space: normal; }
.callout p { margin: 0.15rem 0; max-width: 80ch; }
.callout .what { font-weight: 600; }
.callout .rule { font-size: 0.92em; }
.drawing { overflow-x: auto; }
.drawing svg { display: block; max-width: 100%; height: auto; }
pre { margin: 0; overflow-x: auto; line-height: 1.45; tab-size: 4; }
pre.code { white-space: pre-wrap; overflow-wrap: anywhere; }
pre.text, pre.code { background: var(--paper); border: 1px solid var(--line); border-radius: 5px; padding: 0.7rem 0.9rem; }
.legend { color: var(--dim); font-size: 0.85rem; display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; margin: 0.6rem 0; align-items: center; }
.legend svg { vertical-align: middle; margin-right: 0.35rem; }
.signs { white-space: pre-wrap; }
.changes { margin: 0.3rem 0 0; padding: 0; list-style: none; font: 0.85em/1.55 ${MONO}; }
.changes li::before { content: '• '; color: var(--change); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1.1rem; margin: 0.5rem 0; }
dt { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 0.4rem 0; }
th, td { text-align: left; padding: 0.22rem 1.1rem 0.22rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--dim); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
.patch { margin: 0.5rem 0; font: 0.84em/1.5 ${MONO}; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 5px; padding: 0.5rem 0; }
.patch div { padding: 0 0.9rem; }
.patch .add { background: var(--goodPaper); color: var(--good); font-weight: 600; }
.patch .del { background: var(--badPaper); color: var(--bad); }
.patch .file { color: var(--dim); }
details { margin: 0.6rem 0; }
summary { cursor: pointer; color: var(--accent); }
.again { display: flex; gap: 0.6rem; align-items: start; }
.again pre { flex: 1; min-width: 0; }
dialog { color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; max-width: 34rem; padding: 1.2rem 1.5rem; }
dialog::backdrop { background: rgb(0 0 0 / 0.45); }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 0.35rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--paper); padding: 0.3rem 0.6rem; }
`;

const NARROW = `
@media (max-width: 1080px) {
  .stage { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
}
@media (max-width: 820px) {
  .menu { display: block; }
  .top { padding: 0.45rem 0.8rem; gap: 0.5rem; }
  .body { grid-template-columns: minmax(0, 1fr); }
  nav { display: none; position: static; max-height: none; padding: 0.5rem 0.8rem 0; }
  nav.open { display: block; }
  main { padding: 1rem 0.8rem 3rem; }
  .picture { order: -1; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 0.45rem; }
  .again { flex-direction: column; }
  .again pre { width: 100%; }
}
`;

const PAPER = `
@media print {
  html { ${variables(LIGHT)} background: none; font-size: 11px; }
  .top, nav, .controls, .skip, .copy, .said { display: none !important; }
  .body { display: block; }
  main { padding: 0; }
  section[hidden] { display: block !important; }
  section { break-before: page; }
  section:first-of-type { break-before: auto; }
  .stage { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .card, .callout, .drawing, .patch, tr { break-inside: avoid; }
  ::details-content { content-visibility: visible; display: block; height: auto; }
  .patch .add { text-decoration: underline; text-underline-offset: 2px; }
}
`;

export function pageStyle(): string {
  return [
    `:root { ${variables(LIGHT)} }`,
    `:root[data-theme='dark'] { ${variables(DARK)} color-scheme: dark; }`,
    `@media screen and (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${variables(DARK)} color-scheme: dark; } }`,
    SCREEN,
    svgStyle(VARIABLES, 'svg'),
    NARROW,
    PAPER,
  ].join('\n');
}
