// Transformers: stacks of encoder and decoder layers, and the two together.
import { ArgumentError, describe, type Parameter, type Tensor } from '../core/index.js';
import { xavierUniform } from './init.js';
import { KVCache } from './kv_cache.js';
import { LayerNorm } from './layer_norm.js';
import { Module } from './module.js';
import {
  type DecoderMasks,
  type EncoderMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer_layers.js';

/** Options of `TransformerEncoder` and `TransformerDecoder`. */
export interface StackOptions {
  /** Normalises what the last layer gives; nothing unless told. With normFirst layers it belongs there. */
  readonly norm?: LayerNorm | null;
}

/** What the layers of a `TransformerEncoder` may look at. */
export interface EncoderStackMasks extends Omit<EncoderMasks, 'cache'> {
  /** One cache a layer, as `caches(capacity)` makes them; see `KVCache`. Stand alone, without masks. */
  readonly caches?: readonly KVCache[] | undefined;
}

/** What the layers of a `TransformerDecoder` may look at. */
export interface DecoderStackMasks extends Omit<DecoderMasks, 'cache'> {
  /** One cache a layer for its own sequence, as `caches(capacity)` makes them; see `KVCache`. Stand without masks of that sequence. */
  readonly caches?: readonly KVCache[] | undefined;
}

/** Several layers of one kind, each with parameters of its own. */
abstract class Stack<A extends unknown[], L extends TransformerEncoderLayer | TransformerDecoderLayer> extends Module<A> {
  /** The layers, first to last. */
  layers: L[];
  /** What normalises the last layer's result, or null. */
  norm: LayerNorm | null;

  constructor(op: string, layer: (index: number) => L, numLayers: number, { norm = null }: StackOptions) {
    super();
    if (!Number.isInteger(numLayers) || numLayers < 1)
      throw new ArgumentError(op, `numLayers must be a whole number ≥ 1, got ${describe(numLayers)}`, { value: numLayers });
    if (typeof layer !== 'function')
      throw new ArgumentError(op, `expects a function that makes a layer, got ${describe(layer)}; () => new nn.${op}Layer(…)`, {
        value: layer,
      });
    this.layers = Array.from({ length: numLayers }, (_, i) => layer(i));
    this.norm = norm;
  }

  /**
   * A cache for each layer, to decode `capacity` steps of `batch` sequences (1 unless told).
   * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1.
   */
  caches(capacity: number, batch = 1): KVCache[] {
    return this.layers.map(({ selfAttn: { numHeads: heads, headDim } }) => new KVCache({ batch, heads, headDim, capacity }));
  }

  protected normed(x: Tensor): Tensor {
    return this.norm === null ? x : this.norm.forward(x);
  }

  protected cacheOf(caches: readonly KVCache[] | undefined, i: number): KVCache | undefined {
    if (caches !== undefined && caches.length !== this.layers.length)
      throw new ArgumentError('caches', `expects ${this.layers.length}, one a layer, got ${caches.length}; use caches(capacity)`, {
        value: caches,
      });
    return caches?.[i];
  }
}

/**
 * Encoder layers one after the other: (N, T, dModel) → the same. `layer` makes each of them, so that each begins with values of its own. Parameters have PyTorch's
 * names: `layers.0.self_attn.…`, `norm.…`. With `isCausal` it is a decoder of the kind of GPT, and takes `caches`.
 *
 * @throws {ArgumentError} for a number of layers that is no whole number ≥ 1, or another number of caches.
 * @example
 * const encoder = new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(64, 4), 3);
 * encoder.forward(randn([8, 20, 64])).shape; // → [8, 20, 64]
 */
export class TransformerEncoder extends Stack<[src: Tensor, masks?: EncoderStackMasks], TransformerEncoderLayer> {
  constructor(layer: (index: number) => TransformerEncoderLayer, numLayers: number, options: StackOptions = {}) {
    super('TransformerEncoder', layer, numLayers, options);
  }

  forward(src: Tensor, { caches, ...masks }: EncoderStackMasks = {}): Tensor {
    return this.normed(this.layers.reduce((x, layer, i) => layer.forward(x, { ...masks, cache: this.cacheOf(caches, i) }), src));
  }
}

/**
 * Decoder layers one after the other: (N, T, dModel) and the encoder's (N, S, dModel) → (N, T, dModel). Else as `TransformerEncoder`.
 *
 * @throws {ArgumentError} for a number of layers that is no whole number ≥ 1, or another number of caches.
 * @example
 * const decoder = new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(64, 4), 3);
 * decoder.forward(randn([8, 20, 64]), randn([8, 30, 64]), { tgtIsCausal: true }).shape; // → [8, 20, 64]
 */
export class TransformerDecoder extends Stack<[tgt: Tensor, memory: Tensor, masks?: DecoderStackMasks], TransformerDecoderLayer> {
  constructor(layer: (index: number) => TransformerDecoderLayer, numLayers: number, options: StackOptions = {}) {
    super('TransformerDecoder', layer, numLayers, options);
  }

  forward(tgt: Tensor, memory: Tensor, { caches, ...masks }: DecoderStackMasks = {}): Tensor {
    return this.normed(this.layers.reduce((x, layer, i) => layer.forward(x, memory, { ...masks, cache: this.cacheOf(caches, i) }), tgt));
  }
}

/** Options of `Transformer`, with PyTorch's defaults but for batchFirst. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** The size of a position's vector; 512 unless told. */
  readonly dModel?: number;
  /** Heads of each attention; 8 unless told. */
  readonly nhead?: number;
  /** 6 unless told. */
  readonly numEncoderLayers?: number;
  /** 6 unless told. */
  readonly numDecoderLayers?: number;
}

