// Trains a convolutional net (32, 64 and 64 filters, max-pooling, a dense layer of 64) on the digits of MNIST; draws its filters and what they see.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Accuracy, manualSeed, mnist, nn, optim, TensorDataset, Trainer } from 'hebb';
import { filterPicture } from './picture.js';

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

// `npm run example -- mnist-cnn 2 6000`: another number of epochs, and of training digits.
const [epochs, digits] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 60_000)];

manualSeed(1);
const { train, test } = await mnist();
const [images, labels] = train.tensors;
const first = new nn.Conv2d(1, 32, 3, { padding: 1 });
const model = new nn.Sequential(
  first,
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
console.log(model.summary([1, 28, 28, 1]));

const trainer = new Trainer(model, {
  optimizer: new optim.Adam(model.parameters()),
  loss: nn.crossEntropy,
  metrics: { accuracy: new Accuracy() },
});
const part = new TensorDataset(images.narrow(0, 0, digits), labels.narrow(0, 0, digits));
await trainer.fit(part, { epochs, batchSize: 64 });
const { accuracy } = await trainer.evaluate(test);

const digit = test.tensors[0].narrow(0, 0, 1);
const maps = first.predict(digit).relu();
const [filters, pixels, seen] = await Promise.all([first.weight.data(), digit.data(), maps.transpose(0, 3, 1, 2).data()]);
await writeFile(`${output}mnist-cnn.png`, filterPicture(filters, pixels, seen));

console.log('\nexamples/output/mnist-cnn.png   a digit; then, pair by pair, each filter of the first layer and its feature map');
console.log(`\ntest accuracy ${(accuracy! * 100).toFixed(2)} %`);
