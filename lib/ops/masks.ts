// Values where a mask is true: maskedFill, and maskedSelect, whose size only the values tell.
import { cast, expand, reshape } from '../core/basic.js';
import { arange, tensor, zeros } from '../core/create.js';
import { DTypeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { broadcast } from '../core/shape.js';
import { run } from '../core/stretch.js';
import { Tensor } from '../core/tensor.js';
import { where } from './compare.js';
import { rowsOf } from './rows.js';

function boolMask(op: string, mask: Tensor): Tensor {
  const m = operand(op, mask);
  if (m.dtype !== 'bool') throw new DTypeError(op, `expects a bool mask, got ${m.dtype}; compare first: x.ne(0)`, { value: m.dtype });
  return m;
}

/**
 * Where flat flags are true, in order: the first `count` of as many places as there are flags. Found natively: each place is written where a
 * running count says, those of no interest behind the end.
 */
export function placesOf(flags: Tensor): { places: Tensor; count: Promise<number> } {
  const n = flags.size;
  if (n === 0) return { places: zeros([0], { dtype: 'i32' }), count: Promise.resolve(0) };
  const upTo = flags.cumsum(0);
  const places = zeros([n + 1], { dtype: 'i32' }).scatter(0, where(flags, upTo.sub(1), n), arange(n));
  return { places: places.narrow(0, 0, n), count: upTo.narrow(0, n - 1, 1).item() };
}

async function maskedSelect(t: Tensor, mask: Tensor): Promise<Tensor> {
  const x = operand('maskedSelect', t);
  const m = boolMask('maskedSelect', mask);
  const shape = broadcast('maskedSelect', x.shape, m.shape);
  const values = reshape(expand(x, shape), [-1]);
  const found = placesOf(expand(m, shape).reshape([-1]));
  // In one run: where the mask comes from x, neither is computed twice.
  const [places, count] = await Promise.all([found.places.data(), found.count, run(x)]);
  return rowsOf(values, 0, tensor(places.slice(0, count)));
}

declare module '../core/tensor.js' {
  interface Tensor {
    /**
     * x with `value` where the bool mask, which broadcasts, is true; in x's dtype.
     * @throws {DTypeError} for a mask that isn't bool.
     * @example
     * await tensor([1, 2]).maskedFill(tensor([true, false]), 9).data(); // → 9, 2
     */
    maskedFill(mask: Tensor, value: Tensor | number): Tensor;
    /**
     * The values where the bool mask is true, in one axis; both broadcast. A promise, for the size depends on the mask's values; gradients
     * pass through the result.
     * @throws {DTypeError} (as a rejection) for a mask that isn't bool.
     * @example
     * await (await tensor([1, 2, 3]).maskedSelect(tensor([true, false, true]))).data(); // → 1, 3
     */
    maskedSelect(mask: Tensor): Promise<Tensor>;
  }
}

Tensor.prototype.maskedFill = function (mask, value) {
  const x = operand('maskedFill', this);
  return cast(where(boolMask('maskedFill', mask), value, x), x.dtype);
};
Tensor.prototype.maskedSelect = function (mask) {
  return maskedSelect(this, mask);
};
