/** mutation.md, from what mutation.json says and from what was looked at. */
import type { Look } from './looks.js';
import { lookAt } from './looks.js';
import type { Counts, FunctionScore, MutationRecord, Survivor } from './record.js';
import { VERDICTS, noCounts } from './record.js';

const HEAD = `# Would the judge notice?

Made by \`npm run mutation\`; do not edit. Each mutant is one small change of a function that restates the kernel, or of a rule of the judge: a condition turned round or fixed, an operator exchanged, a statement or a block left out. It is run where it is executed: exhaustively at \`tiny\` (20,000 edges) in every scenario of the first baseline that executes it (6.1, 6.18, 4.8, 4.10, 5.8, 3.3, 6.3, 6.12), then by random walks (10,000 steps) and exhaustively at \`default\` (15,000 edges) in up to three of these scenarios, and where it differs also at \`tiny\` on the other baselines, and by the coverage engine (10,000 steps). These are small budgets: what they leave, a longer search may still find ([adr/0017](../../docs/adr/0017-mutants-are-switched-in-one-build.md)).

- **killed**: a rule breaks at an op where it does not break without the mutant, or the code hangs or throws.
- **changes a known finding**: there are more alarms, or fewer, or a function is blamed that was not; but the baseline breaks the same rules at the same ops anyway, so that it does not count as killed.
- **survives, differs**: some op returns something else or leaves another state, and nothing notices. Each of these is a question to the judge.
- **no difference**: within these bounds the same states and the same returns.
- **never executed**: no search of these sizes comes there.
`;

function cells(counts: Counts): string {
  return VERDICTS.map((verdict) => counts[verdict]).join(' | ');
}

const COLUMNS = VERDICTS.join(' | ');
const RULER = VERDICTS.map(() => '--:').join(' | ');

/** Killed out of those that make a difference. */
function rate(counts: Counts): string {
  const killed = counts.killed;
  const seen = killed + counts['changes a known finding'] + counts['survives, differs'];
  return seen === 0 ? '-' : `${Math.floor((100 * killed) / seen)} %`;
}

function byCFile(functions: readonly FunctionScore[]): string[] {
  const sums = new Map<string, Counts>();
  for (const { cFile, file, counts } of functions) {
    const name = cFile === '' ? file : cFile;
    const sum = sums.get(name) ?? noCounts();
    for (const verdict of VERDICTS) sum[verdict] += counts[verdict];
    sums.set(name, sum);
  }
  const rows = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `| C file | ${COLUMNS} | killed of those that differ |`,
    `| --- | ${RULER} | --: |`,
    ...rows.map(([name, counts]) => `| ${name} | ${cells(counts)} | ${rate(counts)} |`),
  ];
}

function byFunction(functions: readonly FunctionScore[]): string[] {
  return [
    `| file | function | ${COLUMNS} |`,
    `| --- | --- | ${RULER} |`,
    ...functions.map(({ file, function: fn, counts }) => `| ${file} | ${fn} | ${cells(counts)} |`),
  ];
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function line(s: Survivor): string {
  const to = s.mutated === '' ? 'left out' : `→ ${code(s.mutated)}`;
  const at = s.at === undefined ? '' : ` (${s.at})`;
  return `- ${s.file}:${s.line} ${s.function}: ${code(s.original)} ${to}${at}`;
}

function list(title: string, survivors: readonly Survivor[], empty: string): string[] {
  return ['', title, '', ...(survivors.length === 0 ? [empty] : survivors.map(line))];
}

/** Mutants by function: the text of each is in mutation.json. */
function short(title: string, survivors: readonly Survivor[]): string[] {
  const lines = new Map<string, number[]>();
  for (const { file, function: fn, line: at } of survivors) {
    const key = `${file} ${fn}`;
    lines.set(key, [...(lines.get(key) ?? []), at]);
  }
  const rows = [...lines].map(
    ([key, at]) => `- ${key}: line${at.length > 1 ? 's' : ''} ${[...new Set(at)].join(', ')}`,
  );
  return ['', title, '', 'By function; the text of each is in mutation.json.', '', ...rows];
}

function looked(looks: readonly Look[], survivors: readonly Survivor[]): string[] {
  if (looks.length === 0) return [];
  const rows = looks.map((look) => {
    const found = survivors.find((s) => lookAt([look], s) !== undefined);
    const to = look.mutated === '' ? 'left out' : `→ ${code(look.mutated)}`;
    const gone = found === undefined ? ' (not among the survivors of this run)' : '';
    return `- **${look.verdict}**: ${look.file} ${look.function}: ${code(look.original)} ${to}${gone}. ${look.why}`;
  });
  return ['', '## Looked at', '', ...rows];
}

function rulesTable(record: MutationRecord): string[] {
  const rows = record.rules.map(({ invariant, brokenBy, kills, counts }) => {
    // A bar would end the cell.
    const by = brokenBy === undefined ? '**nothing**' : code(brokenBy).replaceAll('|', '\\|');
    return `| ${invariant} | ${by} | ${kills} | ${cells(counts)} |`;
  });
  const idle = record.rules.filter(({ brokenBy }) => brokenBy === undefined).map(({ invariant }) => invariant);
  return [
    '',
    '## Rules of the judge',
    '',
    'Each rule is left out as a whole: the first trace of corpus/regressions, or of a mutant of the kernel, that is then missed. Then each rule is mutated itself, and has to keep all its alarms, and to raise none in up to four searches of baselines.',
    '',
    idle.length === 0
      ? 'No rule is idle.'
      : `Neither the corpus nor a mutant of the kernel breaks ${idle.join(', ')}; only a design that is planted in the tests does.`,
    '',
    `| rule | without it is missed | first to notice, mutants | ${COLUMNS} |`,
    `| --- | --- | --: | ${RULER} |`,
    ...rows,
    ...list(
      '### Mutants of rules that nothing kills',
      record.judgeSurvivors.filter(({ verdict }) => verdict !== 'never executed'),
      'None.',
    ),
    ...short(
      '### In rules, never executed',
      record.judgeSurvivors.filter(({ verdict }) => verdict === 'never executed'),
    ),
  ];
}

export function renderMutation(record: MutationRecord, looks: readonly Look[]): string {
  const { every, kernel, survivors, functions } = record;
  const tried = VERDICTS.reduce((sum, verdict) => sum + kernel[verdict], 0);
  const part =
    every === 1 ? 'All of them' : `**Not all of them**: every ${every}th mutant of each file, counted from its first`;
  const of = (verdict: string): Survivor[] => survivors.filter((s) => s.verdict === verdict);
  return `${[
    HEAD,
    `${part}: ${tried} mutants of the kernel's functions. Of those that make a difference, ${rate(kernel)} are killed.`,
    '',
    "## Mutants of the kernel's functions",
    '',
    ...byCFile(functions),
    ...looked(looks, survivors),
    ...list('## Survives, differs', of('survives, differs'), 'None.'),
    ...list('## Changes a known finding', of('changes a known finding'), 'None.'),
    ...short('## Never executed', of('never executed')),
    ...short('## No difference within the bounds', of('no difference')),
    ...rulesTable(record),
    '',
    '## By function',
    '',
    ...byFunction(functions),
  ].join('\n')}\n`;
}
