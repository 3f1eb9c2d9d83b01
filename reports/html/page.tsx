/** The page as one file: style, data, what is read without scripts, and the script. Nothing is loaded from anywhere. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { renderToString } from 'preact-render-to-string';
import { build } from 'rolldown';
import { App, firstView, placesOf } from './app.js';
import type { PageData } from './data.js';
import { pageStyle } from './style.js';
import { svgFiles } from './svg-file.js';

export interface PageFile {
  /** Relative to the folder of the report. */
  readonly file: string;
  readonly text: string;
}

/** The library that is put in asks for its licence to go with it. */
function licence(): string {
  const path = createRequire(import.meta.url)
    .resolve('preact/package.json')
    .replace('package.json', 'LICENSE');
  return `/*! This script holds Preact.\n\n${readFileSync(path, 'utf8').trim()}\n*/\n`;
}

/** Code that may stand inside of a script element: neither its end nor a comment begins in it. */
function insideScript(code: string): string {
  return code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}

async function clientScript(): Promise<string> {
  const output = await build({
    input: fileURLToPath(new URL('./client/client.js', import.meta.url)),
    write: false,
    platform: 'browser',
    logLevel: 'warn',
    experimental: { attachDebugInfo: 'none' },
    output: { format: 'iife', codeSplitting: false, minify: true, comments: false },
  });
  return insideScript(licence() + output.output[0].code);
}

/** JSON that may stand inside of a script element. */
function insideJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Whatever a text of a design says, the browser runs this script and no other, and asks nobody for anything. */
function policy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function titleOf({ results }: PageData): string {
  const [only, ...others] = results;
  if (only === undefined) return 'iovcheck';
  return others.length === 0
    ? `${only.design}, ${only.scenario}: ${only.verdict}`
    : `iovcheck: ${results.length} searches`;
}

export async function pageText(data: PageData): Promise<string> {
  const script = await clientScript();
  const nothing = (): void => {};
  const body = renderToString(<App data={data} view={firstView(data)} onView={nothing} onTheme={nothing} />);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<meta name="generator" content="iovcheck ${escaped(data.version)}">
<title>${escaped(titleOf(data))}</title>
<style>
${pageStyle()}
</style>
<noscript><style>section[hidden] { display: block; } .controls, .copy, .top button { display: none; }</style></noscript>
</head>
<body>
<div id="app">${body}</div>
<script type="application/json" id="data">${insideJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** A picture a step of each run, in a folder a run. */
function pictures(data: PageData): PageFile[] {
  return placesOf(data).flatMap(({ result, violation, run }) => {
    if (run === undefined) return [];
    const { design, scenario, violations } = data.results[result];
    const folder = violation === undefined ? `${design}.${scenario}.run` : violations[violation].file;
    return svgFiles(run, `${design}, ${scenario}`).map((text, n) => ({
      file: `${folder}/step-${String(n).padStart(2, '0')}.svg`,
      text,
    }));
  });
}

/** Every file of the report: index.html, and the pictures. The same data, the same bytes. */
export async function pageFiles(data: PageData): Promise<PageFile[]> {
  return [{ file: 'index.html', text: await pageText(data) }, ...pictures(data)];
}
