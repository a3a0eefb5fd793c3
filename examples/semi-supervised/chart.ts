// Draws the test accuracy after each round of pseudo-labels as an SVG, with a line at that of the labelled digits alone.
import * as Plot from '@observablehq/plot';
import { panel, sideBySide } from '../drawing/panels.js';

/** `accuracies` are from 0 to 1: first that of the labelled digits alone, then one a round. */
export function roundChart(accuracies: number[]): string {
  const points = accuracies.map((accuracy, round) => ({ round, value: accuracy * 100 }));
  const alone = [{ value: points[0]!.value, label: 'labels alone' }];
  const rounds = panel({
    marginRight: 96,
    x: { label: 'round of pseudo-labels', ticks: accuracies.length, tickFormat: 'd', insetLeft: 8 },
    y: { label: 'test accuracy, %', grid: true, nice: true, inset: 8 },
    marks: [
      Plot.ruleY(alone, { y: 'value', stroke: '#d1603d', strokeWidth: 2, strokeDasharray: '5 4' }),
      Plot.text(alone, { y: 'value', text: 'label', fill: '#d1603d', frameAnchor: 'right', textAnchor: 'start', dx: 10 }),
      Plot.lineY(points, { x: 'round', y: 'value', stroke: '#3b6fb6', strokeWidth: 2 }),
      Plot.dot(points, { x: 'round', y: 'value', stroke: '#3b6fb6', fill: 'white', r: 3 }),
    ],
  });
  return sideBySide([rounds]);
}