/** What `Transformer` may look at. */
export interface TransformerMasks extends Omit<DecoderMasks, 'cache'> {
  /** (S, S) or (N · nhead, S, S). */
  readonly srcMask?: Tensor | undefined;
  /** (N, S), true for padding. */
  readonly srcKeyPaddingMask?: Tensor | undefined;
  /** Position i of the source sees positions 0 … i alone; false unless told. */
  readonly srcIsCausal?: boolean;
}

/**
 * An encoder and a decoder, each with a norm at its end: (N, S, dModel) and (N, T, dModel) → (N, T, dModel). Embeddings, positions and what follows are the user's. Weights
 * begin Xavier-uniform; parameters have PyTorch's names: `encoder.layers.0.…`, `encoder.norm.…`, `decoder.…`.
 *
 * Source: Vaswani et al., "Attention is all you need", 2017.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1 and heads that don't divide dModel. @throws {ShapeError} in forward.
 * @example
 * const model = new nn.Transformer({ dModel: 64, nhead: 4, numEncoderLayers: 2, numDecoderLayers: 2, dimFeedforward: 256 });
 * model.forward(randn([8, 30, 64]), randn([8, 20, 64]), { tgtIsCausal: true }).shape; // → [8, 20, 64]
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, masks?: TransformerMasks]> {
  /** What reads the source. */
  encoder: TransformerEncoder;
  /** What reads the target and the encoder's result. */
  decoder: TransformerDecoder;

  constructor({ dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, ...options }: TransformerOptions = {}) {
    super();
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps: options.layerNormEps ?? 1e-5, bias: options.bias ?? true });
    this.encoder = new TransformerEncoder(() => new TransformerEncoderLayer(dModel, nhead, options), numEncoderLayers, { norm: norm() });
    this.decoder = new TransformerDecoder(() => new TransformerDecoderLayer(dModel, nhead, options), numDecoderLayers, { norm: norm() });
    for (const parameter of this.parameters()) if (parameter.shape.length > 1) reset(parameter);
  }

  forward(src: Tensor, tgt: Tensor, { srcMask, srcKeyPaddingMask, srcIsCausal = false, ...masks }: TransformerMasks = {}): Tensor {
    const memory = this.encoder.forward(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder.forward(tgt, memory, masks);
  }
}

const reset = (parameter: Parameter): void => parameter.assign(xavierUniform(parameter.shape));
