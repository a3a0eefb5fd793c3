// Draws the test accuracy after each epoch as an SVG, with a line at each baseline.
import * as Plot from '@observablehq/plot';
import { panel, sideBySide } from '../drawing/panels.js';

/** Accuracies are from 0 to 1. */
export function epochChart(accuracies: readonly number[], baselines: Readonly<Record<string, number>>): string {
  const points = accuracies.map((accuracy, i) => ({ epoch: i + 1, value: accuracy * 100 }));
  const lines = Object.entries(baselines).map(([label, value]) => ({ label, value: value * 100 }));
  const epochs = panel({
    marginRight: 80,
    x: { label: 'epoch', ticks: Math.min(accuracies.length, 12), tickFormat: 'd', insetLeft: 8 },
    y: { label: 'test accuracy, %', grid: true, nice: true, inset: 8 },
    marks: [
      Plot.ruleY(lines, { y: 'value', stroke: '#d1603d', strokeWidth: 2, strokeDasharray: '5 4' }),
      Plot.text(lines, { y: 'value', text: 'label', fill: '#d1603d', frameAnchor: 'right', textAnchor: 'start', dx: 10 }),
      Plot.lineY(points, { x: 'epoch', y: 'value', stroke: '#3b6fb6', strokeWidth: 2 }),
      Plot.dot(points, { x: 'epoch', y: 'value', stroke: '#3b6fb6', fill: 'white', r: 3 }),
    ],
  });
  return sideBySide([epochs]);
}
