/** Traces in ITF: each is what the format says, and a trace of ours all the same. */
import { UsageError } from '#iov/harness/bounds-text.js';
import { formatTrace, parseTrace, resolveOps } from '#iov/harness/trace.js';
import { itfText } from '#iov/reports/itf.js';
import { statesOf } from '#iov/reports/states.js';
import { describe, expect, test } from 'vitest';
import { kept } from './accounts.js';
import type { ItfFile } from './itf-schema.js';
import { itfProblems } from './itf-schema.js';

const [packet] = kept(/^packet-2012\..*packet-boundaries/);
const text = itfText(packet.runner, packet.trace, 'a packet is merged');
const big = (n: number): unknown => ({ '#bigint': String(n) });

describe('a trace in ITF', () => {
  test.each(kept('one'))(
    'of each scenario keeps to the schema, and is the trace again: $name',
    ({ name, runner, trace }) => {
      const itf = itfText(runner, trace, 'x');
      expect(itfProblems(JSON.parse(itf))).toEqual([]);
      expect(formatTrace(parseTrace(itf, name))).toBe(formatTrace(trace));
      expect((JSON.parse(itf) as ItfFile).states).toHaveLength(trace.ops.length + 1);
    },
  );

  test('is as it was', async () => {
    await expect(text).toMatchFileSnapshot('golden/packet-boundaries.itf');
  });

  test('has the fields of the kernel under their C names', () => {
    const { states, vars } = JSON.parse(text) as ItfFile;
    expect(vars).toEqual(['last_op', 'last_ret', 'returns', 'broken', 'pipe', 'owed', 'pages']);
    const last = states[states.length - 1] as Record<string, Record<string, unknown>>;
    expect(last.pipe).toMatchObject({ curbuf: big(0), nrbufs: big(1) });
    expect(last.pipe.bufs).toMatchObject([{ page: 'p0', len: big(2), ops: 'anon_pipe_buf_ops' }]);
    expect(last.broken).toEqual({ '#set': ['packet-boundaries'] });
    expect(last.owed).toMatchObject([{ kind: 'stream' }, { kind: 'packet end' }]);
    expect(states[0]).toMatchObject({ last_op: '', owed: [] });
  });

  test('shows an op that does not return as such', () => {
    const [{ runner, trace }] = kept(/no-bug|no-use-after-free/);
    const states = statesOf(runner, resolveOps(runner, trace, 'trace'));
    expect(states.map(({ returns }) => returns)).toEqual(states.map((_, n) => n < states.length - 1));
  });

  test('that is not what the format says is seen', () => {
    const bad = JSON.parse(text) as { states: Record<string, unknown>[] };
    bad.states[1].pipe = { '#bigint': 3 };
    expect(itfProblems(bad)).not.toEqual([]);
    const less = JSON.parse(text) as { states: Record<string, unknown>[] };
    delete less.states[2].owed;
    expect(itfProblems(less)).toHaveLength(1);
  });
});

describe('a file in ITF that is no trace of ours', () => {
  const say = (broken: string): string => {
    try {
      parseTrace(broken, 'a.itf.json');
    } catch (error) {
      if (error instanceof UsageError) return error.message;
    }
    return 'no complaint';
  };

  test('is refused in one sentence, with the place', () => {
    expect(say('{ "vars": [')).toMatch(
      /^a\.itf\.json: it begins like a trace in ITF, and is no JSON \(.*\); write it again/,
    );
    expect(say('{ "vars": [], "states": [] }')).toContain('its #meta names no design, scenario and bounds of iovcheck');
    expect(say(text.replace('"version": 1', '"version": 2'))).toContain('this trace in ITF is version 2');
    expect(say(text.replace('"last_op": "pwrite fd=w size=1"', '"last_op": ""'))).toContain('state 1 has no last_op');
    expect(say(text.replace('"scenario": "packet"', '"scenario": "pocket"'))).toMatch(
      /^a\.itf\.json:11: there is no scenario/,
    );
    expect(say(text.replace('"seed":', '"sead":'))).toMatch(/^a\.itf\.json:\d+: there is no header 'sead'/);
  });

  test('has an op that can not be taken named by its line', () => {
    const wrong = text.replace('"last_op": "pwrite fd=wd size=1"', '"last_op": "pwrote fd=wd size=1"');
    const trace = parseTrace(wrong, 'a.itf.json');
    const at = wrong.split('\n').findIndex((line) => line.includes('pwrote')) + 1;
    expect(() => resolveOps(packet.runner, trace, 'a.itf.json')).toThrow(`a.itf.json:${at}: `);
  });
});
