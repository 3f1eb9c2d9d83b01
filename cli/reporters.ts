/** Where a check's results go: text as they come, documents at the end; stdout or files. */
import { stripVTControlCharacters } from 'node:util';
import type { CheckResult } from '../harness/result.js';
import type { Conclusion } from '../harness/verdict.js';
import type { Account } from '../reports/account.js';
import { resultToJson, toJson } from '../reports/json.js';
import { print, writeFile, writeFiles } from './output.js';
import { ownPackage } from './own-package.js';
import { writePage } from './page.js';
import { placeIn } from './place.js';
import type { Report } from './protocol.js';
import type { Reporter, ReporterKind } from './reporter-options.js';

type Render = (accounts: readonly Account[], conclusion: Conclusion) => string;

/** Formats of what is in words; what they are written with is loaded when it is needed. */
const RENDERERS: Readonly<Partial<Record<ReporterKind, () => Promise<Render>>>> = {
  junit: async () => (await import('../reports/junit.js')).junitText,
  sarif: async () => {
    const { sarifText } = await import('../reports/sarif.js');
    return (accounts, conclusion) => sarifText(accounts, conclusion, ownPackage().version, placeIn);
  },
  ktap: async () => (await import('../reports/ktap.js')).ktapText,
  github: async () => {
    const { githubText } = await import('../reports/github.js');
    return (accounts, conclusion) => githubText(accounts, conclusion, placeIn);
  },
  markdown: async () => (await import('../reports/markdown.js')).markdownText,
  email: async () => (await import('../reports/email.js')).emailText,
};

export class Reporters {
  private readonly list: readonly Reporter[];
  private readonly reports: Report[] = [];
  private readonly text: string[] = [];

  constructor(list: readonly Reporter[]) {
    this.list = list;
  }

  private toStdout(kind: ReporterKind, text: string): void {
    if (this.list.some((r) => r.kind === kind && r.path === undefined)) print(text);
  }

  /** The next result, in the order in which designs were named. */
  show(report: Report): void {
    this.reports.push(report);
    const text = `${this.text.length === 0 ? '' : '\n'}${report.text}`;
    this.text.push(text);
    this.toStdout('text', text);
    this.toStdout('ndjson', `${line(report.result)}\n`);
  }

  /** The files; sentences about what could not be written. They say how the check ends: write them again if that changes. */
  async write(conclusion: Conclusion): Promise<string[]> {
    const out: string[] = [];
    for (const { kind, path } of this.list) {
      if (path === undefined) continue;
      const problem = await this.writeOne(kind, path, conclusion);
      if (problem !== undefined) out.push(problem);
    }
    return out;
  }

  private async writeOne(kind: ReporterKind, path: string, conclusion: Conclusion): Promise<string | undefined> {
    if (kind === 'html') return writePage(path, this.reports, conclusion.lastLine);
    const option = `--reporter ${kind}:PATH`;
    if (kind !== 'itf') return writeFile(path, await this.document(kind, conclusion), option);
    const files = this.reports.flatMap(({ itf }) => itf ?? []);
    return writeFiles(path, files, option);
  }

  /** What goes to stdout at the end: a document, or the last line of text. */
  async end(conclusion: Conclusion): Promise<void> {
    for (const { kind, path } of this.list) {
      if (path !== undefined || kind === 'ndjson') continue;
      print(kind === 'text' ? this.endOfText(conclusion) : await this.document(kind, conclusion));
    }
  }

  private endOfText({ notes, lastLine }: Conclusion): string {
    return `${this.text.length === 0 ? '' : '\n'}${[...notes, lastLine].join('\n')}\n`;
  }

  private async document(kind: ReporterKind, conclusion: Conclusion): Promise<string> {
    const results = this.reports.map(({ result }) => result);
    if (kind === 'text') return stripVTControlCharacters(this.text.join('') + this.endOfText(conclusion));
    if (kind === 'json') return `${JSON.stringify(toJson(results), null, 2)}\n`;
    if (kind === 'ndjson') return results.map((r) => `${line(r)}\n`).join('');
    const render = await RENDERERS[kind]?.();
    if (render === undefined) throw new Error(`there is no renderer of ${kind}`);
    const accounts = this.reports.flatMap(({ account }) => account ?? []);
    return render(accounts, conclusion);
  }

  writeTraces(folder: string, reports: readonly Report[]): string[] {
    const problem = writeFiles(
      folder,
      reports.flatMap(({ traces }) => traces),
      '--traces',
    );
    return problem === undefined ? [] : [problem];
  }
}

function line(result: CheckResult): string {
  return JSON.stringify({ type: 'result', ...resultToJson(result) });
}
