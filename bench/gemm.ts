// Matrix products: squares on one thread and on all, and the shapes of the 784-128-10 net, against NumPy's OpenBLAS.
import { availableParallelism } from 'node:os';
import { concat, randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import type { Workload } from './measure.js';

const all = availableParallelism();
const SIZES = [64, 128, 256, 512, 1024, 2048];
const PROGRAM_FLOPS = 0.25e9; // about a millisecond of one core: a Program's own cost vanishes in it

async function stored(...tensors: Tensor[]): Promise<Tensor[]> {
  await run(...tensors);
  return tensors;
}

/** A chain of products, each with the same right side, so that operands stay where a loop over one product would have them. */
function square(size: number, threads: number, suffix: string, isa?: string): Workload {
  const flops = 2 * size ** 3;
  const length = Math.max(1, Math.round(PROGRAM_FLOPS / flops));
  return {
    id: `gemm.${size}${suffix}`,
    threads,
    ...(isa && { isa }),
    flops,
    peers: isa ? [] : ['numpy'],
    config: `chains of ${length} products, 3 runs in flight`,
    async prepare() {
      const [a, b] = (await stored(randn([size, size]), randn([size, size]).mul(size ** -0.5))) as [Tensor, Tensor];
      const chain = (): Tensor => {
        let product = a;
        for (let i = 0; i < length; i++) product = product.matmul(b);
        return product;
      };
      return inFlight(chain, length);
    },
  };
}

type Multiply = (a: Tensor, b: Tensor) => Tensor;

/**
 * Products of `left` with `right` different operands, since equal ones would be merged into one. Only a row of each is asked for:
 * the products stay in the workspace, as they do in a training step.
 */
function mlp(form: string, a: number[], b: number[], left: number, right: number, multiply: Multiply): Workload {
  const count = left * right;
  return {
    id: `gemm.mlp.${form}`,
    threads: 1,
    flops: 2 * 32 * 784 * 128,
    peers: ['numpy'],
    config: `${count} products of ${left} left and ${right} right operands a run, 3 runs in flight`,
    async prepare() {
      const operands = (shape: number[], n: number): Promise<Tensor[]> => stored(...Array.from({ length: n }, () => randn(shape)));
      const [lefts, rights] = [await operands(a, left), await operands(b, right)];
      const firstRow = (product: Tensor): Tensor => product.narrow(0, 0, 1);
      return inFlight(() => concat(lefts.flatMap((x) => rights.map((y) => firstRow(multiply(x, y))))), count);
    },
  };
}

export const gemm: Workload[] = [
  ...SIZES.map((size) => square(size, 1, '')),
  ...SIZES.map((size) => square(size, all, '.mt')),
  mlp('nn', [32, 784], [784, 128], 4, 1, (x, w) => x.matmul(w)),
  mlp('nt', [32, 784], [128, 784], 4, 1, (x, w) => x.matmul(w.transpose())),
  mlp('tn', [32, 784], [32, 128], 4, 4, (x, dy) => x.transpose().matmul(dy)),
  ...[256, 1024].map((size) => square(size, 1, '.avx2', 'avx2')),
];
