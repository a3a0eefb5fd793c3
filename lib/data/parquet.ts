// The rows of Parquet files, by the npm package hyparquet, one row group in memory at a time.

import { FormatError, HebbError } from '../core/index.js';
import { toPath } from '../io/path.js';
import { placed } from './blame.js';
import { IterableDataset } from './iterable.js';
import { fileOfPackage, loadPackage } from './package.js';

/** Options of `parquet`. */
export interface ParquetOptions {
  /** The columns to read; all unless told. */
  readonly columns?: readonly string[];
}

type Row = Record<string, unknown>;

interface Hyparquet {
  asyncBufferFromFile(file: string): Promise<unknown>;
  parquetMetadataAsync(file: unknown): Promise<{ num_rows: bigint; row_groups: { num_rows: bigint }[] }>;
  parquetSchema(metadata: unknown): { children: { element: { name: string } }[] };
  parquetReadObjects(options: Record<string, unknown>): Promise<Row[]>;
}

/**
 * The rows of a Parquet file as objects by column, read row group by row group while they are asked for. Whole numbers of 64 bits come as
 * numbers. Needs the npm package `hyparquet` in your project, and `hyparquet-compressors` for files that are packed by anything but Snappy.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (from the pass) for a damaged file, a column that it lacks, or a whole number beyond 2^53. @throws {HebbError} with the command to
 * run when a package isn't installed.
 * @example
 * const rows = parquet<{ i: number; x: number }>('table.parquet', { columns: ['i', 'x'] });
 * const data = await rows.map(({ i, x }) => [[x], i]).collect();
 */
export function parquet<R extends object = Record<string, unknown>>(
  file: string | URL,
  { columns }: ParquetOptions = {},
): IterableDataset<R> {
  const path = toPath('parquet', file);
  return new IterableDataset<R>(async function* () {
    const library = await loadPackage<Hyparquet>('parquet', 'hyparquet', 'Parquet files are read by');
    const compressors = fileOfPackage('hyparquet-compressors') === null ? undefined : await loadCompressors();
    const bytes = await library.asyncBufferFromFile(path);
    try {
      const metadata = await library.parquetMetadataAsync(bytes);
      const known = library.parquetSchema(metadata).children.map(({ element }) => element.name);
      const missing = columns?.find((name) => !known.includes(name));
      if (missing !== undefined)
        throw new FormatError('parquet', `${path} has no column "${missing}", but ${known.join(', ')}`, { value: missing });
      const rowsOfGroups = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
      if (rowsOfGroups !== metadata.num_rows)
        throw new FormatError('parquet', `${path} claims ${metadata.num_rows} rows, its groups ${rowsOfGroups}`);
      let rowStart = 0;
      for (const { num_rows } of metadata.row_groups) {
        const rowEnd = rowStart + Number(num_rows);
        const rows = await library.parquetReadObjects({ file: bytes, metadata, columns, rowStart, rowEnd, compressors });
        if (rows.length !== rowEnd - rowStart)
          throw new FormatError('parquet', `${path} has ${rows.length} rows from ${rowStart} on, where it claims ${num_rows}`);
        for (const [i, row] of rows.entries()) yield withNumbers(row, rowStart + i) as R;
        rowStart = rowEnd;
      }
    } catch (cause) {
      if (cause instanceof HebbError) throw placed(cause);
      const remedy = /compress/i.test(String(cause)) && compressors === undefined ? '; run: npm install hyparquet-compressors' : '';
      throw placed(new FormatError('parquet', `${path}: ${(cause as Error).message}${remedy}`, { cause }));
    }
  });
}

const loadCompressors = async (): Promise<unknown> =>
  (await loadPackage<{ compressors: unknown }>('parquet', 'hyparquet-compressors', 'Parquet files are unpacked by')).compressors;

function withNumbers(row: Row, index: number): Row {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== 'bigint') continue;
    if (!Number.isSafeInteger(Number(value)))
      throw new FormatError('parquet', `row ${index} has ${value} in column "${name}", which no number holds`, { value });
    row[name] = Number(value);
  }
  return row;
}
