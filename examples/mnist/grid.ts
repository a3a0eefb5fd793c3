// Draws misclassified digits as a PNG: each with its true digit and, behind an arrow, the one that it was taken for.
import { encode } from 'fast-png';

export interface Mistake {
  /** (28, 28) values in 0…1, row by row. */
  pixels: ArrayLike<number>;
  truth: number;
  guess: number;
  /** The probability that the model gave to its guess. */
  chance: number;
}

type Colour = readonly [number, number, number];

const COLUMNS = 10;
const ROWS = 5;
const SIDE = 28;
const ZOOM = 3;
const GAP = 12;
const CAPTION = 28;
const CELL_WIDTH = SIDE * ZOOM + GAP;
const CELL_HEIGHT = SIDE * ZOOM + CAPTION + GAP;

const PAPER: Colour = [255, 255, 255];
const TRUTH: Colour = [44, 120, 74];
const GUESS: Colour = [196, 62, 44];
const ARROW: Colour = [120, 120, 120];

// Glyphs of 5 by 7 dots, a number for each row, its highest bit on the left: 0 to 9, then an arrow.
const GLYPHS = [
  [14, 17, 19, 21, 25, 17, 14],
  [4, 12, 4, 4, 4, 4, 14],
  [14, 17, 1, 2, 4, 8, 31],
  [31, 2, 4, 2, 1, 17, 14],
  [2, 6, 10, 18, 31, 2, 2],
  [31, 16, 30, 1, 1, 17, 14],
  [6, 8, 16, 30, 17, 17, 14],
  [31, 1, 2, 4, 8, 8, 8],
  [14, 17, 17, 14, 17, 17, 14],
  [14, 17, 17, 15, 1, 2, 12],
  [0, 4, 2, 31, 2, 4, 0],
];
const ARROW_GLYPH = 10;

/** The first 50 mistakes as the bytes of a PNG. */
export function digitGrid(mistakes: Mistake[]): Uint8Array {
  const width = COLUMNS * CELL_WIDTH + GAP;
  const height = ROWS * CELL_HEIGHT + GAP;
  const data = new Uint8Array(width * height * 3).fill(255);

  const square = (x: number, y: number, size: number, colour: Colour) => {
    for (let row = y; row < y + size; row++) {
      for (let column = x; column < x + size; column++) data.set(colour, (row * width + column) * 3);
    }
  };
  const glyph = (index: number, x: number, y: number, colour: Colour) => {
    for (const [row, bits] of GLYPHS[index]!.entries()) {
      for (let column = 0; column < 5; column++) {
        if ((bits >> (4 - column)) & 1) square(x + column * 2, y + row * 2, 2, colour);
      }
    }
  };

  for (const [index, { pixels, truth, guess }] of mistakes.slice(0, COLUMNS * ROWS).entries()) {
    const left = GAP + (index % COLUMNS) * CELL_WIDTH;
    const top = GAP + Math.floor(index / COLUMNS) * CELL_HEIGHT;
    for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
      const ink = 1 - pixels[pixel]!;
      const colour = PAPER.map((channel) => Math.round(channel * ink)) as unknown as Colour;
      square(left + (pixel % SIDE) * ZOOM, top + Math.floor(pixel / SIDE) * ZOOM, ZOOM, colour);
    }
    const caption = top + SIDE * ZOOM + 8;
    const middle = left + (SIDE * ZOOM) / 2;
    glyph(truth, middle - 23, caption, TRUTH);
    glyph(ARROW_GLYPH, middle - 5, caption, ARROW);
    glyph(guess, middle + 13, caption, GUESS);
  }
  return encode({ width, height, data, channels: 3, depth: 8 });
}
