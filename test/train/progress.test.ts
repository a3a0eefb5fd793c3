// Progress: a bar on a terminal, plain lines in CI logs and pipes, all on stderr; nothing when told to be silent.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const program = (options: string): string => `
  import { Accuracy, nn, optim, randn, TensorDataset, Trainer, zeros } from 'hebb';
  const model = new nn.Linear(2, 2);
  const data = new TensorDataset(randn([1000, 2]), zeros([1000], { dtype: 'i32' }));
  const trainer = new Trainer(model, { optimizer: new optim.SGD(model.parameters()), loss: nn.crossEntropy, metrics: { accuracy: new Accuracy() } });
  const slow = { onStep: () => new Promise((resolve) => setTimeout(resolve, 50)) };
  await trainer.fit(data, { epochs: 2, batchSize: 100, validation: 0.2, callbacks: [slow]${options} });
  console.log('done');`;

const cwd = fileURLToPath(new URL('..', import.meta.url));
const run = (command: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, CI: '', ...env } });
const piped = (options = '', env: NodeJS.ProcessEnv = {}) => run(process.execPath, ['--input-type=module', '-e', program(options)], env);

const line = (epoch: number): RegExp =>
  new RegExp(
    `^epoch ${epoch}/2  loss \\d\\.\\d{4}  accuracy \\d\\.\\d{4}  valLoss \\d\\.\\d{4}  valAccuracy \\d\\.\\d{4}  [\\d,]+ samples/s  0:\\d\\d (left|in all)$`,
  );

describe('piped', () => {
  test('a line an epoch, without control characters, on stderr only', () => {
    const { stdout, stderr, status } = piped();
    expect(status).toBe(0);
    expect(stdout).toBe('done\n');
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(line(1));
    expect(lines[1]).toMatch(line(2));
  });

  test('nothing at all with progress: false', () => {
    expect(piped(', progress: false')).toMatchObject({ stdout: 'done\n', stderr: '', status: 0 });
  });

  test('a fit that fails leaves no half line, and the process ends', () => {
    const { stderr, status } = piped(', signal: AbortSignal.timeout(50)');
    expect(status).toBe(1);
    expect(stderr).toContain('TimeoutError');
  });
});

// script (util-linux) gives the program a terminal.
describe.skipIf(process.platform !== 'linux' || run('script', ['--version']).status !== 0)('on a terminal', () => {
  const onTerminal = (env: NodeJS.ProcessEnv = {}): string => {
    const command = `${process.execPath} --input-type=module -e '${program('').replaceAll("'", '"')}'`;
    return run('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', ...env }).stdout;
  };

  test('a bar with loss, metric, samples/s and time left, redrawn in place', () => {
    const output = onTerminal();
    expect(output).toMatch(/epoch 1\/2 [━─]{8,24} loss \d\.\d{4} {2}accuracy \d\.\d{4} {2}[\d,]+ samples\/s {2}0:\d\d left/);
    const lines = output.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    for (const epoch of [1, 2]) expect(lines[epoch - 1]!.split('\u001b[2K').at(-1)).toMatch(line(epoch));
    expect(lines[2]).toBe('done');
  });

  test('that stays as it was when the process is killed: nothing but the cursor is touched', () => {
    expect(onTerminal()).not.toContain('\u001b[?');
  });

  test('plain lines in CI, even on a terminal', () => {
    const output = onTerminal({ CI: 'true' });
    expect(output).not.toContain('━');
    expect(output).toContain('epoch 2/2  loss');
  });
});
