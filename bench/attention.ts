// Attention, forward and backward, of four heads of 64; and steps of a small GPT of characters.
import { availableParallelism } from 'node:os';
import { grad, nn, optim, randint, randn, run, type Tensor } from 'hebb';
import { inFlight } from './flight.js';
import { repeated, type Workload } from './measure.js';

const threads = availableParallelism();

function causal(batch: number, length: number): Workload {
  return {
    id: `attention.${length}`,
    threads,
    peers: ['torch'],
    config: '2 runs in flight',
    async prepare() {
      const [q, k, v, dy] = Array.from({ length: 4 }, () => randn([batch, 4, length, 64])) as [Tensor, Tensor, Tensor, Tensor];
      await run(q, k, v, dy);
      const attend = (): Tensor => nn.scaledDotProductAttention(q, k, v, { causal: true });
      return inFlight(() => grad(attend().mul(dy).sum(), [q, k, v]), 1, 2);
    },
  };
}

const VOCABULARY = 65;
const SIZE = 128;
const LENGTH = 64;
const BATCH = 12;
const READ_EVERY = 100; // steps between two reads of the loss, here and in the peers

class GPT extends nn.Module {
  embed = new nn.Embedding(VOCABULARY, SIZE);
  positions = new nn.LearnedPositions(LENGTH, SIZE);
  blocks = new nn.TransformerEncoder(
    () => new nn.TransformerEncoderLayer(SIZE, 4, { dimFeedforward: 4 * SIZE, dropout: 0, activation: 'gelu', normFirst: true }),
    4,
    { norm: new nn.LayerNorm(SIZE) },
  );
  head = new nn.Linear(SIZE, VOCABULARY, { bias: false });

  forward(ids: Tensor): Tensor {
    return this.head.forward(this.blocks.forward(this.positions.forward(this.embed.forward(ids)), { isCausal: true }));
  }
}

const gpt: Workload = {
  id: 'train.gpt',
  threads,
  peers: ['torch'],
  async prepare() {
    const [x, y] = [randint(0, VOCABULARY, [BATCH, LENGTH]), randint(0, VOCABULARY, [BATCH * LENGTH])];
    await run(x, y);
    const model = new GPT();
    const optimizer = new optim.AdamW(model.parameters());
    return repeated(async (count) => {
      let last: Tensor | undefined;
      for (let i = 0; i < count; i++) {
        last = nn.crossEntropy(model.forward(x).reshape([BATCH * LENGTH, VOCABULARY]), y);
        await optimizer.step(last);
        if (i % READ_EVERY === 0) await last.item();
      }
      await last?.item();
    });
  },
};

export const attention: Workload[] = [causal(4, 512), causal(1, 2048), gpt];
