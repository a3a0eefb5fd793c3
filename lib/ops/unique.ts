// What only the values tell the size of: unique values, and where values aren't 0. Both resolve to stored tensors, without a gradient.
import { tensor } from '../core/create.js';
import { operand } from '../core/record.js';
import { Tensor } from '../core/tensor.js';

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
  const { values, indices } = x.reshape([-1]).sort();
  const [sorted, order] = await Promise.all([values.data(), indices.data()]);
  const kept = sorted.slice();
  const inverse = new Int32Array(sorted.length);
  const counts = new Int32Array(sorted.length);
  let last = -1;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) kept[++last] = sorted[i]!;
    inverse[order[i]!] = last;
    counts[last]!++;
  }
  return {
    values: tensor(kept.slice(0, last + 1), { dtype: x.dtype }),
    inverse: tensor(inverse, { shape: x.shape }),
    counts: tensor(counts.slice(0, last + 1)),
  };
}

async function nonzero(a: Tensor): Promise<Tensor> {
  const x = operand('nonzero', a);
  const flags = (await x.to('bool').data()) as Uint8Array;
  const rank = x.shape.length;
  const places = new Int32Array(flags.reduce((n, value) => n + value, 0) * rank);
  for (let i = 0, at = 0; i < flags.length; i++) {
    if (flags[i] === 0) continue;
    for (let axis = rank - 1, rest = i; axis >= 0; axis--) {
      const size = x.shape[axis]!;
      places[at + axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    at += rank;
  }
  return tensor(places, { shape: [rank === 0 ? Number(flags[0]) : places.length / rank, rank] });
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
