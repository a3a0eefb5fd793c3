// Draws digits, their codes and what a decoder makes of the codes as a PNG: a column a digit, three rows.
import { encode } from 'fast-png';

export interface Column {
  /** (28, 28) values in 0…1, row by row. */
  pixels: ArrayLike<number>;
  /** 16 numbers of any size. */
  code: ArrayLike<number>;
  /** As pixels. */
  reconstruction: ArrayLike<number>;
}

const ZOOM = 2;
const SIDE = 28 * ZOOM;
const GAP = 10;

/** The bytes of a PNG. Codes are squares of 4 by 4, white at the smallest number of all codes and black at the largest. */
export function codePicture(columns: Column[]): Uint8Array {
  const width = columns.length * (SIDE + GAP) + GAP;
  const height = 3 * (SIDE + GAP) + GAP;
  const data = new Uint8Array(width * height).fill(255);

  const draw = (values: ArrayLike<number>, cells: number, column: number, row: number) => {
    const size = SIDE / cells;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const ink = values[Math.floor(y / size) * cells + Math.floor(x / size)]!;
        const at = (GAP + row * (SIDE + GAP) + y) * width + GAP + column * (SIDE + GAP) + x;
        data[at] = Math.round(255 * (1 - ink));
      }
    }
  };
  const numbers = columns.flatMap(({ code }) => Array.from(code));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];

  for (const [index, { pixels, code, reconstruction }] of columns.entries()) {
    draw(pixels, 28, index, 0);
    const inks = Array.from(code, (value) => (value - low) / (high - low));
    draw(inks, 4, index, 1);
    draw(reconstruction, 28, index, 2);
  }
  return encode({ width, height, data, channels: 1, depth: 8 });
}
