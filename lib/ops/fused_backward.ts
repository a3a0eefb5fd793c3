// The backward pass of a fused op as one command with a result for each input. Its own gradients are those of the gradient of `plain`, the
// op's composition, so that gradients of every order exist.
import { gradients, partials } from '../core/autograd.js';
import { type GradContext, type Lowering, newOp, type Op } from '../core/op.js';
import { record } from '../core/record.js';
import type { Tensor } from '../core/tensor.js';

type Command = Extract<Lowering, { kind: 'command' }>;

/** The fused op's composition, from its inputs, its attributes and its scalars (which it passes on and doesn't read). */
export type Plain = (inputs: readonly Tensor[], attrs: readonly number[], scalars: readonly number[]) => Tensor;

interface Backward {
  readonly name: string;
  readonly opcode: string;
  /** The command's arguments: inputs are those of the op, what it saved, and dy; output k is the gradient of input k, -1 where nobody wants it. */
  readonly args: Command['args'];
  /** How many tensors the op saved for it. */
  readonly saved: number;
  readonly plain: Plain;
}

/** Makes the part of a fused op's gradient rule that follows when `saved` is known: the gradients of all its inputs. */
export function fusedBackward({
  name,
  opcode,
  args,
  saved,
  plain,
}: Backward): (context: GradContext, saved: readonly Tensor[]) => Tensor[] {
  /** The rule of output k, for inputs (of the op, saved, dy): what was saved is a function of the others. */
  const rule =
    (k: number) =>
    (inputs: readonly Tensor[], seed: Tensor, attrs: readonly number[], scalars: readonly number[]): (Tensor | null)[] => {
      const own = inputs.slice(0, inputs.length - saved - 1);
      const parts = partials([...own, inputs[inputs.length - 1]!], seed, (...all) => {
        const xs = all.slice(0, -1);
        return gradients(plain(xs, attrs, scalars), xs, all[xs.length])[k]!;
      });
      return [...parts.slice(0, -1), ...new Array<null>(saved).fill(null), parts[own.length]!];
    };
  const command: Command = {
    kind: 'command',
    opcode,
    args,
    spares: true,
    extra: ({ inputs }) => inputs.slice(1, inputs.length - saved - 1).map(({ shape }) => ({ shape, dtype: 'f32' })),
  };
  const op: Op = newOp(`${name}Grad`, command, ({ inputs, dy, attrs, scalars }) => rule(0)(inputs, dy, attrs, scalars));
  const picks = ['Weight', 'Bias'].map((of, i) =>
    newOp(`${name}Grad${of}`, { kind: 'pick', of: op }, ({ inputs, dy, attrs, scalars }) => [
      null,
      ...rule(i + 1)(inputs.slice(1), dy, attrs.slice(1), scalars),
    ]),
  );
  return ({ inputs, dy, attrs, scalars }, kept) => {
    const operands = [...inputs, ...kept, dy];
    const dx = record(op, operands, inputs[0]!.shape, 'f32', attrs, scalars);
    const others = inputs.slice(1).map(({ shape }, i) => record(picks[i]!, [dx, ...operands], shape, 'f32', [i + 1, ...attrs], scalars));
    return [dx, ...others];
  };
}

/** Further result k of a fused op, which has no gradient of its own. */
export function furtherResult(pick: Op, y: Tensor, k: number, size: number): Tensor {
  return record(pick, [y, ...y.inputs], [size], 'f32', [k, ...y.attrs], y.scalars);
}
