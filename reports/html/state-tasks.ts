/** Tasks in a call, and the queues that they sleep on, for a drawing. */
import type { Runner } from '../../harness/runner.js';
import { Call, TaskState } from '../../model/wait.js';
import { endsText, queueText } from '../draw-tasks.js';
import type { Panel, Row } from './data.js';

function taskRow({ k }: Runner, t: number): Row {
  const { call, state, pos, size, hasSignal } = k.tasks[t];
  if (call === Call.None) return { name: `T${t}`, cells: ['in no call', '', '', ''], wires: [], isFree: true };
  return {
    name: `T${t}`,
    cells: [
      call === Call.Read ? 'read()' : 'write()',
      state === TaskState.Asleep ? 'asleep' : 'woken, has yet to run',
      `${pos} of ${size}`,
      hasSignal !== 0 ? 'pending' : '',
    ],
    wires: [],
  };
}

export function taskPanels(runner: Runner): Panel[] {
  const { k, w } = runner;
  if (k.tasks.length === 0) return [];
  const { rdWait, wrWait } = k.pipe;
  const isOne = w.ring.form === 'curbuf';
  return [
    {
      kind: 'tasks',
      name: 'tasks',
      facts: [
        ['ends', endsText(runner)],
        [isOne ? 'wait' : 'rd_wait', queueText(rdWait, runner) || 'nobody'],
        ...(isOne ? [] : [['wr_wait', queueText(wrWait, runner) || 'nobody'] as [string, string]]),
      ],
      columns: ['call', 'state', 'bytes', 'signal'],
      rows: k.tasks.map((_, t) => taskRow(runner, t)),
    },
  ];
}
