// Draws the history of a fit as an SVG: loss and accuracy by epoch, for the training and for the test digits.
import * as Plot from '@observablehq/plot';
import { panel, sideBySide } from '../drawing/panels.js';

/** `history` has `loss`, `valLoss`, `accuracy` and `valAccuracy`, one value an epoch. */
export function learningCurve(history: Record<string, number[]>): string {
  return sideBySide([
    curves('loss', history.loss!, history.valLoss!),
    curves('accuracy, %', percent(history.accuracy!), percent(history.valAccuracy!)),
  ]);
}

function curves(label: string, training: number[], test: number[]): string {
  const points = [
    ...training.map((value, index) => ({ epoch: index + 1, value, digits: 'training' })),
    ...test.map((value, index) => ({ epoch: index + 1, value, digits: 'test' })),
  ];
  const encoding = { x: 'epoch', y: 'value', stroke: 'digits' } as const;
  return panel({
    marginRight: 64,
    x: { label: 'epoch', ticks: training.length, tickFormat: 'd', insetLeft: 8 },
    y: { label, grid: true, nice: true, zero: label === 'loss' },
    color: { domain: ['training', 'test'], range: ['#3b6fb6', '#d1603d'] },
    marks: [
      Plot.lineY(points, { ...encoding, strokeWidth: 2 }),
      Plot.dot(points, { ...encoding, fill: 'white', r: 3 }),
      Plot.text(
        points,
        Plot.selectLast({ x: 'epoch', y: 'value', z: 'digits', fill: 'digits', text: 'digits', textAnchor: 'start', dx: 10 }),
      ),
    ],
  });
}

function percent(values: number[]): number[] {
  return values.map((value) => value * 100);
}
