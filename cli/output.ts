/** stdout and files: what a command says, and what happens where it can not be said. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../harness/files.js';
import { Status } from '../harness/verdict.js';

let isClosed = false;
let stdoutProblem = '';

/** A reader that has seen enough (`| head -1`) ends the output, quietly, and nothing else. */
export function watchStdout(): void {
  const onError = (error: NodeJS.ErrnoException): void => {
    isClosed = true;
    if (error.code !== 'EPIPE' && stdoutProblem === '') {
      stdoutProblem = `stdout can not be written (${error.code ?? error.message}); send it elsewhere`;
      complain(stdoutProblem);
      process.exitCode = Status.Usage;
    }
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', () => {});
}

/** The status of a command whose results may not all have arrived. */
export function statusAfterOutput(status: number): number {
  return stdoutProblem === '' ? status : Status.Usage;
}

export function print(text: string): void {
  if (!isClosed && text !== '') process.stdout.write(text);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Tells the user, on stderr. */
export function complain(sentence: string): void {
  process.stderr.write(`iovcheck: ${sentence}\n`);
}

/** One sentence where a file can not be written; undefined where it was. */
export function writeFile(path: string, text: string | Buffer, option: string): string | undefined {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `${path}: it can not be written (${code ?? String(error)}); name another place with ${option}`;
  }
}

export function writeFiles(
  folder: string,
  files: readonly { readonly file: string; readonly text: string }[],
  option: string,
): string | undefined {
  try {
    makeFolder(folder);
  } catch (error) {
    return `${folder}: this folder can not be made (${(error as NodeJS.ErrnoException).code ?? String(error)}); name another place with ${option}`;
  }
  for (const { file, text } of files) {
    const problem = writeFile(join(folder, file), text, option);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
