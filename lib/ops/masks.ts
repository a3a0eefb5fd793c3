// Values where a mask is true: maskedFill, and maskedSelect, whose size only the values tell.
import { cast, expand, reshape } from '../core/basic.js';
import { tensor } from '../core/create.js';
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

async function maskedSelect(t: Tensor, mask: Tensor): Promise<Tensor> {
  const x = operand('maskedSelect', t);
  const m = boolMask('maskedSelect', mask);
  const shape = broadcast('maskedSelect', x.shape, m.shape);
  const values = reshape(expand(x, shape), [-1]);
  // In one run: where the mask comes from x, neither is computed twice.
  const [chosen] = await Promise.all([expand(m, shape).data(), run(x)]);
  const places = Int32Array.from({ length: (chosen as Uint8Array).reduce((n, value) => n + value, 0) });
  let count = 0;
  chosen.forEach((value, i) => value && (places[count++] = i));
  return rowsOf(values, 0, tensor(places));
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
