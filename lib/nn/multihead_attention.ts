// MultiheadAttention: attention of several heads, each on its own projection of queries, keys and values.
import { ArgumentError, describe, formatShape, Parameter, ShapeError, type Tensor } from '../core/index.js';
import { scaledDotProductAttention, where } from '../ops/index.js';
import { checkPart } from './check.js';
import { xavierUniform, zeros } from './init.js';
import type { KVCache } from './kv_cache.js';
import { Linear } from './linear.js';
import { type AnyModule, Module } from './module.js';
import { torchNames } from './torch_names.js';

/** Options of `MultiheadAttention`. */
export interface MultiheadAttentionOptions {
  /** The part of the attention weights that is left out while training; 0 unless told. */
  readonly dropout?: number;
  /** Whether the projections add learned biases; true unless told. */
  readonly bias?: boolean;
  /** The size of keys; embedDim unless told. */
  readonly kdim?: number;
  /** The size of values; embedDim unless told. */
  readonly vdim?: number;
  /** Whether sequences are (N, T, E), which is the default here, or (T, N, E). */
  readonly batchFirst?: boolean;
}

/** What a query may look at. */
export interface AttentionMasks {
  /** bool (N, S), true for keys that nobody looks at; or floats to add. */
  readonly keyPaddingMask?: Tensor | undefined;
  /** bool (T, S) or (N · numHeads, T, S), true where a query must NOT look, as in PyTorch's layer; or floats to add. */
  readonly attnMask?: Tensor | undefined;
  /** Query i sees the keys 0 … i alone; false unless told. */
  readonly causal?: boolean;
  /** The steps read before: keys and values are added to it, and a query sees them all up to its own. Stands alone, without masks. */
  readonly cache?: KVCache | undefined;
}

/**
 * Attention of `numHeads` heads: (N, T, E), (N, S, kdim), (N, S, vdim) → (N, T, E), or without the batch axis. Keys and values are the query
 * unless given. Parameters have PyTorch's names: `in_proj_weight` (3E, E) (or `q_proj_weight`, `k_proj_weight`, `v_proj_weight` where keys or values have
 * another size), `in_proj_bias` (3E), `out_proj.weight`, `out_proj.bias`; so have masks its meaning: true hides. Weights begin Xavier-uniform, biases 0.
 *
 * Source: Vaswani et al., "Attention is all you need", 2017.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1, for heads that don't divide embedDim, for a dropout outside of 0 … 1.
 * @throws {ShapeError} in forward, for inputs and masks that don't fit.
 * @example
 * const attention = new nn.MultiheadAttention(64, 4, { dropout: 0.1 });
 * attention.forward(randn([8, 20, 64]), undefined, undefined, { causal: true }).shape; // → [8, 20, 64]
 */
export class MultiheadAttention extends Module<[query: Tensor, key?: Tensor, value?: Tensor, masks?: AttentionMasks]> {
  /** E, the last size of queries and of the result. */
  readonly embedDim: number;
  /** How many heads share embedDim. */
  readonly numHeads: number;
  /** The size of one head: embedDim / numHeads. */
  readonly headDim: number;
  /** The part of the attention weights that is left out while training. */
  readonly dropout: number;
  /** Whether sequences are (N, T, E), else (T, N, E). */
  readonly batchFirst: boolean;
  readonly #sizes: readonly [query: number, key: number, value: number];
  /** (3 · embedDim, embedDim): of queries, keys and values, one below the other; null where keys or values have another size. */
  inProjWeight: Parameter | null = null;
  /** (embedDim, embedDim), or null where `inProjWeight` serves. */
  qProjWeight: Parameter | null = null;
  /** (embedDim, kdim), or null where `inProjWeight` serves. */
  kProjWeight: Parameter | null = null;
  /** (embedDim, vdim), or null where `inProjWeight` serves. */
  vProjWeight: Parameter | null = null;
  /** (3 · embedDim): of queries, keys and values, or null without biases. */
  inProjBias: Parameter | null;
  /** (embedDim → embedDim), over the joined heads. */
  outProj: Linear;

