// Nothing that is exported goes untested: every op needs a case and a refusal, and what is no op is named here.
import * as hebb from 'hebb';
import { describe, expect, test } from 'vitest';
import { cases, refusals } from './table.js';

/** Methods and accessors of Tensor that ask, free or show (maskedSelect: masked.test.ts; unique, nonzero: unique.test.ts). */
const ASKING = ['constructor', 'size', 'rank', 'item', 'data', 'dispose', 'toString', 'toJSON', 'maskedSelect', 'unique', 'nonzero'];

/** Functions that record nothing of their own, or read files; each has its tests elsewhere. */
const OTHER_FUNCTIONS = [
  'defaultGenerator',
  'grad', // gradients.test.ts
  'gradcheck',
  'gradgradcheck',
  'info',
  'kFold',
  'leaveOneOut',
  'load',
  'loadIdx',
  'manualSeed',
  'memoryUsage',
  'mnist',
  'run', // fused.test.ts
  'save',
  'setNumThreads',
];

/** Data sets and files: test/data, test/io. */
const DATA_FUNCTIONS = [
  'breastCancer',
  'collate',
  'csv',
  'diabetes',
  'digits',
  'fashionMnist',
  'imageFolder',
  'iris',
  'jsonLines',
  'loadNpy',
  'loadNpz',
  'loadTorch',
  'mapBatches',
  'mobyDick',
  'padded',
  'parquet',
  'randomSplit',
  'saveNpy',
  'saveNpz',
  'wine',
];

/** Their values are random: random.test.ts compares them with a reference of its own. */
const RANDOM = ['rand', 'randn', 'randperm', 'randint', 'multinomial', 'bernoulli', 'uniform', 'normal', 'truncatedNormal', 'exponential'];

/** Layers with kernels of their own. */
const LAYERS = ['LSTM', 'GRU', 'RNN'];

const isClass = (value: unknown): boolean => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
const functionsOf = (of: object): string[] =>
  Object.entries(of).flatMap(([name, value]) => (typeof value === 'function' && !isClass(value) ? [name] : []));

const methods = Object.getOwnPropertyNames(hebb.Tensor.prototype).filter((name) => !ASKING.includes(name));
const ops = [
  ...methods.map((name) => `Tensor.${name}`),
  ...functionsOf(hebb).filter((name) => !OTHER_FUNCTIONS.includes(name) && !DATA_FUNCTIONS.includes(name)),
  ...[...functionsOf(hebb.nn), ...LAYERS].map((name) => `nn.${name}`),
];

describe('the op table is complete', () => {
  const covered = new Set(cases.map(({ op }) => op));
  const refused = new Set(refusals.map(({ op }) => op));

  test('there are ops to cover', () => {
    expect(ops.length).toBeGreaterThan(50);
  });

  test.each(ops)('%s has cases', (op) => {
    expect(covered.has(op) || RANDOM.includes(op)).toBe(true);
  });

  test.each(ops)('%s has inputs that it must refuse', (op) => {
    expect(refused.has(op)).toBe(true);
  });

  test('the table names only what is exported', () => {
    expect([...covered, ...refused].filter((op) => !ops.includes(op))).toEqual([]);
  });

  test('this list of what is no op names only what is exported', () => {
    const known = [...functionsOf(hebb), ...Object.getOwnPropertyNames(hebb.Tensor.prototype)];
    expect([...OTHER_FUNCTIONS, ...RANDOM, ...ASKING].filter((name) => !known.includes(name))).toEqual([]);
  });

  test('every op meets an empty tensor and a view', () => {
    const lacking = [...covered].flatMap((op) => {
      const inputs = cases.filter((one) => one.op === op).flatMap((one) => one.inputs);
      if (inputs.length === 0 || op === 'defineOp') return [];
      const empty = inputs.some(({ shape }) => shape.includes(0));
      const view = inputs.some(({ layout }) => layout !== 'plain' && layout !== 'parameter') || op === 'Tensor.transpose';
      return empty && view ? [] : [`${op}: empty ${empty}, view ${view}`];
    });
    expect(lacking).toEqual([]);
  });
});
