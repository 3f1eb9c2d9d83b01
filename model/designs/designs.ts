/** Every design that iovcheck brings, in chain order: a design comes after its base. */
import type { Design } from '../design.js';
import { design as linux33 } from './linux-3.3.js';
import { design as linux410 } from './linux-4.10.js';
import { design as linux48 } from './linux-4.8.js';
import { design as linux58 } from './linux-5.8.js';
import { design as linux61 } from './linux-6.1.js';
import { design as packet2012Repaired } from './packet-2012-repaired.js';
import { design as packet2012 } from './packet-2012.js';
import { design as pipeIter2016CanMerge } from './pipe-iter-2016-can-merge.js';
import { design as pipeIter2016Repaired } from './pipe-iter-2016-repaired.js';
import { design as pipeIter2016 } from './pipe-iter-2016.js';
import { design as pipeIterMail2016 } from './pipe-iter-mail-2016.js';

export const DESIGNS: readonly Design[] = [
  linux33,
  packet2012,
  packet2012Repaired,
  linux48,
  pipeIterMail2016,
  pipeIter2016,
  pipeIter2016CanMerge,
  pipeIter2016Repaired,
  linux410,
  linux58,
  linux61,
];
