// Draws predictions against the truth as an SVG, a panel for each way to predict; on the diagonal they are right.
import * as Plot from '@observablehq/plot';
import { panel, sideBySide } from '../drawing/panels.js';

export function predictions(truth: number[], guesses: Record<string, number[]>): string {
  const domain = [0, 350];
  const draw = ([name, values]: [string, number[]]) =>
    panel({
      x: { label: 'truth', domain },
      y: { label: `predicted by ${name}`, domain, grid: true },
      marks: [
        Plot.line(
          [domain, domain].map((ends, i) => [ends[i]!, ends[i]!]),
          { stroke: '#999' },
        ),
        Plot.dot(
          truth.map((value, row) => [value, values[row]!]),
          { stroke: '#3b6fb6' },
        ),
      ],
    });
  return sideBySide(Object.entries(guesses).map(draw));
}
