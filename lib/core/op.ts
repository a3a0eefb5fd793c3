// What an op is to the core: its name, its gradient, and how it becomes work for native code. `lib/ops` declares ops by these records.
import type { DType } from './dtype.js';
import type { Shape } from './shape.js';
import type { Tensor } from './tensor.js';

/** What a gradient rule sees: the op's inputs and result, and the gradient of the result. Rules are written in hebb's own ops. */
export interface GradContext {
  readonly inputs: readonly Tensor[];
  readonly y: Tensor;
  readonly dy: Tensor;
  readonly attrs: readonly number[];
  /** A step's gradient is recorded once for many runs: a rule passes this array on to what it records, and never reads a number from it. */
  readonly scalars: readonly number[];
}

/** One gradient an input, in its own or a broadcast shape; `null` means: no gradient here. */
export type GradRule = (context: GradContext) => readonly (Tensor | null)[];

/** The operands of a command while it is encoded: buffers and scalars by their numbers in the Program. */
export interface Operands {
  /** The buffer of input `k`; contiguous, unless the command takes swapped matrices. */
  input(k: number): number;
  /** Whether input `k` is stored with its last two axes swapped (only for ops with `swaps`). */
  swapped(k: number): boolean;
  /** The buffer of output `k`; -1 for one that is left out. */
  output(k?: number): number;
  /** The number of the node's own scalar `k`. */
  scalar(k: number): number;
}

/** How native code does an op. */
export type Lowering =
  | { readonly kind: 'leaf' }
  /** The same memory under another shape. */
  | { readonly kind: 'alias' }
  /** Output `attrs[0]` of a command `of` with several: inputs are its node and that one's inputs, further attrs its own. */
  | { readonly kind: 'pick'; readonly of: Op }
  /** Strides over the input's memory; `strides` maps those of the input to those of the result. */
  | { readonly kind: 'view'; readonly strides: (node: Tensor, strides: readonly number[]) => number[] }
  /** A Chain step, by its name for f32 and for i32 operands; `select`'s first operand is a bool. */
  | { readonly kind: 'element'; readonly float: string | null; readonly int: string | null; readonly mask?: boolean }
  | { readonly kind: 'cast' }
  | {
      readonly kind: 'command';
      readonly opcode: string;
      /** The arguments; of command `part`, for ops that take several. */
      readonly args: (node: Tensor, io: Operands, part?: number) => number[];
      /** How many commands of `opcode` the op takes (default 1). */
      readonly parts?: (node: Tensor) => number;
      /** May fail at run time (an index out of range). */
      readonly fails?: boolean;
      /** Takes matrices stored with their last two axes swapped. */
      readonly swaps?: boolean;
      /** Input 0 may be a Chain computed on the way in (`reduce`); its body follows the arguments. */
      readonly prologue?: boolean;
      /** A Chain may follow on the hot result (`gemm`). */
      readonly epilogue?: boolean;
      /** The outputs 1, 2 … that nobody picks are left out: their number is -1. */
      readonly spares?: boolean;
      /** Shapes and dtypes of outputs 1, 2 …. */
      readonly extra?: (node: Tensor) => readonly { shape: Shape; dtype: DType }[];
    }
  /** An optimizer's in-place update: see lib/core/step.ts. */
  | { readonly kind: 'update' };

export interface Op {
  readonly name: string;
  /** The op's number in structure keys. */
  readonly id: number;
  /** `null`: not differentiable, and says so. */
  readonly grad: GradRule | null;
  readonly lowering: Lowering;
  /** The gradient rule is a user's: it may read anything, so it is recorded anew for each step. */
  readonly opaque: boolean;
}

let count = 0;

export function newOp(name: string, lowering: Lowering, grad: GradRule | null, opaque = false): Op {
  return { name, id: ++count, grad, lowering, opaque };
}

const leaf: Lowering = { kind: 'leaf' };

/** A stored tensor. */
export const LEAF = newOp('tensor', leaf, null);
/** A JS number as an operand: a runtime scalar. */
export const NUMBER = newOp('number', leaf, null);
/** A variable's value of one version. */
export const VARIABLE = newOp('variable', leaf, null);
