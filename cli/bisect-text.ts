/** What a bisection came to, in kernel names. */
import { classText } from '../harness/verdict.js';
import type { FunctionName } from '../model/functions.js';
import { cName } from '../model/functions.js';
import type { Bisected } from './bisect.js';
import type { NamedDesign } from './designs.js';
import { plural } from './output.js';

/** `pipe_write()`; where several functions here are parts of one in C, with the name of the part. */
function functionText(name: FunctionName, all: readonly FunctionName[]): string {
  const c = `${cName(name)}()`;
  return all.some((other) => other !== name && cName(other) === cName(name)) ? `${c} [${name}]` : c;
}

const WORDS = {
  minimum: 'every smaller set of them was tried',
  '1-minimal': 'none of them can be left out',
} as const;

/** Where a budget ended a search that had found nothing, nothing is proved of that mix. */
function caveats({ mixes, partly, broken, cutShort }: Bisected): string[] {
  return [
    ...(cutShort === '' ? [] : [`The search of the whole design was cut short: ${cutShort}.`]),
    ...(partly === 0
      ? []
      : [
          `Of ${plural(mixes, 'mix', 'mixes')} ${partly} ${partly === 1 ? 'was' : 'were'} searched in part only, and found to break nothing: a smaller set may do.`,
        ]),
    ...(broken === 0
      ? []
      : [
          `Of ${plural(mixes, 'mix', 'mixes')} ${broken} can not run, and ${broken === 1 ? 'counts' : 'count'} as breaking nothing.`,
        ]),
  ];
}

function scenarioText(design: NamedDesign, bisected: Bisected): string {
  const { id, base, patched } = design.facts;
  const { scenario, classes } = bisected;
  const head =
    classes.length === 0
      ? `${id}, ${scenario}: nothing that ${base} does not have`
      : `${id}, ${scenario}: ${plural(classes.length, 'class', 'classes')} that ${base} does not have, of ${plural(patched.length, 'function')}`;
  const rows = classes.map(({ violation, smallest }) =>
    [
      `${classText(violation)}, ${plural(violation.steps, 'step')}`,
      `  needs ${smallest.set.map((name) => functionText(name, patched)).join(' and ')}`,
      `  ${smallest.word}${smallest.set.length === 1 ? '' : `: ${WORDS[smallest.word]}`}`,
    ].join('\n'),
  );
  const notes = caveats(bisected);
  return [head, ...rows, ...(notes.length === 0 ? [] : [notes.join('\n')])].join('\n\n');
}

export function bisectText(design: NamedDesign, all: readonly Bisected[]): string {
  return `${all.map((one) => scenarioText(design, one)).join('\n\n')}\n`;
}
