/** What is said of a violation beside its class, where there is little to hold it against. */
import { Attribution } from '#iov/cli/attribute.js';
import { namedBounds } from '#iov/harness/bounds-text.js';
import { design as linux48 } from '#iov/model/designs/linux-4.8.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { expect, test } from 'vitest';

test('a base that has none of the functions of the scenario breaks nothing there', () => {
  expect(linux48.base?.scenarios).toEqual(['packet']);
  const attribution = new Attribution(linux48, [], namedBounds('tiny', SCENARIOS.splice), 'splice');
  expect(attribution.isOfBase([], { invariant: 'sanity', op: 'splice', function: 'splice' })).toBe(false);
});
