// Tells irises apart by 5-fold cross-validation: each fold is tested once by a network that never saw it, and the folds' spread is drawn.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import cliProgress from 'cli-progress';
import { Accuracy, type Dataset, iris, kFold, manualSeed, mapBatches, nn, optim, StandardScaler, type Tensor, Trainer } from 'hebb';
import { type Fold, foldChart } from './chart.js';

const FOLDS = 5;
const epochs = Number(process.argv[2] ?? 60);

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

manualSeed(1);
const { all, features, classes } = await iris();
const [, species] = all.tensors;
console.log(`${all.length} irises by ${features.join(', ')}: ${classes.join(', ')}\n`);

const bar = new cliProgress.SingleBar({ format: '{bar} fold {fold}/{folds}', clearOnComplete: true });
bar.start(FOLDS * epochs, 0, { fold: 1, folds: FOLDS });
const scores: Fold[] = [];
for await (const [train, test] of kFold(all, { folds: FOLDS, shuffle: true, stratify: species })) {
  bar.update({ fold: scores.length + 1 });
  scores.push({ fold: scores.length + 1, accuracy: await accuracyOf(train, test), baseline: await majorityOf(train, test) });
}
bar.stop();

for (const { fold, accuracy, baseline } of scores)
  console.log(`fold ${fold}  accuracy ${percent(accuracy)}  majority class ${percent(baseline)}`);
const accuracy = mean(scores.map((score) => score.accuracy));
const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score.accuracy - accuracy) ** 2, 0) / (FOLDS - 1));
const baseline = mean(scores.map((score) => score.baseline));

await writeFile(`${output}cross-validation.svg`, foldChart(scores, { accuracy, baseline }));
console.log('\nexamples/output/cross-validation.svg   the folds beside their mean and the baseline');
console.log(`\naccuracy ${percent(accuracy)} ± ${percent(deviation)}, majority class ${percent(baseline)}`);

// All that is learned from data, the scaler's means too, comes from the training part.
async function accuracyOf(train: Dataset<[Tensor, Tensor]>, test: Dataset<[Tensor, Tensor]>): Promise<number> {
  const scaler = await new StandardScaler().fit(train);
  const scaled = (part: Dataset<[Tensor, Tensor]>) => mapBatches(part, ([x, y]) => [scaler.transform(x), y]);
  const model = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const trainer = new Trainer(model, { optimizer, loss: nn.crossEntropy, metrics: { accuracy: new Accuracy() } });
  await trainer.fit(scaled(train), { epochs, batchSize: 16, progress: false, callbacks: [{ onEpoch: () => bar.increment() }] });
  return (await trainer.evaluate(scaled(test))).accuracy!;
}

// The share of the test part that has the training part's commonest label: what guessing without looking at the features gets.
async function majorityOf(train: Dataset<[Tensor, Tensor]>, test: Dataset<[Tensor, Tensor]>): Promise<number> {
  const counts = new Array<number>(classes.length).fill(0);
  for (const label of await labelsOf(train)) counts[label]!++;
  const commonest = counts.indexOf(Math.max(...counts));
  return mean(Array.from(await labelsOf(test), (label) => Number(label === commonest)));
}

async function labelsOf(part: Dataset<[Tensor, Tensor]>) {
  const [, labels] = await part.batch(Int32Array.from({ length: part.length }, (_, row) => row));
  return labels.data();
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
