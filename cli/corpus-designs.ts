/** The designs that the traces of a corpus name: an id, or a file, as seen from the corpus. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { CorpusFile } from '../campaign/corpus/read.js';
import { headerAt } from '../campaign/corpus/read.js';
import { UsageError } from '../harness/bounds-text.js';
import type { Trace } from '../harness/trace.js';
import { isFileName } from './bundle.js';
import { refOf } from './designs.js';
import type { DesignRef } from './load.js';
import { fullName, splitName } from './load.js';

/** Where a file of a design is: from the folder of the trace, else from here; undefined where it is in neither. */
function findFile(name: string, folder: string): string | undefined {
  const places = isAbsolute(name) ? [name] : [join(folder, name), name];
  return places.find((place) => existsSync(place));
}

/** How a trace in `folder` names the design, wherever iovcheck is started. */
export function nameIn(folder: string, ref: DesignRef): string {
  if (!isFileName(ref.name)) return fullName(ref);
  const path = relative(resolve(folder), resolve(ref.name)).split(sep).join('/');
  return fullName({ ...ref, name: path.includes('/') ? path : `./${path}` });
}

/** The trace as it is to stand in another folder. */
export function movedTo(folder: string, { trace, path }: Pick<CorpusFile, 'trace' | 'path'>): Trace {
  const { name, without, treeVersion } = splitName(trace.design);
  if (!isFileName(name)) return trace;
  const found = findFile(name, dirname(path));
  if (found === undefined) return trace;
  const tree = treeVersion === undefined ? {} : { tree: { name: '', version: treeVersion, ours: '' } };
  return { ...trace, design: nameIn(folder, { name: found, url: null, without, ...tree }) };
}

/** Whether a trace is one of this design. */
export function isOf({ trace, path }: Pick<CorpusFile, 'trace' | 'path'>, ref: DesignRef): boolean {
  const { name, without, treeVersion } = splitName(trace.design);
  if ((treeVersion === undefined) !== (ref.tree === undefined)) return false;
  if ([...without].sort().join() !== [...ref.without].sort().join()) return false;
  if (!isFileName(ref.name)) return name === ref.name;
  const found = isFileName(name) ? findFile(name, dirname(path)) : undefined;
  return found !== undefined && existsSync(ref.name) && realpathSync(found) === realpathSync(ref.name);
}

/** Bundles each file of a user's once. */
export class Designs {
  private readonly made = new Map<string, Promise<DesignRef>>();

  /** The design that a trace names; throws {@link UsageError} with file and line. */
  of(file: CorpusFile): Promise<DesignRef> {
    const { name, without, treeVersion } = splitName(file.trace.design);
    if (treeVersion !== undefined) {
      const how = 'iovcheck check --kernel-tree DIR --corpus takes it again';
      throw new UsageError(`${headerAt(file, 'design')}: this is a run of the C of a kernel's tree; ${how}`);
    }
    const found = isFileName(name) ? findFile(name, dirname(file.path)) : name;
    if (found === undefined) {
      const what = `there is no file ${name}, neither seen from there nor from here`;
      throw new UsageError(`${headerAt(file, 'design')}: ${what}; correct it, or take the trace away`);
    }
    const key = fullName({ name: found, without });
    let ref = this.made.get(key);
    if (ref === undefined) this.made.set(key, (ref = refOf(found, without)));
    return ref;
  }
}
