// What only the values tell the size of: unique values, and where values aren't 0. Both resolve to stored tensors, without a gradient.
import { ones, tensor, zeros } from '../core/create.js';
import { operand } from '../core/record.js';
import { stridesOf } from '../core/shape.js';
import { run } from '../core/stretch.js';
import { Tensor } from '../core/tensor.js';
import { concat } from './concat.js';
import { placesOf } from './masks.js';
import { stack } from './repeat.js';

/** Each value once, ascending; which of them every element is, in x's shape; how often each occurs. */
export interface Unique {
  /** In the tensor's own dtype (how many). */
  readonly values: Tensor;
  /** i32, in the tensor's shape. */
  readonly inverse: Tensor;
  /** i32 (how many). */
  readonly counts: Tensor;
}

async function unique(a: Tensor): Promise<Unique> {
  const x = operand('unique', a);
  const n = x.size;
  const none = (): Tensor => tensor(new Int32Array(0));
  if (n === 0) return { values: tensor([], { dtype: x.dtype }), inverse: none().reshape(x.shape), counts: none() };
  const { values: sorted, indices: order } = x.reshape([n]).sort();
  const isFirst = concat([ones([1], { dtype: 'bool' }), sorted.narrow(0, 1, n - 1).ne(sorted.narrow(0, 0, n - 1))]);
  const { places, count } = placesOf(isFirst);
  const inverse = zeros([n], { dtype: 'i32' }).scatter(0, order, isFirst.cumsum(0).sub(1)).reshape(x.shape);
  const [kept, begins, found] = await Promise.all([sorted.indexSelect(0, places).data(), places.data(), count, run(inverse)]);
  const ends = begins.slice(1, found + 1);
  ends[found - 1] = n;
  return {
    values: tensor(kept.slice(0, found), { dtype: x.dtype }),
    inverse,
    counts: tensor(ends.map((end, i) => end - begins[i]!)),
  };
}

async function nonzero(a: Tensor): Promise<Tensor> {
  const x = operand('nonzero', a);
  const rank = x.shape.length;
  const { places, count } = placesOf(x.to('bool').reshape([x.size]));
  if (x.size === 0 || rank === 0) return tensor(new Int32Array(0), { shape: [await count, rank] });
  const strides = stridesOf(x.shape);
  const indices = stack(
    x.shape.map((size, axis) => places.floorDivide(strides[axis]!).remainder(size)),
    1,
  );
  const [found, n] = await Promise.all([indices.data(), count]);
  return tensor(found.slice(0, n * rank), { shape: [n, rank] });
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * Each value once, ascending, with `inverse` (i32, in x's shape: values[inverse] is x) and `counts` (i32). A promise, as only the values
     * tell how many there are. Each NaN is a value of its own, as in PyTorch.
     * @example
     * const { values, counts } = await tensor([3, 1, 3]).unique();
     * await values.data(); // → 1, 3
     * await counts.data(); // → 1, 2
     */
    unique(): Promise<Unique>;
    /**
     * The indices of all values that aren't 0, in order: i32 (how many, axes). A promise, as only the values tell how many. Not differentiable.
     * @example
     * await (await tensor([0, 5, 6]).nonzero()).data(); // → 1, 2
     */
    nonzero(): Promise<Tensor>;
  }
}

Tensor.prototype.unique = function () {
  return unique(this);
};
Tensor.prototype.nonzero = function () {
  return nonzero(this);
};
