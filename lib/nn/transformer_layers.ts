// The layers that transformers repeat: attention and a feed-forward part, each added to what goes in, normalised after (as published) or before.
import { ArgumentError, describe, type Parameter, type Tensor } from '../core/index.js';
import { Dropout } from './dropout.js';
import type { KVCache } from './kv_cache.js';
import { LayerNorm } from './layer_norm.js';
import { Linear } from './linear.js';
import { type AnyModule, Module } from './module.js';
import { type AttentionMasks, MultiheadAttention } from './multihead_attention.js';
import { torchNames } from './torch_names.js';

/** Options of `TransformerEncoderLayer` and `TransformerDecoderLayer`, with PyTorch's defaults but for batchFirst. */
export interface TransformerLayerOptions {
  /** The hidden size of the feed-forward part; 2048 unless told. */
  readonly dimFeedforward?: number;
  /** The part that is left out while training, of attention weights, hidden values and what is added; 0.1 unless told. */
  readonly dropout?: number;
  /** Of the hidden values: 'relu' (the default), 'gelu', or a function. */
  readonly activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor);
  /** Is added to variances before their roots are taken; 1e-5 unless told. */
  readonly layerNormEps?: number;
  /** Whether sequences are (N, T, E), which is the default here, or (T, N, E). */
  readonly batchFirst?: boolean;
  /** Normalise what goes into each part, not what comes out; false unless told. */
  readonly normFirst?: boolean;
  /** Whether projections and norms add learned biases; true unless told. */
  readonly bias?: boolean;
}

/** What an encoder layer may look at. Bool masks hide where they are true, as in PyTorch's layers. */
export interface EncoderMasks {
  /** (T, T) or (N · nhead, T, T). */
  readonly mask?: Tensor | undefined;
  /** (N, T), true for padding. */
  readonly srcKeyPaddingMask?: Tensor | undefined;
  /** Position i sees positions 0 … i alone; false unless told. */
  readonly isCausal?: boolean;
  /** What was read before; see `KVCache`. Stands alone. */
  readonly cache?: KVCache | undefined;
}

/** What a decoder layer may look at, of its own sequence and of the encoder's result. */
export interface DecoderMasks {
  /** (T, T) or (N · nhead, T, T). */
  readonly tgtMask?: Tensor | undefined;
  /** (T, S) or (N · nhead, T, S). */
  readonly memoryMask?: Tensor | undefined;
  /** (N, T), true for padding. */
  readonly tgtKeyPaddingMask?: Tensor | undefined;
  /** (N, S), true for padding. */
  readonly memoryKeyPaddingMask?: Tensor | undefined;
  /** Position i sees positions 0 … i of its own sequence alone; false unless told. */
  readonly tgtIsCausal?: boolean;
  /** The same of the encoder's result. */
  readonly memoryIsCausal?: boolean;
  /** What was read before of its own sequence; see `KVCache`. Stands alone. */
  readonly cache?: KVCache | undefined;
}

/** What both kinds of layer have: self-attention, the feed-forward part, and how a part is added. */
abstract class TransformerLayer<A extends unknown[]> extends Module<A> {
  /** Whether what goes into each part is normalised, not what comes out. */
  readonly normFirst: boolean;
  /** Attention of the sequence to itself. */
  selfAttn: MultiheadAttention;
  /** The feed-forward part's first layer: dModel → dimFeedforward. */
  linear1: Linear;
  /** Its second one: dimFeedforward → dModel. */
  linear2: Linear;
  /** The norm of self-attention. */
  norm1: LayerNorm;
  /** The norm of the next part: feed-forward in an encoder layer, attention to the encoder's result in a decoder layer. */
  norm2: LayerNorm;
  protected readonly dropped: Dropout;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(op: string, dModel: number, nhead: number, options: TransformerLayerOptions) {
    super();
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', normFirst = false, bias = true } = options;
    const known = { relu: (x: Tensor) => x.relu(), gelu: (x: Tensor) => x.gelu() };
    const chosen = typeof activation === 'function' ? activation : Object.hasOwn(known, activation) ? known[activation] : undefined;
    if (chosen === undefined)
      throw new ArgumentError(op, `activation must be 'relu', 'gelu' or a function, got ${describe(activation)}`, { value: activation });
    this.normFirst = normFirst;
    this.#activation = chosen;
    this.dropped = new Dropout(dropout);
    this.selfAttn = this.attention(dModel, nhead, options);
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = this.norm(dModel, options);
    this.norm2 = this.norm(dModel, options);
  }

