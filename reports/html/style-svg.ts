/** How drawings look: the same rules in a page, where colours are variables, and in a file of its own. */
import type { Palette } from './palette.js';

export const MONO = "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace";

/** Text, panels and their rows. */
function rulesOfPanels(p: Palette): [selectors: string, rule: string][] {
  return [
    ['text', `font: 12px ${MONO}; fill: ${p.ink}`],
    ['.box', `fill: ${p.paper}; stroke: ${p.line}`],
    ['.panel .rule', `stroke: ${p.line}; fill: none`],
    ['.title', 'font-weight: 700'],
    ['.dim, .head, .row .name', `fill: ${p.dim}`],
    ['.head', 'font-size: 11px'],
    ['.row.free text', `fill: ${p.dim}; font-style: italic`],
    ['.end', 'text-anchor: end'],
    ['.pointer', `fill: ${p.accent}; font-weight: 700`],
    ['.arrow', `stroke: ${p.accent}; stroke-width: 1.4; fill: none`],
    ['.flag', `fill: ${p.bad}; font-weight: 700`],
    ['.row .here', `fill: ${p.badPaper}; stroke: ${p.bad}; stroke-width: 1.8`],
    ['.panel.broken > .box, .page.broken > .box', `stroke: ${p.bad}; stroke-width: 2.5`],
    ['.new', 'font-weight: 700'],
    ['.old', `fill: ${p.dim}; text-decoration: line-through`],
    ['.bar', `fill: ${p.change}; stroke: none`],
  ];
}

/** Bytes, pages, lines to them, and who held them when. */
function rulesOfPages(p: Palette): [selectors: string, rule: string][] {
  return [
    ['.byte', `fill: ${p.paper}; stroke: ${p.dim}`],
    ['.byte.none', `stroke: ${p.line}`],
    ['.byte.unwritten', `stroke: ${p.bad}; stroke-dasharray: 2 2`],
    ['.byte.marked', `stroke: ${p.ink}; stroke-width: 2.4`],
    ['.strike', `stroke: ${p.line}`],
    ['.past', `stroke: ${p.dim}`],
    ['.sign', 'text-anchor: middle'],
    ['.page > .box', `fill: ${p.paper}; stroke: ${p.dim}; stroke-width: 1.4`],
    ['.page.gone > .box', `stroke-dasharray: 5 4; fill: ${p.ground}`],
    ['.wire path', `fill: none; stroke: ${p.ink}; stroke-width: 1.3`],
    ['.wire circle, .wire .tip', `fill: ${p.ink}; stroke: none`],
    ['.wire.pin path', 'stroke-width: 3.4'],
    ['.wire.listed path', 'stroke-dasharray: 7 4'],
    ['.wire.maps path', 'stroke-dasharray: 2 3'],
    ['.wire.stale path', `stroke: ${p.dim}; stroke-dasharray: 1 5`],
    ['.wire.stale circle, .wire.stale .tip', `fill: ${p.dim}`],
    ['.wire .tip', 'stroke-dasharray: none'],
    ['.owner', `stroke: ${p.accent}; stroke-width: 6; fill: none`],
    ['.owner.pin', 'stroke-width: 10'],
    ['.took', `fill: ${p.accent}; stroke: ${p.accent}; stroke-width: 1.5`],
    ['.dropped', `fill: ${p.paper}; stroke: ${p.accent}; stroke-width: 2`],
    ['.grid', `stroke: ${p.line}; fill: none`],
    ['.now', `fill: ${p.accentPaper}; stroke: ${p.accent}; stroke-width: 1.4`],
    ['.middle', 'text-anchor: middle'],
    ['.call', 'font-size: 13px; font-weight: 700'],
  ];
}

/** Rules for what is inside of `scope`, such as `svg.state`. */
export function svgStyle(p: Palette, scope: string): string {
  const rules = [...rulesOfPanels(p), ...rulesOfPages(p)];
  const scoped = (selectors: string): string =>
    selectors
      .split(', ')
      .map((selector) => `${scope} ${selector}`)
      .join(', ');
  return rules.map(([selectors, rule]) => `${scoped(selectors)} { ${rule} }`).join('\n');
}
