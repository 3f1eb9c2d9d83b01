/** The whole page. Rendered once as HTML, so that it can be read without scripts, and taken over by the browser. */
import type { VNode } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { PageData, ResultData, Run } from './data.js';
import { ResultView, ViolationView } from './view-sections.js';

/** A section of the page: the results first, each followed by its violations. */
export interface Place {
  /** `r1`, `r1v3`: also where the address of the page may point. */
  readonly id: string;
  readonly result: number;
  /** None for the result itself. */
  readonly violation?: number;
  readonly run?: Run;
}

export function placesOf({ results }: PageData): Place[] {
  return results.flatMap(({ violations, quiet }, r) => [
    { id: `r${r + 1}`, result: r, ...(quiet === undefined ? {} : { run: quiet }) },
    ...violations.map(({ run }, v): Place => ({ id: `r${r + 1}v${v + 1}`, result: r, violation: v, run })),
  ]);
}

/** A run is shown at its end, where it breaks, until somebody steps through it. */
export const endOf = ({ run }: Place): number => (run === undefined ? 0 : run.steps.length - 1);

/** What one looks at first: the counterexample, where there is only one thing to look at. */
export function firstPlace(data: PageData): number {
  const [only, ...others] = data.results;
  return others.length === 0 && only?.violations.length === 1 ? 1 : 0;
}

export interface View {
  /** Index of the place that is shown. */
  readonly at: number;
  /** The step of each place. */
  readonly steps: readonly number[];
  readonly isText: boolean;
  readonly isNarrow: boolean;
}

export function firstView(data: PageData): View {
  return { at: firstPlace(data), steps: placesOf(data).map(endOf), isText: false, isNarrow: false };
}

export interface AppProps {
  readonly data: PageData;
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onTheme: () => void;
}

const VERDICT_SIGNS = { violated: '✗', exhausted: '✓', 'budget-spent': '○' };

/** Which violation is the first of those that were seen after others; -1 for none. */
const firstLater = ({ violations }: ResultData): number => violations.findIndex((v) => v.isAfterOthers);

function Nav({ data, view, isOpen }: { data: PageData; view: View; isOpen: boolean }): VNode {
  const places = placesOf(data);
  const current = places[view.at]?.id;
  const link = (id: string, text: VNode): VNode => (
    <a href={`#${id}`} aria-current={id === current ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <nav aria-label="results" class={isOpen ? 'open' : undefined} id="nav">
      {data.results.map((result, r) => (
        <div key={r}>
          <h2>
            {result.design}, {result.scenario}
          </h2>
          <ol>
            <li>
              {link(
                `r${r + 1}`,
                <>
                  <span class={result.verdict}>{VERDICT_SIGNS[result.verdict]}</span> {result.verdict}, bounds, what was
                  proved
                </>,
              )}
            </li>
            {result.violations.map((v, n) => (
              <li key={n}>
                {n === firstLater(result) ? <p class="group">seen only after an earlier violation</p> : null}
                {link(
                  `r${r + 1}v${n + 1}`,
                  <>
                    <span class="id">
                      {n + 1}. {v.invariant}
                    </span>
                    <small>
                      {v.where}; {v.run.steps.length - 1} {v.run.steps.length === 2 ? 'step' : 'steps'}
                    </small>
                  </>,
                )}
              </li>
            ))}
          </ol>
        </div>
      ))}
    </nav>
  );
}

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['→', '←'], 'next step, step back'],
  [['Home', 'End'], 'the initial state, the last step'],
  [['j', 'k'], 'next violation, the one before'],
  [['t'], 'the state as a drawing, or as text'],
  [['d'], 'light or dark'],
  [['?'], 'this list'],
];

function Help({ dialog }: { dialog: { current: unknown } }): VNode {
  return (
    <dialog ref={dialog as never} aria-labelledby="help-title" id="help">
      <h2 id="help-title">Keys</h2>
      <table>
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={what}>
              <td>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        A row that is marked <b class="violated">✗ here</b> breaks the rule; a bar below a value says that the step has
        changed it. Lines lead from what refers to a page to the page.
      </p>
      <form method="dialog">
        <button class="press" type="submit">
          close
        </button>
      </form>
    </dialog>
  );
}

interface SectionProps {
  readonly data: PageData;
  readonly place: Place;
  readonly isShown: boolean;
  readonly at: number;
  readonly view: View;
  readonly set: (change: Partial<View>, step?: number) => void;
}

/** Drawn anew only where something of it has changed: a page has many, of which one is shown. */
function Section({ data, place, isShown, at, view: { isText, isNarrow }, set }: SectionProps): VNode {
  return useMemo(() => {
    const result = data.results[place.result];
    const common = {
      at,
      isText,
      isNarrow,
      onStep: (n: number) => set({}, n),
      onText: (is: boolean) => set({ isText: is }),
    };
    const { violation } = place;
    return (
      <section id={place.id} hidden={!isShown} tabIndex={-1}>
        {violation === undefined ? (
          <ResultView result={result} index={place.result} {...common} />
        ) : (
          <ViolationView
            result={result}
            index={place.result}
            violation={result.violations[violation]}
            place={`${violation + 1} of ${result.violations.length}`}
            {...common}
          />
        )}
      </section>
    );
  }, [data, place, isShown, at, isShown && isText, isShown && isNarrow, isShown && set]);
}

interface TopProps {
  /** The last line of the text report. */
  readonly last: string;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
  readonly onTheme: () => void;
  readonly onHelp: () => void;
}

function Top({ last, isOpen, setOpen, onTheme, onHelp }: TopProps): VNode {
  return (
    <header class="top">
      <span class="brand">iovcheck</span>
      <span class="last">{last}</span>
      <button
        type="button"
        class="press menu"
        aria-expanded={isOpen}
        aria-controls="nav"
        onClick={() => setOpen(!isOpen)}
      >
        results
      </button>
      <button type="button" class="press" onClick={onTheme} title="light or dark (d)">
        light/dark
      </button>
      <button type="button" class="press" id="help-button" aria-label="keys" title="keys (?)" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}

export function App({ data, view, onView, onTheme }: AppProps): VNode {
  const places = useMemo(() => placesOf(data), [data]);
  const dialog = useRef<{ showModal(): void } | null>(null);
  const [isOpen, setOpen] = useState(false);
  const set = (change: Partial<View>, step?: number): void => {
    const steps = step === undefined ? view.steps : view.steps.map((old, n) => (n === view.at ? step : old));
    onView({ ...view, ...change, steps });
  };
  return (
    <>
      <a class="skip" href="#main">
        to the result
      </a>
      <Top {...{ isOpen, setOpen, onTheme }} last={data.conclusion} onHelp={() => dialog.current?.showModal()} />
      <div class="body">
        <Nav data={data} view={view} isOpen={isOpen} />
        <main id="main">
          {places.map((place, n) => (
            <Section key={place.id} {...{ data, place, view, set }} isShown={n === view.at} at={view.steps[n]} />
          ))}
        </main>
      </div>
      <Help dialog={dialog} />
    </>
  );
}
