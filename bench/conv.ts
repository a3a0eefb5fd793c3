// Convolutions forward and with their gradients, and training steps of a small convolutional net, against PyTorch in channels-last layout.
import { availableParallelism } from 'node:os';
import { grad, nn, optim, rand, randn, run, type Tensor, tensor } from 'hebb';
import { inFlight } from './flight.js';
import { repeated, type Workload } from './measure.js';

const threads = availableParallelism();
const BATCH = 16;
const READ_EVERY = 100; // steps between two reads of the loss, here and in the peers

type Layer = readonly [inputs: number, outputs: number, size: number, kernel: number, stride: number];

/** As in bench/peers/torch_conv.py. */
const LAYERS: readonly Layer[] = [
  [64, 64, 56, 3, 1],
  [64, 128, 56, 3, 2],
  [128, 128, 28, 3, 1],
  [256, 256, 14, 3, 1],
  [512, 512, 7, 3, 1],
  [64, 128, 56, 1, 2],
  [256, 64, 56, 1, 1],
  [32, 64, 13, 3, 1],
];

/** One layer; `both` adds the gradients of x and of the weight, three times the arithmetic. */
function layer([inputs, outputs, size, kernel, stride]: Layer, both: boolean): Workload {
  const options = { padding: kernel >> 1, stride };
  const made = Math.ceil(size / stride);
  return {
    id: `conv.${inputs}-${outputs}-${size}-${kernel}-${stride}.${both ? 'both' : 'fwd'}`,
    threads,
    flops: (both ? 6 : 2) * BATCH * made ** 2 * inputs * outputs * kernel ** 2,
    peers: ['torch'],
    config: '3 runs in flight',
    async prepare() {
      const x = randn([BATCH, size, size, inputs]);
      const weight = randn([outputs, inputs, kernel, kernel]);
      const dy = randn([BATCH, made, made, outputs]);
      await run(x, weight, dy);
      return inFlight(() => {
        const y = nn.conv2d(x, weight, options);
        return both ? [y, ...grad(y.mul(dy).sum(), [x, weight])] : y;
      });
    },
  };
}

export const cnn = (): nn.Module =>
  new nn.Sequential(
    new nn.Conv2d(1, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(32, 64, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(64, 64, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(7 * 7 * 64, 64),
    new nn.ReLU(),
    new nn.Linear(64, 10),
  );

function train(batch: number): Workload {
  return {
    id: `train.cnn.${batch}`,
    threads,
    peers: ['torch'],
    async prepare() {
      const x = rand([batch, 28, 28, 1]);
      await run(x);
      const y = tensor(Int32Array.from({ length: batch }, (_, row) => (row * 7) % 10));
      const model = cnn();
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
    },
  };
}

export const convolutions: Workload[] = [
  ...LAYERS.map((one) => layer(one, false)),
  ...LAYERS.map((one) => layer(one, true)),
  train(32),
  train(128),
];
