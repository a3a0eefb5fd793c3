// Trains a GPT of characters on Moby-Dick, prints its bits per character on chapters it hasn't read, and writes on in Melville's manner.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { DataLoader, manualSeed, mobyDick, multinomial, nn, optim, type Tensor, tensor } from 'hebb';
import { panel, sideBySide } from '../drawing/panels.js';
import { CharGPT } from './model.js';

const STEPS = Number(process.argv[2] ?? 3000);
const LENGTH = 64;
const READ_EVERY = 25; // steps between two points of the curve

manualSeed(1);
const { train, test, characters } = await mobyDick({ length: LENGTH });
const model = new CharGPT({ characters: characters.length, length: LENGTH, size: 128, heads: 4, layers: 4 });
const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, clipNorm: 1 });
const curve: { step: number; bits: number }[] = [];

const began = performance.now();
for (let step = 0; step < STEPS; )
  for await (const [x, y] of new DataLoader(train, { batchSize: 24, shuffle: true })) {
    const loss = bitsOf(model.forward(x), y);
    await optimizer.step(loss);
    if (step % READ_EVERY === 0) curve.push({ step, bits: await loss.item() });
    if (step % 500 === 0) console.log(`step ${String(step).padStart(5)}  ${(await loss.item()).toFixed(3)} bits per character`);
    if (++step >= STEPS) break;
  }
console.log(`${STEPS} steps in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);

const prompt = 'Call me Ishmael. ';
const start = performance.now();
const written = await write(prompt, 400);
const rate = written.length / ((performance.now() - start) / 1000);
console.log(`${prompt}${written}\n`);
console.log(`${rate.toFixed(0)} characters a second`);

const marks = [Plot.lineY(curve, { x: 'step', y: 'bits', strokeWidth: 1.5 })];
const chart = panel({ x: { label: 'step' }, y: { label: 'bits per character', grid: true }, marks });
const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });
await writeFile(`${output}char-gpt.svg`, sideBySide([chart]));
console.log('examples/output/char-gpt.svg         the learning curve');
console.log(`\n${(await unread()).toFixed(3)} bits per character on what it hasn't read`);

/** The mean of -log₂ of the chance that each character got. */
function bitsOf(logits: Tensor, y: Tensor): Tensor {
  return nn.crossEntropy(logits.reshape([y.size, characters.length]), y.reshape([y.size])).mul(1 / Math.LN2);
}

async function unread(): Promise<number> {
  let [sum, rows] = [0, 0];
  for await (const [x, y] of new DataLoader(test, { batchSize: 64 })) {
    sum += (await bitsOf(model.predict(x), y).item()) * x.shape[0]!;
    rows += x.shape[0]!;
  }
  return sum / rows;
}

/** `count` characters after the prompt, each drawn by its chance. What the model has read stays in caches; where they are full, it reads the newest half anew. */
async function write(prompt: string, count: number): Promise<string> {
  const ids = Array.from(prompt, (character) => characters.indexOf(character));
  const caches = model.blocks.caches(LENGTH);
  let next = ids.slice(-LENGTH);
  for (let i = 0; i < count; i++) {
    if (caches[0]!.length + next.length > LENGTH) {
      for (const cache of caches) cache.clear();
      next = ids.slice(-LENGTH / 2);
    }
    const logits = model.predict(tensor([next], { dtype: 'i32' }), caches).at(0, -1);
    const id = await multinomial(logits.div(0.8).softmax(-1), 1).item();
    ids.push(id);
    next = [id];
  }
  return ids
    .slice(prompt.length)
    .map((id) => characters[id])
    .join('');
}
