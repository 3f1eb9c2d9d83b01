/** The parts of a page: what a search came to, and each counterexample. */
import type { ComponentChildren, VNode } from 'preact';
import type { Patch, ResultData, ViolationData } from './data.js';
import { Again, RunView } from './view-run.js';

/** What the whole page has in common: how runs are shown, and where they stand. */
export interface Shown {
  readonly isNarrow: boolean;
  readonly isText: boolean;
  readonly onText: (isText: boolean) => void;
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }): VNode {
  return (
    <dl>
      {facts.map(([name, text]) => (
        <>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </>
      ))}
    </dl>
  );
}

const SIGNS = { '+': 'add', '-': 'del', ' ': '' };

export function PatchView({ patch }: { patch: Patch }): VNode {
  return (
    <figure class="patch" aria-label={`${patch.name}: ${patch.from} against ${patch.to}`}>
      <div class="file">--- {patch.from}</div>
      <div class="file">
        +++ {patch.to} {patch.name}
      </div>
      {patch.lines.map(({ sign, text }, n) => (
        <div key={n} class={SIGNS[sign] || undefined}>
          {sign}
          {text}
        </div>
      ))}
    </figure>
  );
}

/** So many functions are shown where none of them is the one at fault. */
const FEW = 3;

function Patches({ violation, result, index }: Pick<ViolationProps, 'violation' | 'result' | 'index'>): VNode {
  const isOwn = violation.patches.length > 0;
  const shown = isOwn ? violation.patches : result.patches.length <= FEW ? result.patches : [];
  return (
    <div>
      <h3>The function at fault</h3>
      <Facts facts={violation.facts} />
      {isOwn || shown.length === 0 ? null : (
        <p>
          {result.design} has this function from {result.base}. What it changes is this:
        </p>
      )}
      {shown.map((patch, n) => (
        <PatchView key={n} patch={patch} />
      ))}
      {isOwn || shown.length > 0 || result.patches.length === 0 ? null : (
        <p>
          {result.design} has this function from {result.base};{' '}
          <a href={`#r${index + 1}`}>it changes {result.patches.length} others</a>.
        </p>
      )}
    </div>
  );
}

export interface ViolationProps extends Shown {
  readonly violation: ViolationData;
  readonly result: ResultData;
  /** Place of the result among all, from 0. */
  readonly index: number;
  /** `3 of 14` */
  readonly place: string;
  readonly at: number;
  readonly onStep: (at: number) => void;
}

export function ViolationView({ violation, result, index, place, ...rest }: ViolationProps): VNode {
  const v = violation;
  const source = v.facts.find(([name]) => name === 'rule')?.[1] ?? '';
  return (
    <>
      <p class="crumb">
        {result.design}, {result.scenario} · {place}
      </p>
      <h2>
        <code>{v.invariant}</code> <span class="where">{v.where}</span>
      </h2>
      <p class="lead">{v.statement}</p>
      <p class="why">
        <b>Where it is broken:</b> {v.why}
      </p>
      <ul class="tags">
        <li>{v.length}</li>
        {v.isMisuse ? <li>misuse by a careless caller</li> : null}
        {v.isAfterOthers ? <li>only after an earlier violation of the same run: mend that one first</li> : null}
      </ul>
      <RunView run={v.run} source={source} {...rest} />
      <Patches {...{ violation, result, index }} />
      <h3>Take it again</h3>
      <Again text={v.command} />
      <details>
        <summary>the trace as a file, for iovcheck replay, minimize and corpus</summary>
        <Again text={v.trace} isLong />
      </details>
    </>
  );
}

