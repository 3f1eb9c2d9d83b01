/** Where a check's results go: text as they come, documents at the end; stdout or files. */
import { stripVTControlCharacters } from 'node:util';
import type { CheckResult } from '../harness/result.js';
import type { Conclusion } from '../harness/verdict.js';
import { resultToJson, toJson } from '../reports/json.js';
import type { Reporter } from './options.js';
import { print, writeFile, writeFiles } from './output.js';
import type { Report } from './protocol.js';

export class Reporters {
  private readonly list: readonly Reporter[];
  private readonly text: string[] = [];

  constructor(list: readonly Reporter[]) {
    this.list = list;
  }

  private toStdout(kind: Reporter['kind'], text: string): void {
    if (this.list.some((r) => r.kind === kind && r.path === undefined)) print(text);
  }

  /** The next result, in the order in which designs were named. */
  show(report: Report): void {
    const text = `${this.text.length === 0 ? '' : '\n'}${report.text}`;
    this.text.push(text);
    this.toStdout('text', text);
    this.toStdout('ndjson', `${line(report.result)}\n`);
  }

  /** The documents; sentences about what could not be written. */
  write(results: readonly CheckResult[]): string[] {
    const json = `${JSON.stringify(toJson(results), null, 2)}\n`;
    this.toStdout('json', json);
    return this.toFiles({ text: this.plainText(), json, ndjson: results.map((r) => `${line(r)}\n`).join('') });
  }

  /** The last line, where there is text. */
  end(conclusion: Conclusion): void {
    const end = `${this.text.length === 0 ? '' : '\n'}${[...conclusion.notes, conclusion.lastLine].join('\n')}\n`;
    this.text.push(end);
    this.toStdout('text', end);
    this.toFiles({ text: this.plainText() });
  }

  private plainText(): string {
    return stripVTControlCharacters(this.text.join(''));
  }

  private toFiles(texts: Partial<Record<Reporter['kind'], string>>): string[] {
    return this.list.flatMap(({ kind, path }) => {
      const text = texts[kind];
      if (path === undefined || text === undefined) return [];
      return writeFile(path, text, `--reporter ${kind}:PATH`) ?? [];
    });
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
