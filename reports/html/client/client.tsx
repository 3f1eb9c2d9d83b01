/** What runs in the browser: takes the page over where it is, and listens to keys. Needs no network. */
import { hydrate, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { App, endOf, firstView, placesOf, type View } from '../app.js';
import type { PageData } from '../data.js';

/** Remembered where the browser lets a file remember something. */
function remember(theme: string): void {
  try {
    localStorage.setItem('iovcheck-theme', theme);
  } catch {
    // A page from a file may have no storage; then the choice is for this visit.
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

/** What a key does to the view; undefined where it does nothing. */
function keyed(key: string, data: PageData, view: View): View | undefined {
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
    case 't':
      return { ...view, isText: !view.isText };
    default:
      return undefined;
  }
}

function Page({ data }: { data: PageData }): VNode {
  const [view, setView] = useState(() => firstView(data));
  useEffect(() => setView((old) => ({ ...viewAt(data, old), isNarrow: narrow.matches })), [data]);
  useEffect(() => {
    const onHash = (): void => {
      setView((old) => viewAt(data, old));
      scrollTo(0, 0);
    };
    const onWidth = (): void => setView((old) => ({ ...old, isNarrow: narrow.matches }));
    addEventListener('hashchange', onHash);
    narrow.addEventListener('change', onWidth);
    return () => {
      removeEventListener('hashchange', onHash);
      narrow.removeEventListener('change', onWidth);
    };
  }, [data]);
  const show = (next: View): void => {
    setView(next);
    const { id, run } = placesOf(data)[next.at];
    history.replaceState(null, '', `#${id}${run === undefined ? '' : `-s${next.steps[next.at]}`}`);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      if (event.key === '?') document.getElementById('help-button')?.click();
      else if (event.key === 'd') toggleTheme();
      else {
        const next = keyed(event.key, data, view);
        if (next === undefined) return;
        show(next);
        if (next.at !== view.at) scrollTo(0, 0);
      }
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  return <App data={data} view={view} onView={show} onTheme={toggleTheme} />;
}

const root = document.getElementById('app');
const text = document.getElementById('data')?.textContent ?? '';
if (root !== null && text !== '') hydrate(<Page data={JSON.parse(text) as PageData} />, root);
