// What steers an optimizer's update inside the run: the gradient norm, the scale that clips it, and the condition under which it writes.
import { add, binary, cast, mul } from './basic.js';
import { newOp } from './op.js';
import { clock, record } from './record.js';
import { sizeOf } from './shape.js';
import { numberTensor, type Tensor } from './tensor.js';

/** The 2-norm of all its inputs together. */
export const normOp = newOp(
  'gradNorm',
  {
    kind: 'command',
    opcode: 'norm',
    args: ({ inputs }, io) => [io.output(), inputs.length, ...inputs.flatMap((x, k) => [sizeOf(x.shape), io.input(k)])],
  },
  null,
);

const divOp = newOp('div', { kind: 'element', float: 'div', int: null }, null);
const minimumOp = newOp('minimum', { kind: 'element', float: 'minimum', int: null }, null);
const equalOp = newOp('eq', { kind: 'element', float: 'eq', int: null }, null);
const andOp = newOp('and', { kind: 'element', float: null, int: 'and' }, null);

/** min(1, limit / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ has it. */
export function clipScale(norm: Tensor, limit: Tensor): Tensor {
  return binary(minimumOp, binary(divOp, limit, add(norm, 1e-6)), numberTensor(1, 'f32', clock.now));
}

/** 1 where all of the scalars are finite, else 0. */
export function finiteCondition(scalars: readonly Tensor[]): Tensor {
  const finite = scalars.map((x) => binary(equalOp, mul(x, 0), 0, 'bool'));
  return cast(
    finite.reduce((a, b) => record(andOp, [a, b], a.shape, 'bool')),
    'f32',
  );
}
