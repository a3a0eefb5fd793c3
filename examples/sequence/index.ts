// Tells from the letters of a first name on which of two lists it stands, women's or men's: a GRU in both directions over names of all lengths.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Accuracy, concat, DataLoader, manualSeed, nn, optim, randperm, type Tensor } from 'hebb';
import { epochChart } from './chart.js';
import { byLastLetter, encode, LISTS, lettersOf, namesOfOneList } from './names.js';

const epochs = Number(process.argv[2] ?? 12);

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

manualSeed(1);
const sorted = namesOfOneList();
const names = Array.from(await randperm(sorted.length).data(), (i) => sorted[i]!);
const letters = lettersOf(names);
const held = Math.round(names.length / 5);
const [rows, tests] = [names.slice(held), names.slice(0, held)];

/** Letters (N, T) and lengths (N) → logits (N, 2). */
class NameNet extends nn.Module<[letters: Tensor, lengths: Tensor]> {
  embedding = new nn.Embedding(letters.length, 24);
  gru = new nn.GRU(24, 64, { bidirectional: true });
  dropout = new nn.Dropout(0.3);
  out = new nn.Linear(128, 2);

  forward(x: Tensor, lengths: Tensor): Tensor {
    const [, h] = this.gru.forward(this.dropout.forward(this.embedding.forward(x)), undefined, { lengths });
    // Read to its end in one direction and to its beginning in the other.
    const both = concat([h.narrow(0, 0, 1), h.narrow(0, 1, 1)], 2).squeeze(0);
    return this.out.forward(this.dropout.forward(both));
  }
}

const model = new NameNet();
const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
const majority = Math.max(...LISTS.map((_, label) => tests.filter((name) => name.label === label).length)) / tests.length;
const lastLetter = byLastLetter(rows, tests);
console.log(`${rows.length} names to learn from, ${tests.length} to test by`);

const accuracies: number[] = [];
const testBatches = new DataLoader(encode(tests, letters), { batchSize: 256 });
const batches = new DataLoader(encode(rows, letters), { batchSize: 64, shuffle: true });
for (let epoch = 1; epoch <= epochs; epoch++) {
  for await (const [x, lengths, y] of batches) await optimizer.step(nn.crossEntropy(model.forward(x, lengths), y));
  accuracies.push(await testAccuracy());
  console.log(`epoch ${epoch} of ${epochs}: test accuracy ${percent(accuracies.at(-1)!)}`);
}

await writeFile(`${output}sequence.svg`, epochChart(accuracies, { 'last letter': lastLetter, majority }));
console.log('\nexamples/output/sequence.svg   the accuracy after each epoch');
console.log(
  `\ntest accuracy ${percent(accuracies.at(-1)!)}, by the last letter alone ${percent(lastLetter)}, by the longer list ${percent(majority)}`,
);

async function testAccuracy(): Promise<number> {
  const accuracy = new Accuracy();
  for await (const [x, lengths, y] of testBatches) accuracy.update(model.predict(x, lengths), y);
  return accuracy.compute();
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
