// Attention of queries to keys and values: one fused forward, which keeps the rows' log-sum-exp, and one fused backward, which computes the
// weights again; neither holds scores in memory.

import { partials } from '../core/autograd.js';
import { cast, expand, mul, reshape } from '../core/basic.js';
import { arange } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { operand, record } from '../core/record.js';
import { describe, formatShape, type Shape } from '../core/shape.js';
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
}

/** Inputs are q, k, v and perhaps a mask; what follows them belongs to the backward op. */
const masked = (node: { readonly attrs: readonly number[] }): boolean => node.attrs[1] === 1;

/** The arguments that forward and backward begin with: sizes, causal, the kind of mask and its steps along the four axes. */
function sizes({ inputs: [q, k, v, mask], attrs }: Tensor): number[] {
  const [batch, heads, queries, depth] = q!.shape as [number, number, number, number];
  const steps = [0, 0, 0, 0];
  const shape = masked({ attrs }) ? mask!.shape : [];
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis--]!)
    if (shape[axis] !== 1) steps[4 - shape.length + axis] = step;
  const kind = !masked({ attrs }) ? 0 : mask!.dtype === 'bool' ? 1 : 2;
  return [batch, heads, k!.shape[1]!, queries, k!.shape[2]!, depth, v!.shape[3]!, attrs[0]!, kind, ...steps];
}

/** Low enough for a weight of 0, and finite: where a query sees nothing, its weights are 0 by a second factor. */
const HIDDEN = -1e30;

/** The composition, for gradients of gradients. */
function plain(causal: boolean, q: Tensor, k: Tensor, v: Tensor, mask?: Tensor): Tensor {
  const [batch, heads, queries, depth] = q.shape as [number, number, number, number];
  const [, keyHeads, keys] = k.shape as [number, number, number];
  const width = v.shape[3]!;
  const group = keyHeads === 0 ? 1 : heads / keyHeads;
  const spread = (x: Tensor, size: number): Tensor =>
    reshape(expand(reshape(x, [batch, keyHeads, 1, keys, size]), [batch, keyHeads, group, keys, size]), [batch, heads, keys, size]);
  let scores = mul(q.matmul(spread(k, depth).transpose(0, 1, 3, 2)), Math.max(1, depth) ** -0.5);
  let seen = causal ? arange(queries).unsqueeze(-1).ge(arange(keys)) : null;
  if (mask !== undefined) {
    const open = mask.dtype === 'bool' ? mask : mask.ne(-Infinity);
    if (mask.dtype !== 'bool') scores = scores.add(mask);
    seen = seen === null ? open : seen.logicalAnd(open);
  }
  if (seen === null) return scores.softmax(-1).matmul(spread(v, width));
  return mul(where(seen, scores, HIDDEN).softmax(-1), seen).matmul(spread(v, width));
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
      const own = node.inputs.map((_, i) => io.input(i));
      const operands = masked(node) ? own : own.toSpliced(3, 0, -1);
      return [...sizes(node), ...operands, io.output(0), io.output(1), io.output(2), io.output(3)];
    },
  },
  ({ inputs, attrs, dy }) => second(inputs, attrs, 0, dy),
);

/** The gradients of gradient `place`, by the composition's. */
function second(inputs: readonly Tensor[], attrs: readonly number[], place: number, seed: Tensor): (Tensor | null)[] {
  const n = masked({ attrs }) ? 4 : 3;
  const [operands, slope] = [inputs.slice(0, n), inputs[n + 2]!];
  const parts = partials([...operands, slope], seed, (...xs) => {
    const [q, k, v, mask] = xs as [Tensor, Tensor, Tensor, Tensor];
    // A mask's gradient comes in the shape of the scores.
    const spread = masked({ attrs }) ? [expand(mask, [...q.shape.slice(0, 3), k.shape[2]!])] : [];
    return partials([q, k, v, ...spread], xs[n]!, (...own) => plain(attrs[0] === 1, own[0]!, own[1]!, own[2]!, own[3]))[place]!;
  });
  return [...parts.slice(0, n), null, null, parts[n]!];
}

const gradientOp = (name: string): Op =>
  newOp(name, { kind: 'pick', of: backward }, ({ inputs: [, ...inputs], attrs: [place, ...attrs], dy }) => [
    null,
    ...second(inputs, attrs, place!, dy),
  ]);
const others = ['Key', 'Value', 'Mask'].map((of) => gradientOp(`scaledDotProductAttentionGrad${of}`));

const attentionOp: Op = newOp(
  'scaledDotProductAttention',
  {
    kind: 'command',
    opcode: 'attention',
    spares: true,
    extra: ({ inputs: [q] }) => [{ shape: q!.shape.slice(0, 3), dtype: 'f32' }],
    args: (node, io) => [
      ...sizes(node),
      io.input(0),
      io.input(1),
      io.input(2),
      masked(node) ? io.input(3) : -1,
      io.output(0),
      io.output(1),
    ],
  },
  ({ inputs, y, dy, attrs }) => {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor?];
    const lse = record(lseOp, [y, ...inputs], q.shape.slice(0, 3), 'f32', [1, ...attrs]);
    const operands = [...inputs, y, lse, dy];
    const dq = record(backward, operands, q.shape, 'f32', attrs);
    const more = (place: number, shape: Shape): Tensor => record(others[place - 1]!, [dq, ...operands], shape, 'f32', [place, ...attrs]);
    const gradients: (Tensor | null)[] = [dq, more(1, k.shape), more(2, v.shape)];
    if (mask !== undefined) gradients.push(isFloat(mask.dtype) ? more(3, [...q.shape.slice(0, 3), k.shape[2]!]) : null);
    return gradients;
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
 * @param options `mask`, `causal` (default false), `scale` (default 1/√d), `groupedQuery` (default false: keyHeads is heads).
 * @returns f32 (batch, heads, T, e).
 * @throws {ShapeError} shapes that don't fit, and heads that don't divide. @throws {DTypeError} integers. @throws {ArgumentError} a scale that is not finite.
 * @example
 * const [q, k, v] = [randn([2, 4, 10, 16]), randn([2, 4, 12, 16]), randn([2, 4, 12, 16])];
 * nn.scaledDotProductAttention(q, k, v, { causal: true }).shape; // 2, 4, 10, 16
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, scale, groupedQuery = false }: AttentionOptions = {},
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
  const [batch, heads, queries] = query.shape as [number, number, number];
  const inputs = [query, key, value];
  if (mask !== undefined) inputs.push(checkMask(mask, [batch, heads, queries, key.shape[2]!]));
  const shape = [batch, heads, queries, value.shape[3]!];
  return record(attentionOp, inputs, shape, 'f32', [Number(causal), Number(mask !== undefined)]);
}
