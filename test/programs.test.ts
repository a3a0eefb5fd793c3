// Programs written against the API before it existed, and those of the guides in docs/: each compiles under strict TypeScript and does what
// it says, in a folder of its own that has hebb as users have it, in node_modules. 08 gives its new head 5 classes while MNIST has 10: as
// written it must be told so, and it runs with 10 in place of 5.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { load, mnist, nn, optim, save, type Tensor, Trainer, tensor } from 'hebb';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsx = pathToFileURL(join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
/** The guides of docs/, and where their programs print an accuracy. */
const GUIDES = { 'coming-from-pytorch': /^(0\.\d+)$/m, 'coming-from-keras': /, (0\.\d+) \]$/m };
const children: ChildProcess[] = [];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hebb-programs-'));
  cpSync(join(root, 'test', 'programs'), folder, { recursive: true });
  for (const name of Object.keys(GUIDES)) {
    const pieces = readFileSync(join(root, 'docs', `${name}.md`), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g);
    writeFileSync(join(folder, `${name}.ts`), [...pieces].map(([, piece]) => piece).join('\n'));
  }
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'hebb'), 'junction');
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    ...{ strict: true, noUncheckedIndexedAccess: true, target: 'es2022', module: 'nodenext', moduleDetection: 'force' },
    ...{ noEmit: true, types: ['node'] },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});

