// Attention of queries to keys and values: one fused forward, which keeps the rows' log-sum-exp, and one fused backward, which computes the
// weights again; neither holds scores in memory.

import { partials } from '../core/autograd.js';
import { cast, expand, mul, reshape } from '../core/basic.js';
import { arange } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op, type Operands } from '../core/op.js';
import { defaultGenerator, type Generator, uniformOp } from '../core/random.js';
import { operand, record } from '../core/record.js';
import { describe, formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { where } from './compare.js';

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions {
  /** bool, true where a query may look, or floats to add to the scores; broadcasts to (batch, heads, T, S). */
  readonly mask?: Tensor | undefined;
  /** Query i sees the keys 0 … i alone; false unless told. With a mask, both hold. */
  readonly causal?: boolean;
  /** The factor of q · k; 1/√d unless told. */
  readonly scale?: number | undefined;
  /** Keys and values may have fewer heads than queries, each for heads / keyHeads of them in a row; false unless told. */
  readonly groupedQuery?: boolean;
  /** The part of the weights that is left out at random, from 0 (the default) to 1; the others grow by 1/(1 - dropout). */
  readonly dropout?: number;
  /** Where the dropped weights come from; the default one (see `manualSeed`) unless told. */
  readonly generator?: Generator | undefined;
}

/** Inputs are q, k, v, perhaps a mask, perhaps the part of weights to drop; what follows them belongs to the backward op. */
interface Attrs {
  readonly attrs: readonly number[];
}
const masked = ({ attrs }: Attrs): boolean => attrs[1] === 1;
const dropping = ({ attrs }: Attrs): boolean => attrs[2] === 1;
const operandCount = (node: Attrs): number => 3 + Number(masked(node)) + Number(dropping(node));

/** The arguments that forward and backward begin with: sizes, causal, the kind of mask and its steps along the four axes. */
function sizes({ inputs: [q, k, v, mask], attrs }: Tensor): number[] {
  const [batch, heads, queries, depth] = q!.shape as [number, number, number, number];
  const steps = [0, 0, 0, 0];
  const shape = masked({ attrs }) ? mask!.shape : [];
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis--]!)
    if (shape[axis] !== 1) steps[4 - shape.length + axis] = step;
  const kind = !masked({ attrs }) ? 0 : mask!.dtype === 'bool' ? 1 : 2;
  return [batch, heads, k!.shape[1]!, queries, k!.shape[2]!, depth, v!.shape[3]!, attrs[0]!, kind, ...steps, Number(dropping({ attrs }))];
}

/** The operands as arguments: those that the op hasn't are left out. */
const operandArgs = (node: Tensor, io: Operands): number[] => [
  ...node.inputs.slice(0, operandCount(node)).map((_, i) => io.input(i)),
  ...(dropping(node) ? [io.scalar(0)] : []),
];

/** Low enough for a weight of 0, and finite: where a query sees nothing, its weights are 0 by a second factor. */
const HIDDEN = -1e30;

/** The composition, for gradients of gradients. */
function plain({ attrs, scalars }: Pick<Tensor, 'attrs' | 'scalars'>, [q, k, v, ...more]: readonly Tensor[]): Tensor {
  const [batch, heads, queries, depth] = q!.shape as [number, number, number, number];
  const [, keyHeads, keys] = k!.shape as [number, number, number];
  const mask = masked({ attrs }) ? more.shift()! : null;
  const group = keyHeads === 0 ? 1 : heads / keyHeads;
  const spread = (x: Tensor): Tensor => {
    const size = x.shape[3]!;
    return reshape(expand(reshape(x, [batch, keyHeads, 1, keys, size]), [batch, keyHeads, group, keys, size]), [batch, heads, keys, size]);
  };
  let scores = mul(q!.matmul(spread(k!).transpose(0, 1, 3, 2)), Math.max(1, depth) ** -0.5);
  let seen = attrs[0] === 1 ? arange(queries).unsqueeze(-1).ge(arange(keys)) : null;
  if (mask !== null) {
    const open = mask.dtype === 'bool' ? mask : mask.ne(-Infinity);
    if (mask.dtype !== 'bool') scores = scores.add(mask);
    seen = seen === null ? open : seen.logicalAnd(open);
  }
  let weights = seen === null ? scores.softmax(-1) : mul(where(seen, scores, HIDDEN).softmax(-1), seen);
  if (dropping({ attrs })) {
    const drop = more[0]!;
    const kept = record(uniformOp, [], weights.shape, 'f32', weights.shape, scalars).ge(drop);
    weights = where(kept, weights.div(drop.neg().add(1)), 0);
  }
  return weights.matmul(spread(v!));
}

