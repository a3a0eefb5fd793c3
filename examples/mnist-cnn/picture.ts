// Draws a digit, the 3x3 filters that look at it and the maps that they make of it as a PNG, four filters a row.
import { encode } from 'fast-png';

const ZOOM = 2;
const SIDE = 28 * ZOOM;
const GAP = 10;
const FILTERS = 32;
const PAIRS = 4; // in a row

/** Filters (32, 1, 3, 3), a digit (28, 28) in 0…1 and maps (32, 28, 28) as the bytes of a PNG; each is white at its least value and black at its largest. */
export function filterPicture(filters: ArrayLike<number>, digit: ArrayLike<number>, maps: ArrayLike<number>): Uint8Array {
  const width = (2 * PAIRS + 1) * (SIDE + GAP) + GAP;
  const height = (FILTERS / PAIRS) * (SIDE + GAP) + GAP;
  const data = new Uint8Array(width * height).fill(255);

  const draw = (values: number[], cells: number, column: number, row: number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const left = GAP + column * (SIDE + GAP);
    const top = GAP + row * (SIDE + GAP);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const value = values[Math.floor((y * cells) / SIDE) * cells + Math.floor((x * cells) / SIDE)]!;
        data[(top + y) * width + left + x] = Math.round(255 * (1 - (value - low) / (high - low || 1)));
      }
    }
  };
  const slice = (values: ArrayLike<number>, index: number, size: number): number[] =>
    Array.from({ length: size }, (_, i) => values[index * size + i]!);

  draw(Array.from(digit), 28, 0, 0);
  for (let filter = 0; filter < FILTERS; filter++) {
    const [column, row] = [1 + 2 * (filter % PAIRS), Math.floor(filter / PAIRS)];
    draw(slice(filters, filter, 9), 3, column, row);
    draw(slice(maps, filter, 28 * 28), 28, column + 1, row);
  }
  return encode({ width, height, data, channels: 1, depth: 8 });
}
