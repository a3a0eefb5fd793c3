// Trains 784-128-10 on the 60,000 digits of MNIST, draws the learning curve and the digits it gets wrong, saves the model and loads it again.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Accuracy, load, manualSeed, mnist, nn, optim, save, Trainer } from 'hebb';
import { learningCurve } from './curve.js';
import { digitGrid, type Mistake } from './grid.js';

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

manualSeed(1);
const { train, test } = await mnist();
const model = createModel();
console.log(model.summary([1, 28, 28, 1]));

// The test digits are only looked at, for the curve; nothing is chosen by them.
const trainer = createTrainer(model);
const { history } = await trainer.fit(train, { epochs: 10, batchSize: 32, validation: test });
const { accuracy } = await trainer.evaluate(test);

await writeFile(`${output}mnist-curve.svg`, learningCurve(history));
const mistakes = await findMistakes();
await writeFile(`${output}mnist-mistakes.png`, digitGrid(mistakes));
await save(model, `${output}mnist.safetensors`);

const copy = createModel();
copy.loadStateDict(await load(`${output}mnist.safetensors`));
const again = await createTrainer(copy).evaluate(test);
if (again.accuracy !== accuracy) throw new Error(`the loaded model's accuracy is ${again.accuracy}, the saved one's ${accuracy}`);

console.log('\nexamples/output/mnist-curve.svg      the learning curve');
console.log(`examples/output/mnist-mistakes.png   the surest of ${mistakes.length} mistakes`);
console.log('examples/output/mnist.safetensors    the model; loaded again, it has the same accuracy');
console.log(`\ntest accuracy ${(accuracy! * 100).toFixed(2)} %`);

function createModel(): nn.Sequential {
  return new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
}

function createTrainer(model: nn.Sequential) {
  const optimizer = new optim.Adam(model.parameters());
  return new Trainer(model, { optimizer, loss: nn.crossEntropy, metrics: { accuracy: new Accuracy() } });
}

// The test digits that are taken for another one, those that the model is surest of first.
async function findMistakes(): Promise<Mistake[]> {
  const [images, labels] = test.tensors;
  const logits = await trainer.predict(test);
  const [pixels, truths, chances] = await Promise.all([images.data(), labels.data(), logits.softmax(-1).data()]);
  const found: Mistake[] = [];
  for (let row = 0; row < test.length; row++) {
    const digits = [...chances.subarray(row * 10, (row + 1) * 10)];
    const chance = Math.max(...digits);
    const guess = digits.indexOf(chance);
    if (guess !== truths[row]) found.push({ pixels: pixels.subarray(row * 784, (row + 1) * 784), truth: truths[row]!, guess, chance });
  }
  return found.sort((a, b) => b.chance - a.chance);
}