afterAll(() => {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('they compile, with the types of hebb checked too', () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});

test('01 learns XOR', () => {
  const outputs = numbers(
    execute(['--import', tsx, '01-xor.ts'])
      .trim()
      .split(/\n(?=Float32Array)/)
      .at(-1)!
      .replace(/^\S+ /, ''),
  );
  expect(outputs.map(Math.round)).toEqual([0, 1, 1, 0]);
});

test('02 trains, stops early, keeps the best and evaluates it', async () => {
  const [valLoss, scores] = execute(['--import', tsx, '02-trainer.ts'])
    .trim()
    .split(/(?=\{)/);
  const losses = numbers(valLoss!);
  const [loss, accuracy] = numbers(scores!);
  const best = Math.min(...losses);
  expect(losses.length).toBeGreaterThanOrEqual(3);
  expect(losses.length === 10 || losses.indexOf(best) === losses.length - 3).toBe(true);
  expect(loss).toBeLessThan(0.12);
  expect(accuracy).toBeGreaterThan(0.97);
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(128, 10));
  model.loadStateDict(await load(join(folder, 'best.safetensors')));
  const optimizer = new optim.Adam(model.parameters());
  const saved = await new Trainer(model, { loss: nn.crossEntropy, optimizer }).evaluate((await mnist()).test);
  expect(saved.loss).toBeCloseTo(loss!, 6);
}, 120_000);

test('03 learns the digits in a loop of its own', () => {
  const last = numbers(execute(['--import', tsx, '03-loop.ts']).trim().split('\n').at(-1)!);
  expect(last[0]).toBe(18701);
  expect(last[1]).toBeLessThan(0.2);
  expect(last[2]).toBeGreaterThan(0.98);
}, 120_000);

test('04 plays two optimizers against each other, in one run a step', () => {
  const lines = execute(['--import', tsx, '04-gan.ts']).trim().split('\n').map(numbers);
  expect(lines).toHaveLength(Math.ceil(937 / 50));
  expect(lines[0]![0]).toBeCloseTo(2 * Math.LN2, 0);
  expect(lines[0]![1]).toBeCloseTo(Math.LN2, 0);
  // The discriminator begins to tell the digits from what the generator makes, which makes the generator's loss grow, and neither wins.
  for (const [d, g] of lines.slice(5)) {
    expect(d).toBeGreaterThan(0.3);
    expect(d).toBeLessThan(2 * Math.LN2);
    expect(g).toBeGreaterThan(Math.LN2);
    expect(g).toBeLessThan(4);
  }
}, 120_000);

test('05 adds up micro-batches under a falling rate', () => {
  const lines = execute(['--import', tsx, '05-accumulate.ts']).trim().split('\n').map(numbers);
  const [loss, norm, rate] = lines.at(-1)!;
  expect(lines).toHaveLength(4);
  expect(8 * loss!).toBeLessThan(0.5);
  expect(norm).toBeGreaterThan(0);
  expect(rate).toBeCloseTo(5e-4 * (1 + Math.cos((Math.PI * 400) / 1000)), 8);
}, 120_000);

test('06 writes 500 characters, one step of an LSTM each, and computes nothing twice', async () => {
  const [embed, cell, head] = [new nn.Embedding(96, 64), new nn.LSTMCell(64, 256), new nn.Linear(256, 96)];
  await save(new nn.ModuleDict({ embed, cell, head }), join(folder, 'char.safetensors'));
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', tsx, '06-sampler.ts'], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^[ -\x7f]{500}\n$/);
  expect(new Set(stdout).size).toBeGreaterThan(20);
});

test('07 passes gradients straight through an op of its own', () => {
  const output = execute(['--import', tsx, '07-custom.ts']);
  const gradients = numbers(output.replace(/^[^[]*/, ''));
  expect(output).toContain('Float32Array(32)');
  expect(gradients.some((value) => value !== 0)).toBe(true);
});

test('08 takes over a backbone of other names and trains a new head', async () => {
  const backbone = new nn.Linear(784, 256);
  const other = { 'backbone.1.weight': backbone.weight.add(0), 'backbone.1.bias': backbone.bias!.add(0), 'top.weight': tensor([1]) };
  await save(other, join(folder, 'other.safetensors'));
  const file = join(folder, '08-transfer.ts');
  const program = readFileSync(file, 'utf8');
  const asWritten = spawnSync(process.execPath, ['--import', tsx, file], { cwd: folder, encoding: 'utf8' });
  expect(asWritten.status).toBe(1);
  expect(asWritten.stderr).toMatch(/IndexError: \[crossEntropy\] label [5-9] at position \d+ is out of range; valid are 0 … 4/);

  writeFileSync(file, program.replace('nn.Linear(256, 5)', 'nn.Linear(256, 10)'));
  execute(['--import', tsx, '08-transfer.ts']);
  const mine = await load(join(folder, 'mine.safetensors'));
  expect(Object.keys(mine).sort()).toEqual(['features.1.bias', 'features.1.weight', 'head.bias', 'head.weight']);
  expect(await mine['features.1.weight']!.data()).toEqual(await backbone.weight.data()); // frozen: as it was loaded
  const hidden = (x: Tensor): Tensor =>
    x.reshape([-1, 784]).matmul(mine['features.1.weight']!.transpose()).add(mine['features.1.bias']!).relu();
  const { test } = await mnist();
  const [x, y] = await test.batch(Int32Array.from({ length: 1000 }, (_, i) => i));
  const logits = hidden(x).matmul(mine['head.weight']!.transpose()).add(mine['head.bias']!);
  expect(await logits.argmax(-1).eq(y).to('f32').mean().item()).toBeGreaterThan(0.85);
}, 120_000);

test('09 answers a good request and survives a bad one', async () => {
  const model = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(128, 10));
  await save(model, join(folder, 'mnist.safetensors'));
  const port = await freePort();
  // The program listens on 3000, which may be taken here.
  const preload = `import net from 'node:net'; const { listen } = net.Server.prototype;
    net.Server.prototype.listen = function () { return listen.call(this, ${port}, '127.0.0.1', () => console.log('ready')); };`;
  const args = ['--import', tsx, '--import', `data:text/javascript,${encodeURIComponent(preload)}`, '09-serve.ts'];
  const server = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(server);
  await new Promise((resolve) => server.stdout.once('data', resolve));

  const ask = (body: string) => fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
  const good = await ask(JSON.stringify(Array.from({ length: 784 }, (_, index) => index / 784)));
  const chances = (await good.json()) as number[];
  expect(good.status).toBe(200);
  expect(chances).toHaveLength(10);
  expect(chances.reduce((sum, chance) => sum + chance)).toBeCloseTo(1, 5);

  const bad = await ask('[1, 2, 3]');
  expect(bad.status).toBe(400);
  expect(await bad.text()).toContain('784');
  expect((await ask(JSON.stringify(Array(784).fill(0)))).status).toBe(200);
});

test('10 finds the largest eigenvalue, and learns which of two actions pays', () => {
  const driver = `import { reinforce } from './10-control.ts';
    import { manualSeed, nn, tensor } from 'hebb';
    manualSeed(2);
    const policy = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
    let left = 0;
    // A state of two flags; the action that names the flag that is up pays 1, and an episode has 1 to 6 steps.
    let state = 0;
    const observe = () => [Number(state === 0), Number(state === 1)];
    const env = {
      reset() { left = 1 + Math.floor(6 * Math.random()); state = left % 2; return observe(); },
      step(a: number) { const reward = a === state ? 1 : -1; state = 1 - state; return { obs: observe(), reward, done: --left === 0 }; },
    };
    await reinforce(env, policy, 400);
    console.log(Array.from(await policy.predict(tensor([[1, 0], [0, 1]])).softmax(-1).data()).join(' '));`;
  writeFileSync(join(folder, 'drive.ts'), driver);
  const [a, b, c, d] = numbers(execute(['--import', tsx, 'drive.ts']));
  expect(a! + b!).toBeCloseTo(1, 4);
  expect(a).toBeGreaterThan(0.8);
  expect(d).toBeGreaterThan(0.8);
  expect(c).toBeLessThan(0.2);
}, 120_000);

test.each(Object.entries(GUIDES))(
  'the pieces of docs/%s.md are one program that learns the digits',
  (name, accuracy) => {
    const [, found] = accuracy.exec(execute(['--import', tsx, `${name}.ts`]))!;
    expect(Number(found)).toBeGreaterThan(0.95);
    expect(existsSync(join(folder, 'model.safetensors'))).toBe(true);
    rmSync(join(folder, 'model.safetensors'));
  },
  120_000,
);

function execute(args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
}

function numbers(text: string): number[] {
  return [...text.replace(/^\s*Float32Array\(\d+\)/, '').matchAll(/-?\d+(\.\d+)?(e-?\d+)?/g)].map(([number]) => Number(number));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
