// How lib/ops declares element ops: one record with the Chain steps' names and the gradient.
import { binary, type Result, unary } from '../core/basic.js';
import { stepCode } from '../core/native.js';
import { type GradRule, newOp, type Op } from '../core/op.js';
import type { Tensor } from '../core/tensor.js';

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
