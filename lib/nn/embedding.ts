// Embedding and EmbeddingBag: tables of learned vectors, looked up by index.
import {
  ArgumentError,
  arange,
  checkAxis,
  DTypeError,
  describe,
  formatShape,
  isFloat,
  Parameter,
  ShapeError,
  sameShape,
  Tensor,
  zeros,
} from '../core/index.js';
import { where } from '../ops/index.js';
import { checkNumber } from './check.js';
import { normal } from './init.js';
import { Module } from './module.js';

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** The vector of this index begins as zeros and isn't trained: for the filling of short sequences. Negative ones count from the end. */
  readonly paddingIdx?: number;
  /** Vectors that are looked up with a larger norm are scaled down to it: while training in `weight` itself, in eval mode as they are read. */
  readonly maxNorm?: number;
  /** The order p of that norm; 2 unless told. */
  readonly normType?: number;
}

/** Options of `EmbeddingBag`. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** What becomes of the vectors of a bag; 'mean' unless told. */
  readonly mode?: 'sum' | 'mean' | 'max';
}

/** A table of numEmbeddings × embeddingDim, normally distributed, with a row of zeros for the padding. */
abstract class Table<A extends unknown[]> extends Module<A> {
  /** How many vectors there are. */
  readonly numEmbeddings: number;
  /** Their length. */
  readonly embeddingDim: number;
  /** The row that isn't trained, or null. */
  readonly paddingIdx: number | null;
  /** The largest norm of a vector, or null. */
  readonly maxNorm: number | null;
  /** Which norm `maxNorm` bounds: 2 is Euclid's. */
  readonly normType: number;
  /** (numEmbeddings, embeddingDim); may be shared with another layer. */
  weight: Parameter;

  constructor(op: string, numEmbeddings: number, embeddingDim: number, { paddingIdx, maxNorm, normType = 2 }: EmbeddingOptions) {
    super();
    if (maxNorm !== undefined) checkNumber(op, 'maxNorm', maxNorm, 0, true);
    checkNumber(op, 'normType', normType, 0, true);
    this.maxNorm = maxNorm ?? null;
    this.normType = normType;
    for (const [name, size] of Object.entries({ numEmbeddings, embeddingDim }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError(op, `${name} must be a whole number ≥ 1, got ${describe(size)}`, { value: size });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx === undefined ? null : checkAxis(`${op}: paddingIdx`, paddingIdx, numEmbeddings);
    const first = normal([numEmbeddings, embeddingDim]);
    const padding = this.paddingIdx;
    this.weight = new Parameter(padding === null ? first : where(arange(numEmbeddings).eq(padding).unsqueeze(1), 0, first));
  }

  /** The vectors of flat ids, (n, embeddingDim); those of the padding without a gradient. */
  protected rows(op: string, ids: Tensor): Tensor {
    if (!(ids instanceof Tensor) || isFloat(ids.dtype) || ids.dtype === 'bool')
      throw new DTypeError(
        op,
        `expects indices as i32 or u8, got ${ids instanceof Tensor ? ids.dtype : describe(ids)}; tensor(ids, { dtype: 'i32' })?`,
        { value: ids },
      );
    const flat = ids.reshape([ids.size]);
    const rows = this.maxNorm === null ? this.weight.indexSelect(0, flat) : this.shortened(flat, this.maxNorm);
    return this.paddingIdx === null ? rows : where(flat.eq(this.paddingIdx).unsqueeze(1), rows.detach(), rows);
  }

  /** The rows with none longer than `maxNorm`. What trains is the table as it is after that, so the scale has no gradient. */
  private shortened(flat: Tensor, maxNorm: number): Tensor {
    const rows = this.weight.indexSelect(0, flat);
    const fixed = rows.detach();
    const norm = fixed.norm({ ord: this.normType, axis: 1, keepDim: true });
    const scale = where(norm.gt(maxNorm), norm.add(1e-7).reciprocal().mul(maxNorm), 1);
    if (!this.training) return rows.mul(scale);
    this.weight.assign(this.weight.detach().scatter(0, flat.unsqueeze(1).expand(rows.shape), fixed.mul(scale)));
    return this.weight.indexSelect(0, flat);
  }
}

/**
 * Vectors by index: (…) → (…, embeddingDim). `weight` is (numEmbeddings, embeddingDim) and begins normally distributed, as in PyTorch.
 * Indices are i32 or u8 from 0 to numEmbeddings-1.
 *
 * @throws {ArgumentError} for sizes that are no whole numbers ≥ 1. @throws {IndexError} for a paddingIdx out of range; for an index out of
 *   range as a rejection of the run. @throws {DTypeError} in forward, for indices that are floats.
 * @example
 * const embed = new nn.Embedding(96, 64, { paddingIdx: 0 });
 * embed.forward(tensor([[5, 7, 0]], { dtype: 'i32' })).shape; // → [1, 3, 64]
 */
export class Embedding extends Table<[Tensor]> {
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super('Embedding', numEmbeddings, embeddingDim, options);
  }

  forward(ids: Tensor): Tensor {
    return this.rows('Embedding', ids).reshape([...ids.shape, this.embeddingDim]);
  }

  /**
   * A layer with ready vectors (n, dim), which are copied; frozen unless `freeze` is false.
   * @throws {ShapeError} for other than two axes.
   * @example
   * const layer = nn.Embedding.fromPretrained(tensor([[1, 2], [3, 4]]));
   * await layer.forward(tensor([1, 1, 0], { dtype: 'i32' })).data(); // → 3, 4, 3, 4, 1, 2
   */
  static fromPretrained(vectors: Tensor, { freeze = true, ...options }: EmbeddingOptions & { freeze?: boolean } = {}): Embedding {
    const [n, dim] = vectors.shape;
    if (vectors.shape.length !== 2)
      throw new ShapeError('Embedding', `expects vectors (n, dim), got ${formatShape(vectors.shape)}`, { value: vectors.shape });
    const layer = new Embedding(n!, dim!, options);
    layer.weight.assign(vectors.to('f32'));
    return freeze ? layer.freeze() : layer;
  }
}

/**
 * The sum, mean or maximum of each bag's vectors, without a sequence in between: bags (B, N) → (B, embeddingDim). Or all bags in one row,
 * indices (n) with `offsets` (B), where each begins; bags may then be empty, and 'max' isn't available. Indices of the padding don't count;
 * what is left without any gives zeros. `perSampleWeights`, of the indices' shape, multiply each vector; they go with mode 'sum'.
 *
 * @throws {ArgumentError} for another mode, or weights with it. @throws {ShapeError} for weights of another shape; otherwise as `Embedding`.
 * @example
 * const bag = new nn.EmbeddingBag(1000, 16, { mode: 'sum' });
 * bag.forward(tensor([[1, 2], [3, 3]], { dtype: 'i32' })).shape; // → [2, 16]
 * bag.forward(tensor([1, 2, 3], { dtype: 'i32' }), tensor([0, 1], { dtype: 'i32' })).shape; // → [2, 16]
 */
export class EmbeddingBag extends Table<[ids: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor]> {
  /** What becomes of the vectors of a bag. */
  readonly mode: 'sum' | 'mean' | 'max';

