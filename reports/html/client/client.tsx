/** What runs in the browser: takes the page over where it is, and listens to keys. Needs no network. */
import { hydrate, type VNode } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { App, endOf, firstView, placesOf, type View } from '../app.js';
import type { PageData } from '../data.js';

const THEME = 'iovcheck-theme';

/** Remembered where the browser lets a file remember something. */
function remember(theme: string): void {
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // A page from a file may have no storage; then the choice is for this visit.
  }
}

function recallTheme(): void {
  try {
    const theme = localStorage.getItem(THEME);
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // As above.
  }
}

function toggleTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  remember(root.dataset.theme);
}

const narrow = matchMedia('(max-width: 600px)');

/** The view that the address asks for: `#r1v3`, or `#r1v3-s2` for a step. */
function viewAt(data: PageData, view: View): View {
  const [, id, step] = /^#(r\d+(?:v\d+)?)(?:-s(\d+))?$/.exec(location.hash) ?? [];
  const places = placesOf(data);
  const at = places.findIndex((place) => place.id === id);
  if (at < 0) return view;
  const n = step === undefined ? undefined : Math.min(Number(step), endOf(places[at]));
  return { ...view, at, steps: n === undefined ? view.steps : view.steps.map((old, p) => (p === at ? n : old)) };
}

const KEYS: ReadonlySet<string> = new Set(['ArrowRight', 'ArrowLeft', 'Home', 'End', 'j', 'k', 't']);

/** What a key does to the view. */
function keyed(key: string, data: PageData, view: View): View {
  const places = placesOf(data);
  const last = endOf(places[view.at]);
  const step = view.steps[view.at];
  const to = (n: number): View => ({
    ...view,
    steps: view.steps.map((old, p) => (p === view.at ? Math.max(0, Math.min(last, n)) : old)),
  });
  const move = (by: number): View => ({ ...view, at: Math.max(0, Math.min(places.length - 1, view.at + by)) });
  switch (key) {
    case 'ArrowRight':
      return to(step + 1);
    case 'ArrowLeft':
      return to(step - 1);
    case 'Home':
      return to(0);
    case 'End':
      return to(last);
    case 'j':
      return move(1);
    case 'k':
      return move(-1);
    default:
      return { ...view, isText: !view.isText };
  }
}

/** The address says where one is, once one has gone somewhere. */
function useAddress(data: PageData, view: View, hasMoved: boolean): void {
  useEffect(() => {
    if (!hasMoved) return;
    const { id, run } = placesOf(data)[view.at];
    history.replaceState(null, '', `#${id}${run === undefined ? '' : `-s${view.steps[view.at]}`}`);
  }, [data, view, hasMoved]);
  useEffect(() => {
    scrollTo(0, 0);
  }, [view.at]);
}

/** Listens as long as the page is there; from before it is drawn, since a key that comes earlier would be lost. */
function useKeys(data: PageData, move: (change: (view: View) => View) => void): void {
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      const { key } = event;
      if (key === '?') document.getElementById('help-button')?.click();
      else if (key === 'd') toggleTheme();
      else if (KEYS.has(key)) move((view) => keyed(key, data, view));
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [data]);
}

function Page({ data }: { data: PageData }): VNode {
  const [view, setView] = useState(() => firstView(data));
  const [hasMoved, setMoved] = useState(false);
  const move = (change: (view: View) => View): void => {
    setMoved(true);
    setView(change);
  };
  useLayoutEffect(() => {
    setView((old) => ({ ...viewAt(data, old), isNarrow: narrow.matches }));
    const onHash = (): void => setView((old) => viewAt(data, old));
    const onWidth = (): void => setView((old) => ({ ...old, isNarrow: narrow.matches }));
    addEventListener('hashchange', onHash);
    narrow.addEventListener('change', onWidth);
    return () => {
      removeEventListener('hashchange', onHash);
      narrow.removeEventListener('change', onWidth);
    };
  }, [data]);
  useAddress(data, view, hasMoved);
  useKeys(data, move);
  return <App data={data} view={view} onView={(next) => move(() => next)} onTheme={toggleTheme} />;
}

recallTheme();
const root = document.getElementById('app');
const text = document.getElementById('data')?.textContent ?? '';
if (root !== null && text !== '') hydrate(<Page data={JSON.parse(text) as PageData} />, root);
