// How lib/ops declares element ops: one record with the Chain steps' names, or with a composition of others, and the gradient.
import { binary, cast, type Result, unary } from '../core/basic.js';
import { isFloat, promote } from '../core/dtype.js';
import { stepCode } from '../core/native.js';
import { type GradRule, NUMBER, newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { Tensor } from '../core/tensor.js';

interface ElementRecord {
  readonly name: string;
  /** The Chain step for f32 operands; absent where the op has none. */
  readonly kernel?: string;
  /** The Chain step for integer operands; absent: they become f32. */
  readonly integer?: string;
  /** `null`: not differentiable. */
  readonly grad: GradRule | null;
}

/** The op of a record; throws at load when the addon lacks a kernel of that name. */
export function elementOp({ name, kernel, integer, grad }: ElementRecord): Op {
  if (kernel !== undefined) stepCode(kernel);
  if (integer !== undefined) stepCode(integer);
  return newOp(name, { kind: 'element', float: kernel ?? null, int: integer ?? null }, grad);
}

export function unaryOp(record: ElementRecord): (x: Tensor) => Tensor {
  const op = elementOp(record);
  return (x) => unary(op, x);
}

export function binaryOp(record: ElementRecord, result: Result = 'same'): (a: Tensor, b: Tensor | number) => Tensor {
  const op = elementOp(record);
  return (a, b) => binary(op, a, b, result);
}

interface ComposedRecord {
  readonly name: string;
  /** Of operands in f32; numbers are operands too, so that a cached Program takes new ones. */
  readonly forward: (...xs: Tensor[]) => Tensor;
  /** Absent: the derivative of the composition. It sees operands, result and gradient in f32. */
  readonly grad?: GradRule;
}

/** An op composed of others, which a Chain fuses: computed in f32 whatever it is stored in, and rounded once. Integers become f32. */
export function composedOp({ name, forward, grad }: ComposedRecord): (x: Tensor, ...rest: (Tensor | number)[]) => Tensor {
  const op = grad && newOp(name, { kind: 'alias' }, (context) => [null, ...grad({ ...context, inputs: context.inputs.slice(1) })]);
  return (x, ...rest) => {
    const given = [x, ...rest].map((value) => operand(name, value));
    const dtypes = given.filter((value) => value.op !== NUMBER).map(({ dtype }) => dtype);
    const dtype = dtypes.reduce(promote);
    const xs = given.map((value) => cast(value, 'f32'));
    const value = forward(...xs);
    return cast(op ? record(op, [value, ...xs], value.shape, 'f32') : value, isFloat(dtype) ? dtype : 'f32');
  };
}

type Methods = { [K in keyof Tensor]?: Tensor[K] extends (...args: infer A) => infer R ? (x: Tensor, ...args: A) => R : never };

/** Makes methods of functions: `sin(x)` is called as `x.sin()`. */
export function addMethods(functions: Methods): void {
  for (const [name, f] of Object.entries(functions) as [string, (x: Tensor, ...rest: unknown[]) => unknown][])
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: unknown[]) {
        return f(this, ...rest);
      },
      writable: true,
      configurable: true,
    });
}