  constructor(numEmbeddings: number, embeddingDim: number, { mode = 'mean', ...options }: EmbeddingBagOptions = {}) {
    super('EmbeddingBag', numEmbeddings, embeddingDim, options);
    if (!['sum', 'mean', 'max'].includes(mode))
      throw new ArgumentError('EmbeddingBag', `mode must be 'sum', 'mean' or 'max', got ${describe(mode)}`, { value: mode });
    this.mode = mode;
  }

  forward(ids: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor): Tensor {
    const plain = this.rows('EmbeddingBag', ids);
    const rows = perSampleWeights === undefined ? plain : this.weighted(plain, ids, perSampleWeights);
    const counted = this.paddingIdx === null ? null : ids.ne(this.paddingIdx);
    if (offsets !== undefined && offsets !== null) return this.ragged(rows, ids, offsets, counted);
    if (ids.shape.length !== 2)
      throw new ShapeError('EmbeddingBag', `expects bags (B, N), or indices (n) with offsets, got ${formatShape(ids.shape)}`, {
        value: ids.shape,
      });
    const vectors = rows.reshape([...ids.shape, this.embeddingDim]);
    const mask = counted?.unsqueeze(-1);
    if (this.mode === 'max') return this.largest(vectors, mask);
    const sum = (mask ? where(mask, vectors, 0) : vectors).sum({ axis: 1 });
    if (this.mode === 'sum') return sum;
    return sum.div(mask ? mask.to('f32').sum({ axis: 1 }).maximum(1) : Math.max(ids.shape[1]!, 1));
  }

  private weighted(rows: Tensor, ids: Tensor, weights: Tensor): Tensor {
    if (this.mode !== 'sum')
      throw new ArgumentError('EmbeddingBag', `perSampleWeights go with mode 'sum', not '${this.mode}'`, { value: this.mode });
    if (!sameShape(ids.shape, weights.shape))
      throw new ShapeError(
        'EmbeddingBag',
        `perSampleWeights are as the indices, ${formatShape(ids.shape)}, got ${formatShape(weights.shape)}`,
        { value: weights.shape },
      );
    return rows.mul(weights.reshape([weights.size, 1]));
  }

  private largest(vectors: Tensor, mask: Tensor | undefined): Tensor {
    if (vectors.shape[1] === 0) return vectors.sum({ axis: 1 });
    if (mask === undefined) return vectors.max({ axis: 1 });
    const some = mask.max({ axis: 1 }).to('bool');
    return where(some, where(mask, vectors, -Infinity).max({ axis: 1 }), 0);
  }

  /** Adds each vector to the bag that it lies in: the last one that begins at or before its place. */
  private ragged(rows: Tensor, ids: Tensor, offsets: Tensor, counted: Tensor | null): Tensor {
    if (this.mode === 'max') throw new ArgumentError('EmbeddingBag', "mode 'max' takes bags (B, N), without offsets");
    if (!sameShape(ids.shape, [ids.size]) || !sameShape(offsets.shape, [offsets.size]) || offsets.size === 0)
      throw new ShapeError(
        'EmbeddingBag',
        `offsets go with indices (n) and are (B), at least one; got ${formatShape(ids.shape)} and ${formatShape(offsets.shape)}`,
        { value: offsets.shape },
      );
    const bags = offsets.size;
    const bag = arange(ids.size).unsqueeze(1).ge(offsets.unsqueeze(0)).to('i32').sum({ axis: 1 }).sub(1);
    const share = counted === null ? null : counted.to('f32');
    const sum = zeros([bags, this.embeddingDim]).indexAdd(0, bag, share === null ? rows : where(counted!.unsqueeze(1), rows, 0));
    if (this.mode === 'sum') return sum;
    const counts = zeros([bags]).indexAdd(0, bag, share ?? zeros([ids.size]).add(1));
    return sum.div(counts.maximum(1).unsqueeze(1));
  }
}
