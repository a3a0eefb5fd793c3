// Elementwise passes: functions of 1 Mi values against PyTorch, and a chain of five steps over 64 MiB against the fastest copy.
import { availableParallelism } from 'node:os';
import { randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import { copyMs } from './limits.js';
import type { Workload } from './measure.js';
import type { Rival } from './peers.js';

const all = availableParallelism();
const MI = 1 << 20;
const CHAIN_MI = 16; // 64 MiB of f32

/** A pass over `size` values; the results of runs in flight lie in pooled memory. */
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
  pass('ops.exp', MI, (x) => x.exp()),
  pass('ops.tanh', MI, (x) => x.tanh()),
  pass('ops.sigmoid', MI, (x) => x.sigmoid()),
  pass('ops.gelu', MI, (x) => x.gelu()),
  pass('ops.chain', CHAIN_MI * MI, (x) => x.mul(1.5).add(0.25).relu().mul(0.75).sub(0.5), copies),
];
