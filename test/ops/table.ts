// The op table: what each exported op must compute, and for which inputs it must refuse. The *.test.ts files beside it walk over it.
import type { DType, HebbError, Tensor } from 'hebb';
import { arithmetic } from './cases/arithmetic.js';
import { indexing } from './cases/at.js';
import { attentions } from './cases/attention.js';
import { cast } from './cases/cast.js';
import { checkpointed } from './cases/checkpoint.js';
import { compare } from './cases/compare.js';
import { conv1, conv2, conv3, convTransposes } from './cases/conv.js';
import { create } from './cases/create.js';
import { ctc } from './cases/ctc.js';
import { einsums } from './cases/einsum.js';
import { gathers } from './cases/gather.js';
import { losses } from './cases/losses.js';
import { math } from './cases/math.js';
import { matmul } from './cases/matmul.js';
import { moments } from './cases/moments.js';
import { norms } from './cases/norms.js';
import { order } from './cases/order.js';
import { pointwiseLosses } from './cases/pointwise_losses.js';
import { pools } from './cases/pool.js';
import { recurrents } from './cases/recurrent.js';
import { reduce } from './cases/reduce.js';
import { repeat } from './cases/repeat.js';
import { rowLosses } from './cases/row_losses.js';
import { select } from './cases/select.js';
import { shape } from './cases/shape.js';
import { views } from './cases/views.js';
import type { Input } from './inputs.js';
import type { Ref } from './oracle.js';
import { refusals } from './refusals/list.js';

/**
 * How near a result must be to the float64 one. `exact`: the same value after one rounding to the result's dtype. A number: so many
 * ULP for each element. `scaled`: max|y - ref| ≤ 2e-6 · max|ref|.
 */
export type Tolerance = 'exact' | 'scaled' | number;

/**
 * `smooth`: gradients and gradients of gradients are checked. `kinked`: gradients alone, the inputs being clear of the kinks.
 * `none`: not differentiable, or not at these inputs.
 */
export type Gradient = 'smooth' | 'kinked' | 'none';

export interface Case {
  /** The export that it covers: `Tensor.add`, `concat`, `nn.mseLoss`. */
  readonly op: string;
  /** Unique within the op. */
  readonly name: string;
  readonly inputs: readonly Input[];
  hebb(...xs: Tensor[]): Tensor;
  oracle(...xs: Ref[]): Ref;
  readonly dtype: DType;
  readonly tolerance: Tolerance;
  readonly gradient: Gradient;
  /** Why most of the result may be zero or all of it equal; without a reason that fails as untrustworthy. */
  readonly plain?: string;
}

export interface Refusal {
  readonly op: string;
  readonly name: string;
  call(): unknown;
  readonly error: new (...args: never[]) => HebbError;
  /** A part of the message. */
  readonly says: string;
}

export const cases: readonly Case[] = [
  ...arithmetic,
  ...math,
  ...compare,
  ...cast,
  ...reduce,
  ...moments,
  ...order,
  ...shape,
  ...select,
  ...matmul,
  ...losses,
  ...pointwiseLosses,
  ...rowLosses,
  ...ctc,
  ...norms,
  ...create,
  ...checkpointed,
  ...views,
  ...repeat,
  ...einsums,
  ...indexing,
  ...gathers,
  ...conv1,
  ...conv2,
  ...conv3,
  ...convTransposes,
  ...pools,
  ...recurrents,
  ...attentions,
];

export { refusals };

/** As a test's name, and as the pattern that reruns it. */
export const title = ({ op, name }: { op: string; name: string }): string => `${op}: ${name}`;
