// Normalisations, forward and backward: the gradients of input, weight and bias. Batch normalisation is also compared with a copy of as many
// bytes as it must move where x is larger than the caches: forward reads x twice and writes y, backward reads x and dy twice and writes dx.
import { availableParallelism } from 'node:os';
import { grad, nn, randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import { copyMs } from './limits.js';
import type { Workload } from './measure.js';
import type { Rival } from './peers.js';

const all = availableParallelism();
/** As in peers/torch_norm.py, there with channels first. */
const ROWS = [4096, 768];
const IMAGES = [64, 56, 56, 64];
const PASSES = 8;
const BYTES = PASSES * 4 * IMAGES.reduce((size, n) => size * n);

const copies: Rival[] = [...new Set([1, all])].map((threads) => ({
  name: 'copy',
  config: `the faster of memcpy and non-temporal stores, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  comparison: false,
  sample: async () => copyMs(BYTES / 2, threads),
}));

function both(id: string, shape: number[], forward: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor, rivals: Rival[] = []): Workload {
  return {
    id,
    threads: all,
    peers: ['torch'],
    rivals,
    config: '2 runs in flight',
    async prepare() {
      const [x, dy, weight, bias] = [randn(shape), randn(shape), randn(shape.slice(-1)), randn(shape.slice(-1))];
      await run(x, dy, weight, bias);
      return inFlight(() => grad(forward(x, weight, bias).mul(dy).sum(), [x, weight, bias]), 1, 2);
    },
  };
}

export const norm: Workload[] = [
  both('norm.layer', ROWS, (x, weight, bias) => nn.layerNorm(x, ROWS[1]!, { weight, bias })),
  both('norm.batch', IMAGES, (x, weight, bias) => nn.batchNorm(x, null, null, { weight, bias, training: true }), copies),
];
