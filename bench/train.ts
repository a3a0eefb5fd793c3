// Training steps of small nets, and an epoch over 60,000 images in shuffled batches of 32, against the frameworks.
import { availableParallelism } from 'node:os';
import { DataLoader, Generator, nn, optim, rand, randn, run, type Tensor, TensorDataset, tensor } from 'hebb';
import { repeated, type Workload } from './measure.js';

const threads = availableParallelism();
const frameworks = ['torch', 'tensorflow', 'jax'] as const;
const IMAGES = 60_000;
const READ_EVERY = 100; // steps between two reads of the loss, here and in the peers

export const xorNet = (): nn.Module => new nn.Sequential(new nn.Linear(2, 4), new nn.Sigmoid(), new nn.Linear(4, 1), new nn.Sigmoid());
export const mnistNet = (): nn.Module => new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));

/** Does `count` steps, each awaited and its loss read. */
export function xorSteps(): (count: number) => Promise<void> {
  const x = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const y = tensor([[0], [1], [1], [0]]);
  const model = xorNet();
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const loss = nn.mseLoss(model.forward(x), y);
      await optimizer.step(loss);
      await loss.item();
    }
  };
}

async function digits(count: number): Promise<[Tensor, Tensor]> {
  const x = rand([count, 784]);
  await run(x);
  return [x, tensor(Int32Array.from({ length: count }, (_, row) => (row * 7) % 10))];
}

/** Does `count` epochs over 60,000 images, with the rows of each batch gathered in shuffled order. */
export async function mnistEpochs(): Promise<(count: number) => Promise<void>> {
  const loader = new DataLoader(new TensorDataset(...(await digits(IMAGES))), {
    batchSize: 32,
    shuffle: true,
    generator: new Generator(1),
  });
  const model = mnistNet();
  const optimizer = new optim.Adam(model.parameters());
  return async (count) => {
    for (let epoch = 0; epoch < count; epoch++) {
      let step = 0;
      let last: Tensor | undefined;
      for await (const [x, y] of loader) {
        last = nn.crossEntropy(model.forward(x), y);
        await optimizer.step(last);
        if (step++ % READ_EVERY === 0) await last.item();
      }
      await last?.item();
    }
  };
}

function mlp(batch: number): Workload {
  return {
    id: `train.mlp.${batch}`,
    threads,
    peers: [...frameworks, 'tfjs-wasm', ...(batch === 32 ? (['brain.js'] as const) : [])],
    async prepare() {
      const [x, y] = await digits(batch);
      return stepping(mnistNet(), x, y);
    },
  };
}

/** A classifier of sequences by an LSTM's last hidden state. */
class SequenceNet extends nn.Module {
  lstm = new nn.LSTM(64, 128);
  out = new nn.Linear(128, 10);
  forward(x: Tensor): Tensor {
    const [, [h]] = this.lstm.forward(x);
    return this.out.forward(h.squeeze(0));
  }
}

/** Times steps of a net on one batch. */
function stepping(model: nn.Module, x: Tensor, y: Tensor): ReturnType<Workload['prepare']> {
  const optimizer = new optim.Adam(model.parameters());
  return repeated(async (count) => {
    let last: Tensor | undefined;
    for (let i = 0; i < count; i++) {
      last = nn.crossEntropy(model.forward(x), y);
      await optimizer.step(last);
      if (i % READ_EVERY === 0) await last.item();
    }
    await last?.item();
  });
}

/** 50 steps of 64 values, a batch of 32. */
const lstm: Workload = {
  id: 'train.lstm',
  threads,
  peers: frameworks,
  async prepare() {
    const x = randn([32, 50, 64]);
    await run(x);
    return stepping(new SequenceNet(), x, (await digits(32))[1]);
  },
};

export const train: Workload[] = [
  { id: 'train.xor', threads, peers: [...frameworks, 'tfjs-wasm', 'brain.js'], prepare: () => repeated(xorSteps()) },
  mlp(32),
  mlp(128),
  lstm,
  { id: 'train.mnist.epoch', threads, peers: frameworks, prepare: async () => repeated(await mnistEpochs()) },
];
