// Elementwise passes: functions of 1 Mi values against PyTorch, and a chain of five steps over 64 MiB against the fastest copy.
import { availableParallelism } from 'node:os';
import { concat, randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import { copyMs } from './limits.js';
import type { Workload } from './measure.js';
import type { Rival } from './peers.js';

const all = availableParallelism();
const MI = 1 << 20;
const CHAIN_MI = 16; // 64 MiB of f32

const PASSES = 2; // a run, so that a run's own cost counts little, as it does in a training step

/** Passes over 1 Mi values each, of different operands, since equal ones would be merged. Only a value of each is asked for. */
function passes(id: string, record: (x: Tensor) => Tensor): Workload {
  return {
    id,
    threads: all,
    peers: ['torch'],
    config: `${PASSES} passes over different operands a run, 3 runs in flight`,
    async prepare() {
      const operands = Array.from({ length: PASSES }, () => randn([MI]));
      await run(...operands);
      return inFlight(() => concat(operands.map((x) => record(x).narrow(0, 0, 1))), PASSES);
    },
  };
}

/** One pass over `size` values; the results of runs in flight lie in pooled memory. */
function pass(id: string, size: number, record: (x: Tensor) => Tensor, rivals: Rival[] = []): Workload {
  return {
    id,
    threads: all,
    peers: ['torch'],
    rivals,
    config: '2 runs in flight',
    async prepare() {
      const x = randn([size]);
      await run(x);
      return inFlight(() => record(x), 1, 2);
    },
  };
}

const copies: Rival[] = [...new Set([1, all])].map((threads) => ({
  name: 'copy',
  config: `the faster of memcpy and non-temporal stores, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  comparison: false,
  sample: async () => copyMs(4 * CHAIN_MI * MI, threads),
}));

export const ops: Workload[] = [
  passes('ops.exp', (x) => x.exp()),
  passes('ops.tanh', (x) => x.tanh()),
  passes('ops.sigmoid', (x) => x.sigmoid()),
  passes('ops.gelu', (x) => x.gelu()),
  pass('ops.chain', CHAIN_MI * MI, (x) => x.mul(1.5).add(0.25).relu().mul(0.75).sub(0.5), copies),
];
