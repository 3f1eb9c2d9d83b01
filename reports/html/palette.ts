/** The colours of a page, light and dark. Nothing is told by colour alone; test/reports/html has their contrast. */

export interface Palette {
  /** Behind everything, and behind what is drawn or written on. */
  readonly ground: string;
  readonly paper: string;
  readonly ink: string;
  readonly dim: string;
  readonly line: string;
  /** What can be pressed, and what is chosen. */
  readonly accent: string;
  readonly accentPaper: string;
  /** What is broken. */
  readonly bad: string;
  readonly badPaper: string;
  /** What was proved, and what a patch adds. */
  readonly good: string;
  readonly goodPaper: string;
  /** What a step has changed. */
  readonly change: string;
}

export const LIGHT: Palette = {
  ground: '#f4f4f0',
  paper: '#ffffff',
  ink: '#1b1c20',
  dim: '#5a5d66',
  line: '#d3d4cf',
  accent: '#1a4f8f',
  accentPaper: '#e6eef8',
  bad: '#ad2018',
  badPaper: '#fdeeec',
  good: '#1d6637',
  goodPaper: '#e8f5ec',
  change: '#b06a00',
};

export const DARK: Palette = {
  ground: '#121317',
  paper: '#1b1d22',
  ink: '#e8e8e4',
  dim: '#a5a8b0',
  line: '#3b3e46',
  accent: '#94bdf7',
  accentPaper: '#22304a',
  bad: '#ff9a90',
  badPaper: '#3a1f1e',
  good: '#8ad6a5',
  goodPaper: '#1d3426',
  change: '#eab14d',
};

const NAMES = Object.keys(LIGHT) as (keyof Palette)[];

/** `--ink: #1b1c20; ...` */
export function variables(palette: Palette): string {
  return NAMES.map((name) => `--${name}: ${palette[name]};`).join(' ');
}

/** The palette as references to those variables. */
export const VARIABLES = Object.fromEntries(NAMES.map((name) => [name, `var(--${name})`])) as unknown as Palette;
