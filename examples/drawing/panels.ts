// Drawings as SVG, for the examples: panels by Observable Plot without a browser, put side by side.
import * as Plot from '@observablehq/plot';
import { Window } from 'happy-dom';

const WIDTH = 520;
const HEIGHT = 380;

/** One panel, 520 by 380: Plot's options over a common frame. */
export function panel(options: Plot.PlotOptions): string {
  const document = new Window().document as never; // Plot's types want the DOM's own Document, which this project doesn't load
  const style = { fontSize: '12px', fontFamily: 'system-ui, sans-serif', color: '#333' };
  const margins = { marginTop: 36, marginLeft: 56, marginRight: 24, marginBottom: 44 };
  return Plot.plot({ document, width: WIDTH, height: HEIGHT, style, ...margins, ...options }).outerHTML;
}

/** Panels from left to right in one SVG. */
export function sideBySide(panels: string[]): string {
  const nested = panels.map((svg, index) => svg.replace('<svg ', `<svg x="${index * WIDTH}" `)).join('\n');
  const size = `width="${WIDTH * panels.length}" height="${HEIGHT}" viewBox="0 0 ${WIDTH * panels.length} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n<rect width="100%" height="100%" fill="white"/>\n${nested}\n</svg>\n`;
}
