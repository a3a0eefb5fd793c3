// Sends gradient descent, momentum, Nesterov, AdaGrad, RMSprop and Adam down Rosenbrock's valley; draws their losses and their paths.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { optim, Parameter, type Tensor, tensor } from 'hebb';
import { progressBar } from '../drawing/bar.js';
import { races } from './races.js';

type Create = (params: Parameter[], lr: number) => optim.Optimizer;

const OPTIMIZERS: [string, Create][] = [
  ['gradient descent', (params, lr) => new optim.SGD(params, { lr })],
  ['momentum', (params, lr) => new optim.SGD(params, { lr, momentum: 0.9 })],
  ['Nesterov', (params, lr) => new optim.SGD(params, { lr, momentum: 0.9, nesterov: true })],
  ['AdaGrad', (params, lr) => new optim.Adagrad(params, { lr })],
  ['RMSprop', (params, lr) => new optim.RMSprop(params, { lr })],
  ['Adam', (params, lr) => new optim.Adam(params, { lr })],
];
// Each is shown at its best of these, so that none is judged by a rate that suits another.
const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const START = [-1.5, 2] as const;
const steps = Number(process.argv[2] ?? 500);

const output = fileURLToPath(new URL('../output/', import.meta.url));
await mkdir(output, { recursive: true });

const bar = progressBar(OPTIMIZERS.length * RATES.length);
const best = [];
for (const [name, create] of OPTIMIZERS) best.push(await race(name, create));
bar.stop();

console.log(`Rosenbrock's valley from (${START.join(', ')}), ${steps} steps; the minimum is 0 at (1, 1)\n`);
console.log('optimizer             lr        loss   against descent  ends at');
const baseline = best[0]!.losses.at(-1)!;
for (const { name, lr, losses, path } of best) {
  const loss = losses.at(-1)!;
  const end = path.at(-1)!.map((value) => value.toFixed(3));
  const times = `${(loss / baseline).toExponential(1)} ×`;
  console.log(
    `${name.padEnd(18)} ${String(lr).padStart(6)} ${loss.toExponential(2).padStart(11)} ${times.padStart(17)}  (${end.join(', ')})`,
  );
}

await writeFile(`${output}optimizers.svg`, await races(best, rosenbrock));
console.log('\nexamples/output/optimizers.svg   the losses by step, and the paths over the surface');

/** The valley is curved and narrow: steep across, nearly flat along its floor. */
function rosenbrock(x: Tensor, y: Tensor): Tensor {
  const across = y.sub(x.square());
  return x.sub(1).square().add(across.square().mul(100));
}

/** The run with the rate that ends lowest. */
async function race(name: string, create: Create) {
  let lowest: Awaited<ReturnType<typeof descend>> | null = null;
  for (const lr of RATES) {
    const run = await descend(create, lr);
    if (lowest === null || run.losses.at(-1)! < lowest.losses.at(-1)!) lowest = run;
    bar.increment(`${name}, lr ${lr}`);
  }
  return { name, ...lowest! };
}

/** The loss before each step and the place after it; a run that leaves the numbers ends at once, with a loss of Infinity. */
async function descend(create: Create, lr: number) {
  const [x, y] = START.map((value) => new Parameter(tensor(value))) as [Parameter, Parameter];
  const optimizer = create([x, y], lr);
  const losses: number[] = [];
  const path: [number, number][] = [[...START]];
  for (let step = 1; step <= steps; step++) {
    const loss = rosenbrock(x, y);
    await optimizer.step(loss);
    const values = await Promise.all([loss.item(), x.item(), y.item()]);
    if (!values.every(Number.isFinite)) return { lr, losses: [...losses, Infinity], path };
    losses.push(values[0]);
    path.push([values[1], values[2]]);
  }
  return { lr, losses, path };
}
