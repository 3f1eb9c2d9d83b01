/** A run, step by step: the calls, the state after the chosen one, what it has changed and what it broke. */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { inWords } from './changes.js';
import type { Broken, Run, StepData } from './data.js';
import { Drawing, holdsIn } from './draw.js';
import { frameOf } from './measure.js';
import { Timeline } from './timeline.js';

export interface RunProps {
  readonly run: Run;
  readonly at: number;
  readonly onStep: (at: number) => void;
  readonly isNarrow: boolean;
  readonly isText: boolean;
  readonly onText: (isText: boolean) => void;
  /** Where the rule of the counterexample comes from. */
  readonly source: string;
}

/** Said aloud, and the name of the picture. */
export function stepTitle({ call, ret }: StepData, at: number): string {
  return at === 0 ? 'the initial state' : `step ${at}: ${call} ${ret}`.trim();
}

function Call({ step, n, at, onStep, isSame }: { step: StepData; n: number; isSame: boolean } & RunProps): VNode {
  return (
    <li>
      <button type="button" aria-current={n === at ? 'step' : undefined} onClick={() => onStep(n)}>
        <span class="n">{n}</span>
        {n === 0 ? (
          <span>initial state</span>
        ) : (
          <code>
            {step.call} {step.ret}
          </code>
        )}
        {isSame ? null : <span class="short">{step.short.join('\n')}</span>}
        {step.broken.length === 0 ? null : (
          <span class="breaks">✗ {[...new Set(step.broken.map((b) => b.invariant))].join(', ')}</span>
        )}
      </button>
    </li>
  );
}

function Calls(props: RunProps): VNode {
  const { steps } = props.run;
  const isSame = (n: number): boolean => n > 0 && steps[n].short.join('\n') === steps[n - 1].short.join('\n');
  return (
    <ol class="calls" aria-label="calls, in their order">
      {steps.map((step, n) => (
        <Call key={n} {...props} step={step} n={n} isSame={isSame(n)} />
      ))}
    </ol>
  );
}

function Controls({ run, at, onStep, isText, onText }: RunProps): VNode {
  const last = run.steps.length - 1;
  const button = (sign: string, label: string, to: number, key: string): VNode => (
    <button
      type="button"
      class="press"
      aria-label={label}
      title={`${label} (${key})`}
      disabled={to === at || to < 0 || to > last}
      onClick={() => onStep(to)}
    >
      {sign}
    </button>
  );
  return (
    <fieldset class="controls">
      <legend>steps</legend>
      {button('|◀', 'first step', 0, 'Home')}
      {button('◀', 'step back', at - 1, '←')}
      <span class="at">
        step {at} of {last}
      </span>
      {button('▶', 'next step', at + 1, '→')}
      {button('▶|', 'last step', last, 'End')}
      <span class="space" />
      <button
        type="button"
        class="press"
        aria-pressed={isText}
        title="the state as text (t)"
        onClick={() => onText(!isText)}
      >
        as text
      </button>
    </fieldset>
  );
}

/** What breaks the rule, beside the state that does; what else broke is there to be opened. */
function Callout({ broken, source }: { broken: Broken; source: string }): VNode {
  const { invariant, isOwn, explanation, statement, endsRun } = broken;
  const end = endsRun ? ' The run ends here.' : '';
  if (!isOwn)
    return (
      <details class="callout other">
        <summary>
          ✗ {source === '' ? '' : 'also '}broken here: <code>{invariant}</code>, {broken.where}
        </summary>
        <p class="what">{explanation + end}</p>
        <p class="rule">{statement}</p>
      </details>
    );
  return (
    <div class="callout">
      <p class="what">✗ {explanation + end}</p>
      <p class="rule">
        The rule is from <cite>{source}</cite>
      </p>
    </div>
  );
}