const backward: Op = newOp(
  'scaledDotProductAttentionGrad',
  {
    kind: 'command',
    opcode: 'attention_grad',
    spares: true,
    extra: ({ inputs: [q, k, v] }) => [
      { shape: k!.shape, dtype: 'f32' },
      { shape: v!.shape, dtype: 'f32' },
      { shape: [...q!.shape.slice(0, 3), k!.shape[2]!], dtype: 'f32' },
    ],
    args: (node, io) => {
      const n = operandCount(node);
      const results = [io.output(0), io.output(1), io.output(2), io.output(3)];
      return [...sizes(node), ...operandArgs(node, io), io.input(n), io.input(n + 1), io.input(n + 2), ...results];
    },
  },
  ({ inputs, attrs, scalars, dy }) => second(inputs, attrs, scalars, 0, dy),
);

/** The gradients of gradient `place`, by the composition's. */
function second(
  inputs: readonly Tensor[],
  attrs: readonly number[],
  scalars: readonly number[],
  place: number,
  seed: Tensor,
): (Tensor | null)[] {
  const n = operandCount({ attrs });
  const parts = partials([...inputs.slice(0, n), inputs[n + 2]!], seed, (...xs) => {
    const operands = xs.slice(0, n);
    // A mask's gradient comes in the shape of the scores.
    if (masked({ attrs })) operands[3] = expand(xs[3]!, [...xs[0]!.shape.slice(0, 3), xs[1]!.shape[2]!]);
    return partials(operands, xs[n]!, (...own) => plain({ attrs, scalars }, own))[place]!;
  });
  if (dropping({ attrs })) parts[n - 1] = null;
  return [...parts.slice(0, n), null, null, parts[n]!];
}

const gradientOp = (name: string): Op =>
  newOp(name, { kind: 'pick', of: backward }, ({ inputs: [, ...inputs], attrs: [place, ...attrs], scalars, dy }) => [
    null,
    ...second(inputs, attrs, scalars, place!, dy),
  ]);
const others = ['Key', 'Value', 'Mask'].map((of) => gradientOp(`scaledDotProductAttentionGrad${of}`));

const attentionOp: Op = newOp(
  'scaledDotProductAttention',
  {
    kind: 'command',
    opcode: 'attention',
    spares: true,
    extra: ({ inputs: [q] }) => [{ shape: q!.shape.slice(0, 3), dtype: 'f32' }],
    args: (node, io) => [...sizes(node), ...operandArgs(node, io), io.output(0), io.output(1)],
  },
  ({ inputs, y, dy, attrs, scalars }) => {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor?];
    const lse = record(lseOp, [y, ...inputs], q.shape.slice(0, 3), 'f32', [1, ...attrs], scalars);
    const operands = [...inputs, y, lse, dy];
    const dq = record(backward, operands, q.shape, 'f32', attrs, scalars);
    const more = (place: number, shape: Shape): Tensor =>
      record(others[place - 1]!, [dq, ...operands], shape, 'f32', [place, ...attrs], scalars);
    const gradients: (Tensor | null)[] = [dq, more(1, k.shape), more(2, v.shape)];
    if (masked({ attrs })) gradients.push(isFloat(mask!.dtype) ? more(3, [...q.shape.slice(0, 3), k.shape[2]!]) : null);
    return dropping({ attrs }) ? [...gradients, null] : gradients;
  },
);

/** The rows' log-sum-exp, which the forward leaves beside the result. */
const lseOp = newOp('attentionLogSumExp', { kind: 'pick', of: attentionOp }, null);

const NAME = 'scaledDotProductAttention';

function checkShapes(q: Tensor, k: Tensor, v: Tensor, groupedQuery: boolean): void {
  const shapes = [q, k, v].map((x) => formatShape(x.shape)).join(', ');
  const fail = (why: string): never => {
    throw new ShapeError(NAME, `${why}; q, k and v are ${shapes}`, { value: [q.shape, k.shape, v.shape] });
  };
  if ([q, k, v].some((x) => x.shape.length !== 4)) fail('expects (batch, heads, T, d) each, reshape or unsqueeze first');
  const [[batch, heads, , depth], [, keyHeads, keys]] = [q.shape, k.shape] as [readonly number[], readonly number[]];
  if (k.shape[0] !== batch || v.shape[0] !== batch) fail('batches differ');
  if (v.shape[1] !== keyHeads || v.shape[2] !== keys) fail('keys and values differ in heads or length');
  if (k.shape[3] !== depth) fail('queries and keys differ in their last size');
  if (heads === keyHeads) return;
  if (!groupedQuery) fail(`queries have ${heads} heads, keys ${keyHeads}; groupedQuery: true?`);
  if (keyHeads === 0 || heads! % keyHeads! !== 0) fail(`${heads} heads of queries can't share ${keyHeads} of keys`);
}

