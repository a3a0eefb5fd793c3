// What `npm run bench:check` calls short: a figure under its bar, a geometric mean under its own, and whatever was not measured.
import { expect, test } from 'vitest';
import { type Bar, judge } from '../../bench/judge.js';
import type { Report, Row } from '../../bench/report.js';

function row(id: string, ratios: Record<string, number>, figures: Partial<Row> = {}): Row {
  const peers = Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, { ms: ratio, ratio, config: '' }]));
  return { id, ms: 1, peers, threads: 1, isa: 'avx512', ...figures };
}

function short(rows: Row[], bar: Bar): string[] {
  const report: Report = { machine: '', isa: 'avx512', threads: 2, peakGflops: { one: 1, all: 2 }, rows };
  return judge([report], [bar])
    .filter(({ met }) => !met)
    .map(({ text }) => text);
}

test('the ratio is against the fastest of the peers named', () => {
  const bar = { ids: ['train.xor'], peers: ['jax', 'torch'], min: 2.2 };
  expect(short([row('train.xor', { jax: 2.3, torch: 8, tfjs: 0.1 })], bar)).toEqual([]);
  expect(short([row('train.xor', { jax: 2.1, torch: 8 })], bar)).toEqual([
    'train.xor: ratio to the best of jax, torch 2.10, wanted at least 2.2',
  ]);
});

test('a peer that was not measured leaves its bar short', () => {
  expect(short([row('train.xor', { torch: 8 })], { ids: ['train.xor'], peers: ['jax', 'torch'], min: 2 })).toEqual([
    'train.xor: not measured against jax',
  ]);
});

test('a row or a figure that is missing leaves its bar short', () => {
  expect(short([], { ids: ['gemm.64'], figure: 'percentOfPeak', min: 88 })).toEqual(['gemm.64: not measured']);
  expect(short([row('gemm.64', {})], { ids: ['gemm.64'], figure: 'percentOfPeak', min: 88 })).toEqual([
    'gemm.64: percentOfPeak was not measured',
  ]);
});

test('each row and the geometric mean have bars of their own', () => {
  const bar = { ids: ['a', 'b'], peers: ['torch'], min: 1, geomean: 2 };
  expect(short([row('a', { torch: 1 }), row('b', { torch: 4 })], bar)).toEqual([]);
  expect(short([row('a', { torch: 1.5 }), row('b', { torch: 1.5 })], bar)).toEqual(['a, b: geomean of ratio to torch 1.50, wanted 2']);
  expect(short([row('a', { torch: 0.9 }), row('b', { torch: 9 })], bar)).toEqual(['a: ratio to torch 0.900, wanted at least 1']);
});

test('a limit from above', () => {
  const bar: Bar = { ids: ['overhead.import'], figure: 'ms', max: 60 };
  expect(short([row('overhead.import', {}, { ms: 59 })], bar)).toEqual([]);
  expect(short([row('overhead.import', {}, { ms: 60 })], bar)).toHaveLength(1);
});
