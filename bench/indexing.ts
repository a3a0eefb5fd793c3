// Picking, placing and moving values: gather and scatterAdd along rows, an embedding forward and backward, transposes, concat.
import { availableParallelism } from 'node:os';
import { concat, grad, randint, randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import type { Workload } from './measure.js';

const SIDE = 4096;
const VOCABULARY = 50_000;
const WIDTH = 256;
const IDS = 8192;

/** Work on stored tensors, whose results lie in pooled memory; with two runs in flight neither recording nor the way to the executor counts. */
const work = (name: string, make: () => Tensor[], record: (...inputs: Tensor[]) => Tensor | Tensor[]): Workload => ({
  id: `index.${name}`,
  threads: availableParallelism(),
  peers: ['torch', 'jax', 'numpy'],
  config: '2 runs in flight',
  async prepare() {
    const inputs = make();
    await run(...inputs);
    return inFlight(() => record(...inputs), 1, 2);
  },
});

const square = (): Tensor => randn([SIDE, SIDE]);
const places = (): Tensor => randint(0, SIDE, [SIDE, SIDE]);

export const indexing: Workload[] = [
  work(
    'gather',
    () => [square(), places()],
    (x, index) => x!.gather(1, index!),
  ),
  work(
    'scatterAdd',
    () => [square(), places(), square()],
    (x, index, src) => x!.scatterAdd(1, index!, src!),
  ),
  work(
    'embedding',
    () => [randn([VOCABULARY, WIDTH]), randint(0, VOCABULARY, [IDS]), randn([IDS, WIDTH])],
    (table, ids, dy) => {
      const rows = table!.indexSelect(0, ids!);
      return [rows, ...grad(rows.mul(dy!).sum(), [table!])];
    },
  ),
  work(
    'transpose.2d',
    () => [square()],
    (x) => x!.transpose(),
  ),
  work(
    'transpose.nhwc',
    () => [randn([64, 64, 56, 56])],
    (x) => x!.permute(0, 2, 3, 1),
  ),
  work(
    'transpose.heads',
    () => [randn([16, 1024, 16, 64])],
    (x) => x!.permute(0, 2, 1, 3),
  ),
  work(
    'concat',
    () => Array.from({ length: 4 }, () => randn([SIDE, SIDE / 4])),
    (...parts) => concat(parts, 1),
  ),
];
