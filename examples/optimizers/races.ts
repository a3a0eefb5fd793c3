// Draws descents on a surface of two variables as an SVG: their losses by step, and their paths over the surface's contours.
import * as Plot from '@observablehq/plot';
import { linspace, meshgrid, type Tensor } from 'hebb';
import { panel, sideBySide } from '../drawing/panels.js';

export interface Descent {
  name: string;
  /** A value a step. */
  losses: number[];
  /** (x, y) at each step. */
  path: [number, number][];
}

const X = [-2, 2] as const;
const Y = [-1, 3] as const;
const GRID = 200; // points of the surface a side
const LOWEST = 1e-12; // what is below it is drawn there: a logarithm has no place for 0

export async function races(descents: Descent[], surface: (x: Tensor, y: Tensor) => Tensor): Promise<string> {
  const color = { domain: descents.map(({ name }) => name), scheme: 'Observable10', legend: false } as const;
  const losses = descents.flatMap(({ name, losses }) => losses.map((loss, step) => ({ step, loss: Math.max(loss, LOWEST), name })));
  const curves = panel({
    marginRight: 110,
    x: { label: 'step' },
    y: { label: 'loss', type: 'log', grid: true },
    color,
    marks: [
      Plot.lineY(losses, { x: 'step', y: 'loss', stroke: 'name', strokeWidth: 1.8 }),
      Plot.text(losses, Plot.selectLast({ x: 'step', y: 'loss', z: 'name', fill: 'name', text: 'name', textAnchor: 'start', dx: 6 })),
    ],
  });

  const [y, x] = meshgrid([linspace(...Y, GRID), linspace(...X, GRID)]) as [Tensor, Tensor];
  const heights = await surface(x, y).add(1e-3).log().data(); // contours of the logarithm: the valley's floor would have none
  const places = descents.flatMap(({ name, path }) => path.map(([x, y]) => ({ x, y, name })));
  const bounds = { x1: X[0], x2: X[1], y1: Y[0], y2: Y[1] };
  const paths = panel({
    x: { label: 'x', domain: X },
    y: { label: 'y', domain: Y },
    color,
    marks: [
      Plot.contour(heights, { ...bounds, width: GRID, height: GRID, stroke: '#ccc', thresholds: 14 }),
      Plot.line(places, { x: 'x', y: 'y', stroke: 'name', strokeWidth: 1.5, clip: true }),
      Plot.dot([{ x: 1, y: 1 }], { x: 'x', y: 'y', symbol: 'star', fill: '#333', r: 5 }),
    ],
  });
  return sideBySide([curves, paths]);
}
