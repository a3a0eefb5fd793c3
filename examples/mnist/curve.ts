// Draws the history of a fit as an SVG: loss and accuracy by epoch, for the training and for the test digits.
import * as Plot from '@observablehq/plot';
import { Window } from 'happy-dom';

const WIDTH = 460;
const HEIGHT = 340;

/** `history` has `loss`, `valLoss`, `accuracy` and `valAccuracy`, one value an epoch. */
export function learningCurve(history: Record<string, number[]>): string {
  const panels = [
    panel('loss', history.loss!, history.valLoss!),
    panel('accuracy, %', percent(history.accuracy!), percent(history.valAccuracy!)),
  ];
  const nested = panels.map((svg, index) => svg.replace('<svg ', `<svg x="${index * WIDTH}" `)).join('\n');
  const size = `width="${WIDTH * panels.length}" height="${HEIGHT}" viewBox="0 0 ${WIDTH * panels.length} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n<rect width="100%" height="100%" fill="white"/>\n${nested}\n</svg>\n`;
}

function panel(label: string, training: number[], test: number[]): string {
  const points = [
    ...training.map((value, index) => ({ epoch: index + 1, value, digits: 'training' })),
    ...test.map((value, index) => ({ epoch: index + 1, value, digits: 'test' })),
  ];
  const document = new Window().document as never; // Plot's types want the DOM's own Document, which this project doesn't load
  const style = { fontSize: '12px', fontFamily: 'system-ui, sans-serif', color: '#333' };
  const encoding = { x: 'epoch', y: 'value', stroke: 'digits' } as const;
  return Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginTop: 36,
    marginLeft: 52,
    marginRight: 64,
    marginBottom: 44,
    style,
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
  }).outerHTML;
}

function percent(values: number[]): number[] {
  return values.map((value) => value * 100);
}