function Legend({ run }: { run: Run }): VNode {
  const holds = useMemo(() => holdsIn(run.steps.map(({ state }) => state)), [run]);
  return (
    <p class="legend">
      {holds.map(([hold, words]) => (
        <span key={hold}>
          <svg width="34" height="10" aria-hidden="true">
            <g class={`wire ${hold}`}>
              <path d="M0 5H34" />
            </g>
          </svg>
          {words}
        </span>
      ))}
      <span>
        <svg width="22" height="12" aria-hidden="true">
          <rect x="0" y="8" width="22" height="3" class="bar" />
        </svg>
        changed by this step
      </span>
      {run.legend === '' ? null : <span class="signs">{run.legend}</span>}
    </p>
  );
}

function Picture(props: RunProps): VNode {
  const { run, at, isNarrow, isText, source } = props;
  const step = run.steps[at];
  const frame = useMemo(
    () =>
      frameOf(
        run.steps.map(({ state }) => state),
        isNarrow,
      ),
    [run, isNarrow],
  );
  return (
    <div class="picture">
      <Controls {...props} />
      <p class="said" aria-live="polite">
        {at === 0 ? 'The initial state.' : <code>{`${step.call} ${step.ret}`.trim()}</code>}
        {step.broken.length === 0 ? null : (
          <b class="violated"> ✗ breaks {step.broken.map((b) => b.invariant).join(', ')}</b>
        )}
      </p>
      {step.broken
        .toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn))
        .map((broken) => (
          <Callout key={broken.invariant + broken.where} {...{ broken, source }} />
        ))}
      {isText ? (
        <pre class="text">{step.state.text.join('\n')}</pre>
      ) : (
        <div class="drawing">
          <Drawing {...{ step, frame }} label={`The state after ${stepTitle(step, at)}`} />
        </div>
      )}
      <Legend run={run} />
      <Changes {...{ step, at }} />
    </div>
  );
}

function Changes({ step, at }: { step: StepData; at: number }): VNode | null {
  if (at === 0) return null;
  const words = inWords(step.changes);
  return (
    <details open>
      <summary>Changed by step {at}</summary>
      {words.length === 0 ? (
        <p>nothing that is drawn</p>
      ) : (
        <ul class="changes">
          {words.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </details>
  );
}

/** The ledger, as a picture and as the table that the text report has. */
function Ledger({ run, at }: RunProps): VNode | null {
  if (run.accounts.length === 0) return null;
  return (
    <div>
      <h3>Who holds what, step by step</h3>
      <div class="card scroll">
        <Timeline accounts={run.accounts} at={at} />
      </div>
      <p class="legend">
        <span>● took a reference</span>
        <span>○ dropped it</span>
        <span>thick bar: a pin</span>
        <span>✗ the count is not what its owners come to</span>
      </p>
      <details>
        <summary>as a table</summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                {['step', 'page', 'refcount', 'who', 'owners now'].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {run.ledger.map((line, n) => (
                <tr key={n}>
                  <td>{line.step}</td>
                  <td>{line.page}</td>
                  <td>
                    {line.refcountBefore} → {line.refcount}
                    {line.refcount === line.expected ? '' : ` ✗ for ${line.expected}`}
                  </td>
                  <td>
                    {[...line.took.map((o) => `+${o}`), ...line.dropped.map((o) => `-${o}`)].join(' ') || 'nobody'}
                  </td>
                  <td>{line.owners.join(', ') || 'none'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

export function RunView(props: RunProps): VNode {
  return (
    <div>
      <div class="stage">
        <Calls {...props} />
        <Picture {...props} />
      </div>
      <Ledger {...props} />
    </div>
  );
}

/** A command or a file, with a button that copies it where the browser lets it. */
export function Again({ text, isLong }: { text: string; isLong?: boolean }): VNode {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    const { navigator } = globalThis as { navigator?: { clipboard?: { writeText(text: string): Promise<void> } } };
    void navigator?.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <div class="again">
      <pre class={isLong === true ? 'text' : 'code'}>{text}</pre>
      <button type="button" class="press copy" onClick={copy}>
        {isCopied ? 'copied' : 'copy'}
      </button>
    </div>
  );
}
