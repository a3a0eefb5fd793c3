// Reductions of 16 Mi values by rows, by columns and all at once; softmax and cross-entropy forward and backward; ordering of 1 Mi values.
import { availableParallelism } from 'node:os';
import { grad, nn, randn, run, type Tensor, tensor } from 'hebb';
import { inFlight } from './flight.js';
import type { Workload } from './measure.js';

const SIDE = 4096;
const ROWS = 4096;
const CLASSES = 1000;
const MI = 1 << 20;
const TOP = 100;

/** Work on stored tensors; with two runs in flight neither recording nor the way to the executor and back counts. */
function work<T>(id: string, make: () => T, stored: (of: T) => Tensor[], record: (of: T) => Tensor): Workload {
  return {
    id,
    threads: availableParallelism(),
    peers: ['torch', 'jax', 'numpy'],
    config: '2 runs in flight',
    async prepare() {
      const of = make();
      await run(...stored(of));
      return inFlight(() => record(of), 1, 2);
    },
  };
}

const ofOne = (id: string, shape: number[], record: (x: Tensor) => Tensor): Workload =>
  work(
    id,
    () => randn(shape),
    (x) => [x],
    record,
  );

const reductions = (['sum', 'mean', 'max', 'argmax', 'var'] as const).flatMap((op) =>
  Object.entries({ rows: 1, columns: 0, all: undefined }).map(([over, axis]) =>
    ofOne(`reduce.${op}.${over}`, [SIDE, SIDE], (x) => (op === 'argmax' ? x.argmax(axis) : x[op]({ axis }))),
  ),
);

const softmax = work(
  'softmax',
  () => [randn([ROWS, CLASSES]), randn([ROWS, CLASSES])] as const,
  (both) => [...both],
  ([x, dy]) => grad(x.softmax(-1).mul(dy).sum(), [x])[0]!,
);

const crossEntropy = work(
  'loss.crossEntropy',
  () => ({ x: randn([ROWS, CLASSES]), labels: tensor(Int32Array.from({ length: ROWS }, (_, i) => (i * 7) % CLASSES)) }),
  ({ x, labels }) => [x, labels],
  ({ x, labels }) => grad(nn.crossEntropy(x, labels), [x])[0]!,
);

export const reduce: Workload[] = [
  ...reductions,
  softmax,
  crossEntropy,
  ofOne('sort.sort', [MI], (x) => x.sort().values),
  ofOne('sort.topK', [MI], (x) => x.topK(TOP).values),
  ofOne('sort.cumsum', [MI], (x) => x.cumsum(0)),
];
