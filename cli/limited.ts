/** Tasks side by side, so many at a time. */

/** Begins what it is given when fewer than `workers` others are at it, in the order in which it was given. */
export function limited(workers: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = workers;
  const slot = (): Promise<void> =>
    new Promise((resolve) => {
      if (free > 0) {
        free--;
        resolve();
      } else waiting.push(resolve);
    });
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return (task) => slot().then(() => task().finally(release));
}
