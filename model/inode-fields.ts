/** State of files with a page cache of their own (inode.ts), as fields of the image. */
import type { Bounds } from './bounds.js';
import { bitsFor } from './cint.js';
import type { Field, Layout } from './field.js';
import { flag, int, pageRef } from './field.js';
import { At, namesMax, sourceBytes, targetPages } from './inode.js';

/** A byte that has a number, which numbering.ts keeps small. */
export function numbered(p: number, i: number, b: Bounds): Field {
  const path = `pages[${p}].data[${i}]`;
  return { path, bits: bitsFor(namesMax(b)), get: `o${p}.data[${i}]`, set: `k.pages[${p}].data[${i}] = v` };
}

/** Files with a page cache of their own: what f is, and where f and g stand. */
export function inodeFields(l: Layout): Field[] {
  const { b } = l;
  const f = 'k.splice.inodes[0]';
  const bytes = bitsFor(sourceBytes(b) + targetPages(b) * b.page);
  const out = [int(`${f}.size`, bytes)];
  for (const at of [At.F, At.G]) out.push(int(`k.splice.files[${at}].fPos.pos`, bytes));
  for (let n = 0; n < b.files; n++) out.push(pageRef(`${f}.cache[${n}]`, l));
  l.pages.forEach((page, p) => {
    if (page.owner === '') out.push({ ...flag(`o${p}.isUptodate`), set: `k.pages[${p}].isUptodate = v === 1` });
  });
  if (b.contents === 'off') return out;
  for (let n = 0; n < sourceBytes(b); n++) out.push(int(`g.content[${n}]`, bitsFor(namesMax(b))));
  return out;
}