function checkMask(given: Tensor, shape: Shape): Tensor {
  const mask = operand(NAME, given);
  if (mask.dtype !== 'bool' && !isFloat(mask.dtype))
    throw new DTypeError(NAME, `a mask is bool or floats, got ${mask.dtype}; compare first: mask.ne(0)`, { value: mask.dtype });
  const lead = 4 - mask.shape.length;
  if (lead < 0 || mask.shape.some((n, i) => n !== 1 && n !== shape[lead + i]))
    throw new ShapeError(NAME, `a mask ${formatShape(mask.shape)} doesn't broadcast to ${formatShape(shape)}`, { value: mask.shape });
  return mask.dtype === 'bool' ? mask : cast(mask, 'f32');
}

/**
 * softmax(q · kᵀ · scale + mask) · v, as `torch.nn.functional.scaled_dot_product_attention`. A query that may look nowhere gives zeros.
 *
 * Memory grows with T, not with T²: scores are computed block by block, and again in the backward pass. Only the gradient of a mask of floats
 * is as large as the scores. Results have the same bits for any number of threads.
 *
 * Source: Dao, "FlashAttention-2: faster attention with better parallelism and work partitioning", 2023.
 *
 * @param q Floats (batch, heads, T, d). @param k Floats (batch, keyHeads, S, d). @param v Floats (batch, keyHeads, S, e).
 * @param options `mask`, `causal` (default false), `scale` (default 1/√d), `groupedQuery` (default false: keyHeads is heads),
 *   `dropout` (default 0), which happens whatever the mode of modules is; the backward pass draws the same weights again.
 * @returns f32 (batch, heads, T, e).
 * @throws {ShapeError} shapes that don't fit, and heads that don't divide. @throws {DTypeError} integers. @throws {ArgumentError} a scale that is not finite, a dropout outside of 0 … 1.
 * @example
 * const [q, k, v] = [randn([2, 4, 10, 16]), randn([2, 4, 12, 16]), randn([2, 4, 12, 16])];
 * nn.scaledDotProductAttention(q, k, v, { causal: true }).shape; // → [2, 4, 10, 16]
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, scale, groupedQuery = false, dropout = 0, generator }: AttentionOptions = {},
): Tensor {
  const operands = [q, k, v].map((x) => operand(NAME, x));
  for (const { dtype } of operands)
    if (!isFloat(dtype)) throw new DTypeError(NAME, `expects floats, got ${dtype}; use .to('f32')`, { value: dtype });
  let [query, key, value] = operands.map((x) => cast(x, 'f32')) as [Tensor, Tensor, Tensor];
  checkShapes(query, key, value, groupedQuery);
  if (typeof causal !== 'boolean')
    throw new ArgumentError(NAME, `causal must be true or false, got ${describe(causal)}`, { value: causal });
  if (scale !== undefined) {
    if (!Number.isFinite(scale)) throw new ArgumentError(NAME, `scale must be a finite number, got ${describe(scale)}`, { value: scale });
    query = mul(query, scale * Math.sqrt(Math.max(1, query.shape[3]!)));
  }
  if (!(dropout >= 0 && dropout <= 1))
    throw new ArgumentError(NAME, `dropout must be from 0 to 1, got ${describe(dropout)}`, { value: dropout });
  const [batch, heads, queries] = query.shape as [number, number, number];
  const weights = [batch, heads, queries, key.shape[2]!];
  const inputs = [query, key, value];
  if (mask !== undefined) inputs.push(checkMask(mask, weights));
  const shape = [batch, heads, queries, value.shape[3]!];
  const attrs = [causal, mask !== undefined, dropout > 0].map(Number);
  if (dropout === 0) return record(attentionOp, inputs, shape, 'f32', attrs);
  return record(
    attentionOp,
    [...inputs, operand(NAME, dropout)],
    shape,
    'f32',
    attrs,
    (generator ?? defaultGenerator()).draw(sizeOf(weights)),
  );
}
