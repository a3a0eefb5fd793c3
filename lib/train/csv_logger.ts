// CSVLogger: a table of the epochs in a file, for spreadsheets and plots.
import { readFile } from 'node:fs/promises';
import { ArgumentError } from '../core/index.js';
import { toPath } from '../io/path.js';
import { writeAtomically } from '../io/writer.js';
import type { Callback, EpochEvent } from './callback.js';

/** Options of `CSVLogger`. */
export interface CSVLoggerOptions {
  /** Between two values; ',' unless told. */
  readonly separator?: string;
  /** Goes on with the table that the file holds, instead of replacing it; false unless told. */
  readonly append?: boolean;
}

/**
 * Writes a line after each epoch: its number, from 0, and all logs, under a line of their names. The file is replaced in one step, so
 * that a reader never sees half a line.
 *
 * @param file A path or a file URL.
 * @throws {ArgumentError} for a separator that is not one character; at the first epoch, when the file to append to has other columns.
 * @example
 * import { readFile } from 'node:fs/promises';
 * const model = new nn.Linear(4, 1);
 * const trainer = new Trainer(model, { loss: nn.mseLoss, optimizer: new optim.SGD(model.parameters()) });
 * const data = new TensorDataset(randn([64, 4]), zeros([64, 1]));
 * await trainer.fit(data, { epochs: 2, validation: 0.25, callbacks: [new CSVLogger('log.csv')], progress: false });
 * (await readFile('log.csv', 'utf8')).split('\n')[0]; // → epoch,loss,valLoss
 */
export class CSVLogger implements Callback {
  readonly #file: string;
  readonly #separator: string;
  readonly #append: boolean;
  #lines: string[] = [];

  constructor(file: string | URL, { separator = ',', append = false }: CSVLoggerOptions = {}) {
    if (typeof separator !== 'string' || separator.length !== 1 || /["\r\n]/.test(separator))
      throw new ArgumentError('CSVLogger', `separator must be one character, no quote or line break, got ${JSON.stringify(separator)}`);
    this.#file = toPath('CSVLogger', file);
    this.#separator = separator;
    this.#append = append;
  }

  async onStart(): Promise<void> {
    this.#lines = this.#append ? await linesOf(this.#file) : [];
  }

  async onEpoch({ epoch, logs }: EpochEvent): Promise<void> {
    const names = this.#line(['epoch', ...Object.keys(logs)]);
    if (this.#lines.length === 0) this.#lines.push(names);
    else if (this.#lines[0] !== names) {
      throw new ArgumentError('CSVLogger', `${this.#file} has the columns ${this.#lines[0]}, but the logs are ${names}; use another file`, {
        value: this.#file,
      });
    }
    this.#lines.push(this.#line([epoch, ...Object.values(logs)].map(String)));
    await writeAtomically(this.#file, [Buffer.from(`${this.#lines.join('\n')}\n`)]);
  }

  /** A value that holds the separator, a quote or a line break is quoted, as RFC 4180 has it. */
  #line(values: readonly string[]): string {
    const risky = (value: string): boolean => value.includes(this.#separator) || /["\r\n]/.test(value);
    return values.map((value) => (risky(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(this.#separator);
  }
}

/** The lines of a file; none where there is no file. */
async function linesOf(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
