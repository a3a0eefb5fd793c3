// Cross-validation folds: scikit-learn's without shuffling; with it, every row tested once in each repeat, alike shares, whole groups.
import { fileURLToPath } from 'node:url';
import {
  ArgumentError,
  type Dataset,
  Generator,
  type KFoldOptions,
  kFold,
  leaveOneOut,
  load,
  type StateDict,
  type Subset,
  tensor,
} from 'hebb';
import { describe, expect, test } from 'vitest';

const golden: Promise<StateDict> = load(fileURLToPath(new URL('../golden/folds.safetensors', import.meta.url)));
const listed = async (name: string): Promise<number[]> => Array.from(await (await golden)[name]!.data());

/** Rows that are their own numbers. */
const numbered = (length: number): Dataset<Int32Array> => ({ length, batch: (rows) => rows });

async function rowsOf(subset: Subset<Int32Array>): Promise<number[]> {
  return Array.from(await subset.batch(Int32Array.from({ length: subset.length }, (_, i) => i)));
}

interface Fold {
  readonly train: number[];
  readonly test: number[];
}

async function folded(rows: number, options?: KFoldOptions): Promise<Fold[]> {
  const found: Fold[] = [];
  for await (const [train, test] of kFold(numbered(rows), options)) found.push({ train: await rowsOf(train), test: await rowsOf(test) });
  return found;
}

/** For each row the fold that it is tested in; checks that the sides are complete, disjoint and in order. */
function foldOf(rows: number, folds: readonly Fold[]): number[] {
  const found = new Array<number>(rows).fill(-1);
  for (const [fold, { train, test }] of folds.entries()) {
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, row) => row));
    for (const side of [train, test]) expect(side).toEqual([...side].sort((a, b) => a - b));
    for (const row of test) found[row] = fold;
  }
  return found;
}

describe('scikit-learn agrees', () => {
  test('k-fold', async () => {
    expect(foldOf(10, await folded(10, { folds: 3 }))).toEqual(await listed('plain10'));
    expect(foldOf(23, await folded(23))).toEqual(await listed('plain23'));
  });

  test('stratified, with labels in a tensor or a list, of numbers or strings', async () => {
    const labels = await listed('labels');
    const expected = await listed('stratified');
    const names = labels.map((label) => ['setosa', 'versicolor', 'virginica'][label]!);
    for (const stratify of [labels, names, tensor(labels, { dtype: 'i32' })])
      expect(foldOf(40, await folded(40, { folds: 4, stratify }))).toEqual(expected);
    expect(foldOf(12, await folded(12, { folds: 5, stratify: await listed('rare') }))).toEqual(await listed('stratifiedRare'));
  });

  test('groups', async () => {
    expect(foldOf(30, await folded(30, { folds: 3, groups: await listed('groups') }))).toEqual(await listed('grouped'));
  });
});

describe('shuffled', () => {
  test('every row is tested once, in no order, and a Generator repeats it', async () => {
    const options = { shuffle: true, folds: 4 };
    const first = foldOf(50, await folded(50, { ...options, generator: new Generator(3) }));
    expect(first).toEqual(foldOf(50, await folded(50, { ...options, generator: new Generator(3) })));
    expect(first).not.toEqual(foldOf(50, await folded(50, { ...options, generator: new Generator(4) })));
    expect(first).not.toEqual([...first].sort((a, b) => a - b));
    expect([0, 1, 2, 3].map((fold) => first.filter((at) => at === fold).length)).toEqual([13, 13, 12, 12]);
  });

  test('repeats deal anew each time', async () => {
    const folds = await folded(20, { folds: 4, repeats: 3, generator: new Generator(1) });
    expect(folds).toHaveLength(12);
    const repeats = [0, 4, 8].map((start) => String(foldOf(20, folds.slice(start, start + 4))));
    expect(new Set(repeats).size).toBe(3);
  });

  test('stratified folds have the same share of each label, to within a row', async () => {
    const stratify = Array.from({ length: 100 }, (_, i) => (i < 70 ? 'a' : i < 95 ? 'b' : 'c'));
    const folds = await folded(100, { folds: 5, stratify, shuffle: true, generator: new Generator(2) });
    foldOf(100, folds);
    for (const { test } of folds) {
      const count = (label: string): number => test.filter((row) => stratify[row] === label).length;
      expect([count('a'), count('b'), count('c')]).toEqual([14, 5, 1]);
    }
  });

  test('groups stay whole', async () => {
    const groups = Array.from({ length: 60 }, (_, i) => i % 12);
    for (const { train, test } of await folded(60, { folds: 5, groups, shuffle: true, generator: new Generator(2) }))
      expect(train.filter((row) => test.some((other) => groups[other] === groups[row]))).toEqual([]);
  });
});

test('leaveOneOut tests each row alone', async () => {
  const tested: number[] = [];
  for await (const [train, test] of leaveOneOut(numbered(4))) {
    expect(train.length).toBe(3);
    tested.push(...(await rowsOf(test)));
  }
  expect(tested).toEqual([0, 1, 2, 3]);
  expect(() => leaveOneOut(numbered(1))).toThrow(/two rows or more, got 1/);
});

test('what can’t be folded is refused', async () => {
  for (const folds of [0, 1, 11, 2.5, Number.NaN]) expect(() => kFold(numbered(10), { folds })).toThrow(ArgumentError);
  for (const repeats of [0, 1.5, Number.NaN]) expect(() => kFold(numbered(10), { repeats })).toThrow(ArgumentError);
  expect(() => kFold(numbered(10), { repeats: 2, shuffle: false })).toThrow(/same folds again/);
  expect(() => kFold(numbered(10), { stratify: [1, 2] })).toThrow(/stratify has 2 labels for 10 rows/);
  expect(() => kFold(numbered(2), { folds: 2, stratify: [1, 2], groups: [1, 2] })).toThrow(/not both/);
  expect(() => kFold([] as never)).toThrow(ArgumentError);
  await expect(folded(6, { folds: 4, stratify: [0, 0, 1, 1, 2, 2] })).rejects.toThrow(/4 folds, but no label has more than 2 rows/);
  await expect(folded(6, { folds: 4, groups: [0, 0, 1, 1, 2, 2] })).rejects.toThrow(/4 folds, but there are 3 groups/);
});