  override members(): Iterable<[name: string, member: Parameter | AnyModule]> {
    return torchNames(super.members());
  }

  protected attention(dModel: number, nhead: number, { dropout = 0.1, bias = true, batchFirst = true }: TransformerLayerOptions) {
    return new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
  }

  protected norm(dModel: number, { layerNormEps: eps = 1e-5, bias = true }: TransformerLayerOptions): LayerNorm {
    return new LayerNorm(dModel, { eps, bias });
  }

  protected feedForward(x: Tensor): Tensor {
    return this.linear2.forward(this.dropped.forward(this.#activation(this.linear1.forward(x))));
  }

  /** x with a part added, the norm being on the side that normFirst says. */
  protected added(x: Tensor, norm: LayerNorm, part: (x: Tensor) => Tensor): Tensor {
    if (this.normFirst) return x.add(this.dropped.forward(part(norm.forward(x))));
    return norm.forward(x.add(this.dropped.forward(part(x))));
  }
}

/**
 * Self-attention and a feed-forward part: (N, T, dModel) → the same. Parameters have PyTorch's names: `self_attn.in_proj_weight`, `linear1.weight`, `norm1.weight` …
 *
 * Source: Vaswani et al., "Attention is all you need", 2017; Xiong et al., "On layer normalization in the transformer architecture", 2020, for normFirst.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1, for heads that don't divide dModel, for an unknown activation.
 * @throws {ShapeError} in forward, for inputs and masks that don't fit.
 * @example
 * const layer = new nn.TransformerEncoderLayer(64, 4, { dimFeedforward: 256, normFirst: true });
 * layer.forward(randn([8, 20, 64]), { isCausal: true }).shape; // → [8, 20, 64]
 */
export class TransformerEncoderLayer extends TransformerLayer<[src: Tensor, masks?: EncoderMasks]> {
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super('TransformerEncoderLayer', dModel, nhead, options);
  }

  forward(src: Tensor, { mask, srcKeyPaddingMask, isCausal = false, cache }: EncoderMasks = {}): Tensor {
    const masks: AttentionMasks = { attnMask: mask, keyPaddingMask: srcKeyPaddingMask, causal: isCausal, cache };
    const x = this.added(src, this.norm1, (own) => this.selfAttn.forward(own, own, own, masks));
    return this.added(x, this.norm2, (own) => this.feedForward(own));
  }
}

/**
 * Self-attention, attention to the encoder's result and a feed-forward part: (N, T, dModel) and (N, S, dModel) → (N, T, dModel). Parameters have PyTorch's names:
 * `self_attn.…`, `multihead_attn.…`, `linear1.…`, `norm1.…` to `norm3.…`.
 *
 * Source: as `TransformerEncoderLayer`.
 *
 * @throws {ArgumentError} {ShapeError} as `TransformerEncoderLayer`.
 * @example
 * const layer = new nn.TransformerDecoderLayer(64, 4);
 * layer.forward(randn([8, 20, 64]), randn([8, 30, 64]), { tgtIsCausal: true }).shape; // → [8, 20, 64]
 */
export class TransformerDecoderLayer extends TransformerLayer<[tgt: Tensor, memory: Tensor, masks?: DecoderMasks]> {
  /** Attention to the encoder's result. */
  multiheadAttn: MultiheadAttention;
  /** The norm of the feed-forward part. */
  norm3: LayerNorm;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super('TransformerDecoderLayer', dModel, nhead, options);
    this.multiheadAttn = this.attention(dModel, nhead, options);
    this.norm3 = this.norm(dModel, options);
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal = false, memoryIsCausal = false, cache } = masks;
    const own: AttentionMasks = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, causal: tgtIsCausal, cache };
    const cross: AttentionMasks = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, causal: memoryIsCausal };
    const attended = this.added(tgt, this.norm1, (x) => this.selfAttn.forward(x, x, x, own));
    const informed = this.added(attended, this.norm2, (x) => this.multiheadAttn.forward(x, memory, memory, cross));
    return this.added(informed, this.norm3, (x) => this.feedForward(x));
  }
}
