// Overfits a network on 300 digits of MNIST, some labelled wrongly, then holds it back by an L1 or L2 penalty, dropout or early stopping.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Accuracy, EarlyStopping, type History, manualSeed, mnist, nn, optim, Subset, TensorDataset, Trainer, tensor } from 'hebb';
import { progressBar } from '../drawing/bar.js';
import { regularisationCurves } from './curves.js';

interface Way {
  name: string;
  /** Options of the optimizer. */
  penalty?: { l1?: number; weightDecay?: number };
  dropout?: number;
  /** Epochs without a better validation loss that end the fit; its best weights are kept. */
  patience?: number;
}

// Penalties and rates were chosen by the validation digits.
const WAYS: Way[] = [
  { name: 'none' },
  { name: 'L1', penalty: { l1: 3e-4 } },
  { name: 'L2', penalty: { weightDecay: 1e-2 } },
  { name: 'dropout', dropout: 0.7 },
  { name: 'early stopping', patience: 5 },
];
const TRAINING = 300;
const VALIDATION = 1000;
const WRONG_EVERY = 5; // one label in so many is wrong, as where people label in haste
const epochs = Number(process.argv[2] ?? 100);

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

const { train, test } = await mnist();
const few = await firstDigits();
const validation = new Subset(train, rows(TRAINING, VALIDATION));

console.log(`784-256-256-10, ${TRAINING} digits, ${TRAINING / WRONG_EVERY} of them with a wrong label, ${epochs} epochs; accuracy in %\n`);
console.log('regularisation   training  test   against none  loss on test  epochs');
const bar = progressBar(WAYS.length * epochs);
const results = [];
for (const way of WAYS) results.push(await learn(way));
bar.stop();

const baseline = results[0]!.test.accuracy!;
for (const { name, training, test, history } of results) {
  const gain = ((test.accuracy! - baseline) * 100).toFixed(2);
  const cells = [percent(training.accuracy!).padStart(6), percent(test.accuracy!).padStart(9), gain.padStart(10)];
  console.log(`${name.padEnd(16)} ${cells.join('')}${test.loss!.toFixed(3).padStart(14)}${String(history.loss!.length).padStart(9)}`);
}

await writeFile(`${output}regularisation.svg`, regularisationCurves(results));
console.log('\nexamples/output/regularisation.svg   loss on the training and on the validation digits, by epoch');

async function learn({ name, penalty = {}, dropout = 0, patience }: Way) {
  manualSeed(1); // each way begins with the same weights and sees the same order
  const model = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(784, 256),
    new nn.ReLU(),
    new nn.Dropout(dropout),
    new nn.Linear(256, 256),
    new nn.ReLU(),
    new nn.Dropout(dropout),
    new nn.Linear(256, 10),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.02, momentum: 0.9, ...penalty });
  const trainer = new Trainer(model, { optimizer, loss: nn.crossEntropy, metrics: { accuracy: new Accuracy() } });
  const stopping = patience === undefined ? [] : [new EarlyStopping({ patience, restoreBest: true })];
  const { history } = await trainer.fit(few, {
    epochs,
    batchSize: 32,
    validation,
    callbacks: [...stopping, { onEpoch: () => bar.increment(name) }],
    progress: false,
  });
  return { name, history: history as History, training: await trainer.evaluate(few), test: await trainer.evaluate(test) };
}

// A network can learn a wrong label by heart only; what it pays for that shows in the test.
async function firstDigits() {
  const [images, labels] = await train.batch(Int32Array.from(rows(0, TRAINING)));
  const told = (await labels.data()).map((label, row) => (row % WRONG_EVERY === 0 ? (label + 1 + (row % 9)) % 10 : label));
  return new TensorDataset(images, tensor(told, { dtype: 'i32' }));
}

function rows(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}

function percent(part: number): string {
  return (part * 100).toFixed(2);
}
