/** Ctrl-C: the first ends the searches with what they have, the second leaves at once. */
import { Status } from '../harness/verdict.js';
import { complain } from './output.js';

type Signal = 'SIGINT' | 'SIGTERM';

export function onInterrupt(
  stop: () => void,
  what = 'the searches end with what they have',
): { done(): Signal | undefined } {
  let seen: Signal | undefined;
  const handle = (signal: Signal): void => {
    if (seen !== undefined) process.exit(Status[signal]);
    seen = signal;
    complain(`interrupted: ${what}; press Ctrl-C again to leave at once`);
    stop();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    done() {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
      return seen;
    },
  };
}
