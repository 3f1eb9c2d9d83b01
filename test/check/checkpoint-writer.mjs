/** Writes checkpoints, one after the other, until it is killed; what is in one follows from its number. */
import { hasCheckpoint, newCheckpoint, readCheckpoint } from '../../dist/check/checkpoint.js';
import { IDENTITY, MOST, columnsOf, lengthsOf, stateOf } from './checkpoint-content.mjs';

const [dir] = process.argv.slice(2);
const columns = columnsOf(MOST);
let writer;
let n = 0;
if (hasCheckpoint(dir)) {
  const checkpoint = readCheckpoint(dir);
  n = checkpoint.state.n;
  writer = checkpoint.writer();
} else writer = newCheckpoint(dir, IDENTITY);
process.stdout.write('begun\n');
while (n < MOST) {
  n++;
  writer.write(stateOf(n), lengthsOf(n, columns));
}
