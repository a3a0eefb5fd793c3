// Normalisations, forward and backward: the gradients of input, weight and bias.
import { availableParallelism } from 'node:os';
import { grad, nn, randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import type { Workload } from './measure.js';

function layer(id: string, shape: number[], forward: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor): Workload {
  return {
    id,
    threads: availableParallelism(),
    peers: ['torch'],
    config: '2 runs in flight',
    async prepare() {
      const [x, dy, weight, bias] = [randn(shape), randn(shape), randn(shape.slice(-1)), randn(shape.slice(-1))];
      await run(x, dy, weight, bias);
      return inFlight(() => grad(forward(x, weight, bias).mul(dy).sum(), [x, weight, bias]), 1, 2);
    },
  };
}

export const norm: Workload[] = [layer('norm.layer', [4096, 768], (x, weight, bias) => nn.layerNorm(x, 768, { weight, bias }))];
