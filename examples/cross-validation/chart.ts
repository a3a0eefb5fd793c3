// Draws the accuracy of each fold as an SVG, with lines at the mean of the folds and at the baseline.
import * as Plot from '@observablehq/plot';
import { panel, sideBySide } from '../drawing/panels.js';

export interface Fold {
  /** From 1. */
  fold: number;
  /** Of the network on the fold's rows, from 0 to 1. */
  accuracy: number;
  /** The share of the fold that the commonest label of the other folds gets right. */
  baseline: number;
}

/** `means` are those over the folds. */
export function foldChart(folds: Fold[], means: { accuracy: number; baseline: number }): string {
  const lines = [
    { at: means.accuracy * 100, label: 'mean', colour: '#3b6fb6' },
    { at: means.baseline * 100, label: 'majority class', colour: '#d1603d' },
  ];
  const accuracies = panel({
    marginRight: 104,
    x: { label: 'fold', type: 'point', tickFormat: 'd' },
    y: { label: 'accuracy, %', grid: true, domain: [0, 100] },
    marks: [
      Plot.ruleY(lines, { y: 'at', stroke: 'colour', strokeWidth: 2, strokeDasharray: '5 4' }),
      Plot.text(lines, { y: 'at', text: 'label', fill: 'colour', frameAnchor: 'right', textAnchor: 'start', dx: 10 }),
      Plot.dot(folds, { x: 'fold', y: (row: Fold) => row.accuracy * 100, stroke: '#3b6fb6', strokeWidth: 2, fill: 'white', r: 5 }),
    ],
  });
  return sideBySide([accuracies]);
}