function Table({ heads, children }: { heads: readonly string[]; children: ComponentChildren }): VNode {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Found({ result, at }: { result: ResultData; at: number }): VNode | null {
  if (result.violations.length === 0) return null;
  return (
    <div>
      <h3>What broke</h3>
      <Table heads={['', 'rule', 'where', 'steps', 'how short', '']}>
        {result.violations.map((v, n) => (
          <tr key={n}>
            <td class="n">{n + 1}</td>
            <td>
              <a href={`#r${at + 1}v${n + 1}`}>
                <code>{v.invariant}</code>
              </a>
            </td>
            <td>{v.where}</td>
            <td class="n">{v.run.steps.length - 1}</td>
            <td>{v.minimality}</td>
            <td>
              {[v.isAfterOthers ? 'after another' : '', v.isMisuse ? 'misuse' : ''].filter((t) => t !== '').join(', ')}
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Reached({ result }: { result: ResultData }): VNode | null {
  if (result.reached.length === 0) return null;
  const outcomes = (row: ResultData['reached'][number][1]): string =>
    row.map(([outcome, times]) => `${outcome}: ${times}`).join(', ') || 'never';
  return (
    <details open={result.violations.length === 0}>
      <summary>Which calls were made, and what they returned</summary>
      <Table heads={['call', 'outcomes, and how often']}>
        {result.reached.map(([op, row]) => (
          <tr key={op}>
            <td>
              <code>{op}</code>
            </td>
            <td>{outcomes(row)}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

/** What was proved, what was not, and within which bounds. */
function Claims({ result }: { result: ResultData }): VNode {
  return (
    <>
      <div class="cards">
        <div class="card">
          <h3>What was proved</h3>
          <ul>
            {result.proved.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
        <div class="card">
          <h3>What it does not mean</h3>
          <ul>
            {result.notClaimed.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      </div>
      <h3>Bounds</h3>
      <Table heads={['bound', 'value', 'what it sizes']}>
        {result.bounds.map(([name, value, meaning]) => (
          <tr key={name}>
            <td>
              <code>{name}</code>
            </td>
            <td>
              <code>{value}</code>
            </td>
            <td>{meaning}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Overrides({ result }: { result: ResultData }): VNode | null {
  if (result.patches.length === 0) return null;
  return (
    <details>
      <summary>
        What {result.design} changes{result.base === '' ? '' : ` of ${result.base}`}: {result.patches.length}{' '}
        {result.patches.length === 1 ? 'function' : 'functions'}
      </summary>
      {result.patches.map((patch, n) => (
        <div key={n}>
          <h3>
            <code>{patch.name}</code>
          </h3>
          <PatchView patch={patch} />
        </div>
      ))}
    </details>
  );
}

export interface ResultProps extends Shown {
  readonly result: ResultData;
  /** Its place among the results, from 0. */
  readonly index: number;
  readonly at: number;
  readonly onStep: (at: number) => void;
}

const VERDICTS = {
  violated: '✗ violated',
  exhausted: '✓ exhausted: no rule is broken within the bounds',
  'budget-spent': '○ budget spent: nothing was found, and nothing is proved',
};

export function ResultView({ result, index, ...rest }: ResultProps): VNode {
  const kinds = result.violations.length;
  const count = kinds === 0 ? '' : `: ${kinds} ${kinds === 1 ? 'class' : 'classes'}`;
  return (
    <>
      <p class="crumb">{result.scenarioTitle}</p>
      <h2>
        <code>{result.design}</code>, <code>{result.scenario}</code>
      </h2>
      <p class="lead">{result.title}</p>
      <p class={`verdict ${result.verdict}`}>
        {VERDICTS[result.verdict]}
        {count}
      </p>
      <Facts facts={result.facts} />
      <Found result={result} at={index} />
      <Claims result={result} />
      {result.unreached.length === 0 ? null : (
        <p>
          <b>Never reached:</b> {result.unreached.join(', ')}
        </p>
      )}
      {result.quiet === undefined ? null : (
        <>
          <h3>The run, which breaks nothing</h3>
          <RunView run={result.quiet} source="" {...rest} />
        </>
      )}
      <Reached result={result} />
      <Overrides result={result} />
      <h3>Search again</h3>
      <Again text={result.command} />
    </>
  );
}
