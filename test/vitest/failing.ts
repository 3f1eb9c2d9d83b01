/** Tests that fail: plugin.test.ts runs them apart from the others, and reads what they say. */
import { defineDesign, linux33 } from '#iov/index.js';
import { test } from '#iov/vitest/index.js';

const { functions } = linux33;
const spec = { id: 'bad', title: 'for tests', source: [], base: linux33, scenarios: ['packet'] } as const;

test.design('one', defineDesign({ ...spec, override: { setfl: () => -22 } }));
test.design(
  'three',
  defineDesign({
    ...spec,
    override: { setfl: () => -22, pipeRead: (k, totalLen) => Math.min(1, functions.pipeRead(k, totalLen)) },
  }),
);
