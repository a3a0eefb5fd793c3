// Squeezes the digits of MNIST into 16 numbers each and back without any label, draws both, and clusters the codes by k-means.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Dataset, manualSeed, mapBatches, mnist, nn, optim, type Tensor, Trainer } from 'hebb';
import { kMeans, purity } from './kmeans.js';
import { codePicture } from './picture.js';

const CODE = 16;
const COLUMNS = 20;
const epochs = Number(process.argv[2] ?? 15);

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

manualSeed(1);
const { train, test } = await mnist();
const encoder = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, CODE));
const decoder = new nn.Sequential(new nn.Linear(CODE, 128), new nn.ReLU(), new nn.Linear(128, 784), new nn.Sigmoid());
const model = new nn.Sequential(encoder, decoder);
console.log(model.summary([1, 784]));

const trainer = new Trainer(model, { optimizer: new optim.Adam(model.parameters()), loss: nn.mseLoss });
await trainer.fit(ontoThemselves(train), { epochs, batchSize: 128, validation: ontoThemselves(test) });
const { loss } = await trainer.evaluate(ontoThemselves(test));

// The test digits from here on; their labels are only counted.
const [images, labels] = test.tensors;
const x = images.reshape([test.length, 784]);
const codes = encoder.predict(x);
const average = train.tensors[0].reshape([train.length, 784]).mean({ axis: 0, keepDim: true });
const averageLoss = await x.sub(average).square().mean().item();

await writeFile(`${output}autoencoder.png`, await picture());
const digits = await labels.data();
const found = { codes: purity(await kMeans(codes, 10), digits), pixels: purity(await kMeans(x, 10), digits) };

console.log('\nexamples/output/autoencoder.png   digits, their codes and what is made of these');
console.log(`\nmean squared error ${loss!.toFixed(4)}, of the average digit ${averageLoss.toFixed(4)}`);
console.log(`purity of 10 clusters of codes ${percent(found.codes)}, of raw pixels ${percent(found.pixels)}`);

// Batches of rows of pixels, which are input and target at once.
function ontoThemselves(digits: Dataset<[Tensor, Tensor]>): Dataset<[Tensor, Tensor]> {
  return mapBatches(digits, ([images]) => {
    const x = images.reshape([-1, 784]);
    return [x, x];
  });
}

async function picture(): Promise<Uint8Array> {
  const [pixels, numbers, drawn] = await Promise.all([x.data(), codes.data(), decoder.predict(codes).data()]);
  const rowOf = (values: typeof pixels, row: number, size: number) => values.subarray(row * size, (row + 1) * size);
  return codePicture(
    Array.from({ length: COLUMNS }, (_, row) => ({
      pixels: rowOf(pixels, row, 784),
      code: rowOf(numbers, row, CODE),
      reconstruction: rowOf(drawn, row, 784),
    })),
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
