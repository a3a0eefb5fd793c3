// Draws the fits of `regularisation` as an SVG: loss on the training digits beside loss on the validation digits, a line for each way.
import * as Plot from '@observablehq/plot';
import { panel, sideBySide } from '../drawing/panels.js';

/** `history` has `loss` and `valLoss`, one value an epoch. */
export function regularisationCurves(fits: { name: string; history: Record<string, number[]> }[]): string {
  const draw = (key: string, label: string) => {
    const points = fits.flatMap(({ name, history }) => history[key]!.map((value, index) => ({ epoch: index + 1, value, name })));
    return panel({
      x: { label: 'epoch' },
      y: { label, type: 'log', grid: true, tickFormat: '~g' },
      color: { domain: fits.map(({ name }) => name), scheme: 'Observable10' },
      marks: [
        Plot.lineY(points, { x: 'epoch', y: 'value', stroke: 'name', strokeWidth: 1.8 }),
        Plot.text(points, Plot.selectLast({ x: 'epoch', y: 'value', z: 'name', fill: 'name', text: 'name', textAnchor: 'end', dy: -8 })),
      ],
    });
  };
  return sideBySide([draw('loss', 'training loss'), draw('valLoss', 'validation loss')]);
}
