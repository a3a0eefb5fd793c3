// A GPT of characters: embeddings, learned positions, causal layers with norms before their parts. With caches it reads on from where it was.
import { nn, type Tensor } from 'hebb';

export interface Sizes {
  characters: number;
  /** Characters that it sees at once. */
  length: number;
  size: number;
  heads: number;
  layers: number;
}

export class CharGPT extends nn.Module<[ids: Tensor, caches?: nn.KVCache[]]> {
  embed: nn.Embedding;
  positions: nn.LearnedPositions;
  blocks: nn.TransformerEncoder;
  head: nn.Linear;

  constructor({ characters, length, size, heads, layers }: Sizes) {
    super();
    const options = { dimFeedforward: 4 * size, dropout: 0, activation: 'gelu', normFirst: true } as const;
    this.embed = new nn.Embedding(characters, size);
    this.positions = new nn.LearnedPositions(length, size);
    this.blocks = new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(size, heads, options), layers, {
      norm: new nn.LayerNorm(size),
    });
    this.head = new nn.Linear(size, characters, { bias: false });
    this.embed.weight.assign(nn.init.normal([characters, size], { std: 0.02 }));
  }

  /** (N, T) numbers of characters → (N, T, characters) logits of each next one. */
  forward(ids: Tensor, caches?: nn.KVCache[]): Tensor {
    const x = this.positions.forward(this.embed.forward(ids), caches?.[0]?.length ?? 0);
    return this.head.forward(this.blocks.forward(x, caches ? { caches } : { isCausal: true }));
  }
}