  constructor(
    embedDim: number,
    numHeads: number,
    { dropout = 0, bias = true, kdim = embedDim, vdim = embedDim, batchFirst = true }: MultiheadAttentionOptions = {},
  ) {
    super();
    for (const [name, size] of Object.entries({ embedDim, numHeads, kdim, vdim }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError('MultiheadAttention', `${name} must be a whole number ≥ 1, got ${describe(size)}`, { value: size });
    if (embedDim % numHeads !== 0)
      throw new ArgumentError('MultiheadAttention', `embedDim ${embedDim} doesn't divide into ${numHeads} heads`, { value: numHeads });
    checkPart('MultiheadAttention', 'dropout', dropout);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.headDim = embedDim / numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.#sizes = [embedDim, kdim, vdim];
    const weight = (rows: number, size: number): Parameter => new Parameter(xavierUniform([rows, size]));
    if (kdim === embedDim && vdim === embedDim) this.inProjWeight = weight(3 * embedDim, embedDim);
    else
      [this.qProjWeight, this.kProjWeight, this.vProjWeight] = this.#sizes.map((size) => weight(embedDim, size)) as [
        Parameter,
        Parameter,
        Parameter,
      ];
    this.inProjBias = bias ? new Parameter(zeros([3 * embedDim])) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias });
    if (bias) this.outProj.bias!.assign(zeros([embedDim]));
  }

  override members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    return torchNames(super.members());
  }

  forward(query: Tensor, key = query, value = key, masks: AttentionMasks = {}): Tensor {
    const inputs = [query, key, value];
    const rank = query.shape.length;
    if (rank === 2) {
      const batched = inputs.map((x) => x.unsqueeze(this.batchFirst ? 0 : 1)) as [Tensor, Tensor, Tensor];
      return this.#attend(batched, masks).squeeze(this.batchFirst ? 0 : 1);
    }
    return this.#attend(inputs as [Tensor, Tensor, Tensor], masks);
  }

  #attend(inputs: [Tensor, Tensor, Tensor], masks: AttentionMasks): Tensor {
    this.#check(inputs);
    const [query, key, value] = inputs.map((x, part) => this.#project(x, part)) as [Tensor, Tensor, Tensor];
    const attended = masks.cache
      ? this.#decode(query, key, value, masks)
      : scaledDotProductAttention(query, key, value, {
          mask: this.#mask(query, key, masks),
          causal: masks.causal ?? false,
          dropout: this.training ? this.dropout : 0,
        });
    const [batch, heads, length, size] = attended.shape as [number, number, number, number];
    const joined = this.batchFirst
      ? attended.transpose(0, 2, 1, 3).reshape([batch, length, heads * size])
      : attended.transpose(2, 0, 1, 3).reshape([length, batch, heads * size]);
    return this.outProj.forward(joined);
  }

  #decode(query: Tensor, key: Tensor, value: Tensor, { cache, keyPaddingMask, attnMask }: AttentionMasks): Tensor {
    if (keyPaddingMask || attnMask)
      throw new ArgumentError('MultiheadAttention', 'a cache stands without masks: a query sees what was read before it, and itself');
    const { keys, values, mask } = cache!.append(key, value);
    return scaledDotProductAttention(query, keys, values, { mask });
  }

  /** (N, T, size) → (N, heads, T, headDim): by rows of the packed weight, so that one weight serves three inputs. */
  #project(x: Tensor, part: number): Tensor {
    const { embedDim } = this;
    const own = [this.qProjWeight, this.kProjWeight, this.vProjWeight][part];
    const weight = own ?? this.inProjWeight!.narrow(0, part * embedDim, embedDim);
    const y = x.matmul(weight.transpose());
    const sum = this.inProjBias === null ? y : y.add(this.inProjBias.narrow(0, part * embedDim, embedDim));
    const heads = sum.reshape([...x.shape.slice(0, 2), this.numHeads, this.headDim]);
    return this.batchFirst ? heads.transpose(0, 2, 1, 3) : heads.transpose(1, 2, 0, 3);
  }

  #check(inputs: readonly Tensor[]): void {
    const [n, t] = this.batchFirst ? ['N', 'T'] : ['T', 'N'];
    for (const [i, name] of ['query', 'key', 'value'].entries()) {
      const { shape } = inputs[i]!;
      if (shape.length !== 3 || shape[2] !== this.#sizes[i])
        throw new ShapeError('MultiheadAttention', `${name} must be (${n}, ${t}, ${this.#sizes[i]}), got ${formatShape(shape)}`, {
          value: shape,
        });
    }
  }

  /** Both masks as one of scaledDotProductAttention's, where true shows. */
  #mask(query: Tensor, key: Tensor, { keyPaddingMask, attnMask }: AttentionMasks): Tensor | undefined {
    const [batch, , queries] = query.shape as [number, number, number];
    const keys = key.shape[2]!;
    const shown: Tensor[] = [];
    if (keyPaddingMask) {
      checkMask('keyPaddingMask', keyPaddingMask, [[batch, keys]]);
      shown.push(keyPaddingMask.reshape([batch, 1, 1, keys]));
    }
    if (attnMask) {
      checkMask('attnMask', attnMask, [
        [queries, keys],
        [batch * this.numHeads, queries, keys],
      ]);
      shown.push(attnMask.shape.length === 2 ? attnMask : attnMask.reshape([batch, this.numHeads, queries, keys]));
    }
    if (shown.length === 0) return undefined;
    if (shown.every(({ dtype }) => dtype === 'bool')) return shown.map((mask) => mask.logicalNot()).reduce((a, b) => a.logicalAnd(b));
    return shown.map((mask) => (mask.dtype === 'bool' ? where(mask, -Infinity, 0) : mask)).reduce((a, b) => a.add(b));
  }
}

function checkMask(name: string, { shape }: Tensor, allowed: readonly (readonly number[])[]): void {
  if (allowed.some((one) => one.length === shape.length && one.every((n, i) => n === shape[i]))) return;
  throw new ShapeError('MultiheadAttention', `${name} must be ${allowed.map(formatShape).join(' or ')}, got ${formatShape(shape)}`, {
    value: shape,
  });
}
