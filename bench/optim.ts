// One update of 25 million parameters in several tensors, from ready gradients, by every optimizer; against PyTorch's, and Adam's against a
// copy of the 28 bytes a parameter that it moves.
import { availableParallelism } from 'node:os';
import { optim, Parameter, randn, run } from 'hebb';
import { copyMs } from './limits.js';
import { repeated, type Workload } from './measure.js';
import type { Rival } from './peers.js';

const all = availableParallelism();
/** As in peers/torch_optim.py. */
const SHAPES = [...Array.from({ length: 5 }, () => [4096, 1024]), [3072, 1024], [768, 1024], [1024], [4096]];
const BYTES = 28 * SHAPES.reduce((sum, [rows, columns = 1]) => sum + rows! * columns, 0);

const copies: Rival[] = [...new Set([1, all])].map((threads) => ({
  name: 'copy',
  config: `the faster of memcpy and non-temporal stores, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  comparison: false,
  sample: async () => copyMs(BYTES / 2, threads),
}));

function update(name: string, make: (params: Parameter[]) => optim.Optimizer, rivals: Rival[] = []): Workload {
  return {
    id: `optim.${name}`,
    threads: all,
    peers: ['torch'],
    rivals,
    config: '25 Mi parameters in 9 tensors',
    async prepare() {
      const params = SHAPES.map((shape) => new Parameter(randn(shape)));
      const grads = SHAPES.map((shape) => randn(shape));
      await run(...grads);
      const optimizer = make(params);
      return repeated(async (count) => {
        for (let i = 0; i < count; i++) await optimizer.step(grads);
        await optimizer.gradNorm.item();
      });
    },
  };
}

export const optimizers: Workload[] = [
  update('sgd', (params) => new optim.SGD(params)),
  update('momentum', (params) => new optim.SGD(params, { momentum: 0.9 })),
  update('adagrad', (params) => new optim.Adagrad(params)),
  update('rmsprop', (params) => new optim.RMSprop(params)),
  update('adadelta', (params) => new optim.Adadelta(params)),
  update('adam', (params) => new optim.Adam(params), copies),
  update('adamw', (params) => new optim.AdamW(params)),
  update('adamax', (params) => new optim.Adamax(params)),
  update('nadam', (params) => new optim.NAdam(params)),
  update('radam', (params) => new optim.RAdam(params)),
  update('lion', (params) => new optim.Lion(params)),
];
