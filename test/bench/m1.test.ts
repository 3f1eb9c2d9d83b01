/** The model of bench/m1 is one model in two forms. */
import type { Form } from '#iov/bench/m1/forms.js';
import { makeModel } from '#iov/bench/m1/forms.js';
import { Search } from '#iov/bench/m1/search.js';
import { describe, expect, test } from 'vitest';

const FORMS: readonly Form[] = ['objects', 'array'];

describe('objects and one array', () => {
  test.each(FORMS)('%s: so many edges to so many states, and all that has to hold does', (form) => {
    const { states, edges, bad } = new Search(makeModel(form), 100_000).run();
    expect({ states, edges, bad }).toEqual({ states: 100_031, edges: 295_955, bad: 0 });
  });

  test.each(FORMS)('%s: a reference too many is noticed', (form) => {
    const model = makeModel(form);
    const image = new Int32Array(model.words);
    model.reset();
    expect(model.holds()).toBe(true);
    model.save(image, 0);
    image[0]++;
    model.load(image, 0);
    expect(model.holds()).toBe(false);
  });

  test('the same states, in the same order', () => {
    const images = FORMS.map((form) => {
      const model = makeModel(form);
      const out: number[] = [];
      const image = new Int32Array(model.words);
      model.reset();
      for (let step = 0; step < 2000; step++) {
        model.save(image, 0);
        const before = image.slice();
        const successors: Int32Array[] = [];
        model.successors(() => {
          model.save(image, 0);
          successors.push(image.slice());
          model.load(before, 0);
        });
        const next = successors[(step * 7) % successors.length];
        out.push(...next);
        model.load(next, 0);
      }
      return out;
    });
    expect(images[0]).toEqual(images[1]);
  });
});
