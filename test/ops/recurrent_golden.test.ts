// Recurrent layers and cells, their gradients and five steps of Adam against what PyTorch computed in float64; test/golden/recurrent.py
// says what the file holds.
import { fileURLToPath } from 'node:url';
import { grad, load, nn, optim, type StateDict, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { compare as compareGolden } from '../golden/compare.js';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/recurrent.safetensors', import.meta.url)));

const deep = { numLayers: 2, bidirectional: true, bias: false };
const LAYERS: Record<string, () => nn.AnyModule> = {
  lstm: () => new nn.LSTM(3, 9),
  'lstm.deep': () => new nn.LSTM(3, 3, deep),
  'lstm.packed': () => new nn.LSTM(3, 3, { bidirectional: true }),
  gru: () => new nn.GRU(3, 9),
  'gru.deep': () => new nn.GRU(3, 3, deep),
  'gru.packed': () => new nn.GRU(3, 3, { bidirectional: true }),
  rnn: () => new nn.RNN(3, 9),
  'rnn.deep': () => new nn.RNN(3, 3, deep),
  'rnn.packed': () => new nn.RNN(3, 3, { bidirectional: true }),
  'rnn.relu': () => new nn.RNN(3, 3, { nonlinearity: 'relu' }),
};
const CELLS: Record<string, () => nn.AnyModule> = {
  'lstm.cell': () => new nn.LSTMCell(3, 3),
  'gru.cell': () => new nn.GRUCell(3, 3),
  'rnn.cell': () => new nn.RNNCell(3, 3),
};

/** Several steps add up more than one op does. */
const compare = (what: string, found: Tensor, expected: Tensor, part = 4e-6): Promise<void> => compareGolden(what, found, expected, part);

/** What a case of the file has under `NAME.`. */
async function caseOf(name: string, layer: nn.AnyModule) {
  const file = await golden;
  const of = (key: string): Tensor => file[`${name}.${key}`]!;
  layer.loadStateDict(Object.fromEntries(layer.namedParameters().map(([key]) => [key, of(key)])));
  const states = ['h0', 'c0'].flatMap((key) => (of(key) ? [of(key)] : []));
  const state = (states.length === 2 ? states : states[0]) as never;
  const options = name.endsWith('.packed') ? { lengths: file['lengths']! } : {};
  return { x: file['x']!, of, states, state, options };
}

/** Results and gradients against the file's. */
async function check(layer: nn.AnyModule, results: Tensor[], keys: string[], found: Awaited<ReturnType<typeof caseOf>>): Promise<void> {
  const { x, of, states } = found;
  const parameters = layer.namedParameters();
  const wanted = [...parameters.map(([, p]) => p), x, ...states];
  const names = [...parameters.map(([key]) => `d.${key}`), 'dx', ...['dh0', 'dc0'].slice(0, states.length)];
  const loss = results.map((result, k) => result.mul(of(`g${keys[k]}`)).sum()).reduce((a, b) => a.add(b));
  const gradients = grad(loss, wanted);
  for (const [k, result] of results.entries()) await compare(keys[k]!, result, of(keys[k]!));
  for (const [k, key] of names.entries()) await compare(key, gradients[k]!, of(key));
}

test('the file holds the cases that are tested', async () => {
  const found = Object.keys(await golden).flatMap((key) => (key.endsWith('.h') ? [key.slice(0, -2)] : []));
  expect(found.sort()).toEqual([...Object.keys(LAYERS), ...Object.keys(CELLS)].sort());
});

describe('layers', () => {
  test.each(Object.entries(LAYERS))('%s', async (name, make) => {
    const layer = make();
    const found = await caseOf(name, layer);
    const [y, last] = layer.forward(found.x, found.state, found.options);
    await check(layer, [y, last].flat(), ['y', 'h', 'c'], found);
  });

  test.each(Object.entries(LAYERS))('%s, time first', async (name, make) => {
    const layer = make();
    const found = await caseOf(name, layer);
    const turned = Object.assign(layer, { batchFirst: false });
    const [y, last] = turned.forward(found.x.swapAxes(0, 1), found.state, found.options);
    await check(layer, [y.swapAxes(0, 1), last].flat(), ['y', 'h', 'c'], found);
  });

  test.each(Object.entries(LAYERS))('%s, five steps of Adam', async (name, make) => {
    const layer = make();
    const { x, of, state, options } = await caseOf(name, layer);
    const optimizer = new optim.Adam(layer.parameters(), { lr: 0.01 });
    const losses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const loss = nn.mseLoss(layer.forward(x, state, options)[0], of('gy'));
      await optimizer.step(loss);
      losses.push(await loss.item());
    }
    for (const [i, value] of Array.from(await of('losses').data()).entries())
      expect(Math.abs(losses[i]! / value - 1), `step ${i}`).toBeLessThan(1e-5);
  });
});

describe('cells', () => {
  test.each(Object.entries(CELLS))('%s', async (name, make) => {
    const cell = make();
    const found = await caseOf(name, cell);
    const last = cell.forward(found.x.narrow(1, 0, 1).squeeze(1), found.state);
    await check(cell, [last].flat(), ['h', 'c'], found);
  });
});
