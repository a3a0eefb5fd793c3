// Predicts how a diabetes goes on from ten measures, by a small network, beside the mean and least squares; draws predictions against truth.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { diabetes, EarlyStopping, manualSeed, mapBatches, nn, optim, randomSplit, StandardScaler, type Tensor, Trainer } from 'hebb';
import { progressBar } from '../drawing/bar.js';
import { leastSquares } from './least_squares.js';
import { predictions } from './predictions.js';

const epochs = Number(process.argv[2] ?? 200);
const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

manualSeed(1);
const { train, test } = await diabetes();
// Fitted on the training part alone: the test rows stay unknown.
const inputs = await new StandardScaler().fit(train.tensors[0]);
const targets = await new StandardScaler().fit(train.tensors[1]);
const scaled = mapBatches(train, ([x, y]) => [inputs.transform(x), targets.transform(y)]);
const [fitted, validation] = await randomSplit(scaled, [0.8, 0.2]);

const model = new nn.Sequential(new nn.Linear(10, 32), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(32, 1));
const trainer = new Trainer(model, { optimizer: new optim.AdamW(model.parameters(), { lr: 3e-3, weightDecay: 0.05 }), loss: nn.mseLoss });
const bar = progressBar(epochs);
const { history } = await trainer.fit(fitted!, {
  epochs,
  validation: validation!,
  callbacks: [new EarlyStopping({ patience: 20, restoreBest: true }), { onEpoch: () => bar.increment('') }],
  progress: false,
});
bar.stop();

const [x, y] = test.tensors;
const truth = [...(await y.data())];
const known = [...(await train.tensors[1].data())];
const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
const linear = leastSquares(await rowsOf(inputs.transform(train.tensors[0])), known);
const guesses = {
  mean: truth.map(() => mean),
  'least squares': (await rowsOf(inputs.transform(x))).map(linear),
  network: [...(await targets.inverseTransform(model.predict(inputs.transform(x))).data())],
};

console.log(`diabetes: ${train.length} rows to train on, ${test.length} to test with; ${history.loss!.length} epochs\n`);
console.log('predicted by     RMSE    MAE     R²');
const spread = squared(guesses.mean);
for (const [name, values] of Object.entries(guesses)) {
  const absolute = values.reduce((sum, value, row) => sum + Math.abs(value - truth[row]!), 0) / truth.length;
  const cells = [Math.sqrt(squared(values)).toFixed(1), absolute.toFixed(1), (1 - squared(values) / spread).toFixed(3)];
  console.log(`${name.padEnd(14)} ${cells.map((cell) => cell.padStart(6)).join(' ')}`);
}

await writeFile(`${output}regression.svg`, predictions(truth, guesses));
console.log('\nR² is against the mean of the training rows');
console.log('examples/output/regression.svg   predictions against the truth');

/** The mean squared error on the test rows. */
function squared(values: number[]): number {
  return values.reduce((sum, value, row) => sum + (value - truth[row]!) ** 2, 0) / truth.length;
}

async function rowsOf(matrix: Tensor): Promise<number[][]> {
  const [rows, columns] = matrix.shape as [number, number];
  const values = await matrix.data();
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)].map(Number));
}
