// Tables of text, row by row: CSV by the npm package csv-parse, and JSON lines.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ArgumentError, describe, FormatError } from '../core/index.js';
import { toPath } from '../io/path.js';
import { placed } from './blame.js';
import { IterableDataset } from './iterable.js';
import { loadPackage } from './package.js';

/** Options of `csv`. */
export interface CsvOptions {
  /** What separates the cells; a comma unless told. */
  readonly delimiter?: string;
  /** The columns' names, for a file whose first line is a row already; unless told, the first line names them. */
  readonly columns?: readonly string[];
  /** Which columns hold numbers: true for all, or their names. Other cells stay strings. An empty cell of a number is NaN. */
  readonly numbers?: boolean | readonly string[];
}

interface CsvParse {
  parse(options: Record<string, unknown>): NodeJS.ReadWriteStream & AsyncIterable<Record<string, string>>;
}

/**
 * The rows of a CSV file as objects by column, read while they are asked for. Quotes, line breaks in quotes and a byte order mark are
 * understood. Needs the npm package `csv-parse` in your project.
 *
 * @param file A path or a file URL.
 * @throws {ArgumentError} for wrong options. @throws {FormatError} (from the pass) naming the line: two columns of one name, a row of another length, a wrong quote, a cell
 * that is no number. @throws {HebbError} with the command to run when `csv-parse` isn't installed.
 * @example
 * // houses.csv: rooms,area,price and four rows of numbers
 * const rows = csv('houses.csv', { numbers: true });
 * const houses = await rows.map(({ rooms, area, price }): [number[], number[]] => [[rooms!, area!], [price!]]).collect();
 * for await (const [x, y] of new DataLoader(houses, { batchSize: 4, shuffle: true })) console.log(x.shape, y.shape); // → (4, 2) (4, 1)
 */
export function csv(file: string | URL, options: CsvOptions & { readonly numbers: true }): IterableDataset<Record<string, number>>;
export function csv(file: string | URL, options?: CsvOptions & { readonly numbers?: false }): IterableDataset<Record<string, string>>;
export function csv(file: string | URL, options: CsvOptions): IterableDataset<Record<string, string | number>>;
export function csv(
  file: string | URL,
  { delimiter = ',', columns, numbers = false }: CsvOptions = {},
): IterableDataset<Record<string, number>> | IterableDataset<Record<string, string>> | IterableDataset<Record<string, string | number>> {
  const path = toPath('csv', file);
  if (typeof delimiter !== 'string' || delimiter === '')
    throw new ArgumentError('csv', `delimiter must be a character, got ${describe(delimiter)}`, { value: delimiter });
  return new IterableDataset(async function* () {
    const { parse } = await loadPackage<CsvParse>('csv', 'csv-parse', 'CSV files are read by');
    const parser = parse({ bom: true, columns: columns ?? named(path), delimiter, skip_empty_lines: true, trim: true });
    const source = createReadStream(path);
    source.on('error', (error) => parser.emit('error', error));
    source.pipe(parser);
    let row = 0;
    try {
      for await (const cells of parser) yield withNumbers(cells, numbers, ++row);
    } catch (cause) {
      if (!String((cause as NodeJS.ErrnoException).code).startsWith('CSV_')) throw cause;
      throw placed(new FormatError('csv', `${path}: ${(cause as Error).message}`, { cause, value: (cause as { lines?: number }).lines }));
    } finally {
      source.destroy();
    }
  });
}

/** The first line's names. Of two equal ones an object would keep the last column alone. */
const named =
  (path: string) =>
  (names: readonly string[]): readonly string[] => {
    const wrong = names.find((name, i) => names.indexOf(name) !== i || name === '__proto__');
    if (wrong === undefined) return names;
    const what = wrong === '__proto__' ? "can't be a column's name" : 'names two columns';
    throw placed(new FormatError('csv', `${path}: ${JSON.stringify(wrong)} ${what}; give them names by \`columns\``, { value: wrong }));
  };

function withNumbers(cells: Record<string, string>, numbers: boolean | readonly string[], row: number): Record<string, string | number> {
  if (numbers === false) return cells;
  const read: Record<string, string | number> = { ...cells };
  for (const name of numbers === true ? Object.keys(cells) : numbers) {
    const cell = cells[name];
    const value = cell === '' ? Number.NaN : Number(cell);
    if (cell === undefined || (Number.isNaN(value) && !/^(nan)?$/i.test(cell))) {
      const found = cell === undefined ? `no column "${name}"` : `${JSON.stringify(cell)} in column "${name}", which is no number`;
      throw placed(new FormatError('csv', `row ${row} has ${found}`, { value: cell }));
    }
    read[name] = value;
  }
  return read;
}

/**
 * The values of a file that holds one JSON value a line, read while they are asked for. Empty lines are left out.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (from the pass) naming the line that is no JSON.
 * @example
 * // reviews.jsonl: {"text":"good","label":1} and a second line
 * const reviews = jsonLines<{ text: string; label: number }>('reviews.jsonl');
 * const encoded = reviews.map(({ text, label }): [number[], number] => [[...Buffer.from(text)], label], { collate: padded() });
 * for await (const [x, y] of new DataLoader(encoded, { batchSize: 2 })) console.log(x.shape, y.shape); // → (2, 4) (2)
 */
export function jsonLines<T = unknown>(file: string | URL): IterableDataset<T> {
  const path = toPath('jsonLines', file);
  return new IterableDataset<T>(async function* () {
    const source = createReadStream(path);
    const failed = new Promise<never>((_, reject) => source.once('error', reject));
    failed.catch(() => {}); // told below, where somebody still reads
    const lines = createInterface({ input: source, crlfDelay: Infinity })[Symbol.asyncIterator]();
    let line = 0;
    try {
      for (;;) {
        const { done, value } = await Promise.race([lines.next(), failed]);
        if (done) return;
        line++;
        if (value.trim() !== '') yield parseLine<T>(value, line);
      }
    } finally {
      source.destroy();
    }
  });
}

function parseLine<T>(text: string, line: number): T {
  try {
    return JSON.parse(line === 1 ? text.replace(/^\ufeff/, '') : text);
  } catch (cause) {
    throw placed(new FormatError('jsonLines', `line ${line} is no JSON: ${(cause as Error).message}`, { cause, value: line }));
  }
}
