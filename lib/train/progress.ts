// What `fit` shows on stderr: a line an epoch, without control characters, so that CI logs and pipes stay readable; on a terminal also a
// bar while the epoch lasts, in the line's place.
import type { SingleBar } from 'cli-progress';
import type { Logs } from './callback.js';

/** Between two lines of one long epoch, where there is no bar. */
const LINE_EVERY = 30_000; // milliseconds

export class Progress {
  readonly #epochs: number;
  /** Rows of one epoch. */
  readonly #rows: number;
  readonly #bar: SingleBar | null;
  readonly #start = performance.now();
  #line = performance.now();
  #epoch = 0;

  private constructor(epochs: number, rows: number, bar: SingleBar | null) {
    this.#epochs = epochs;
    this.#rows = rows;
    this.#bar = bar;
  }

  static async open(epochs: number, rows: number): Promise<Progress> {
    const onTerminal = process.stderr.isTTY && !process.env.CI;
    return new Progress(epochs, rows, onTerminal ? await openBar() : null);
  }

  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#bar?.start(this.#rows, 0, { epoch: this.#title(), text: '' });
  }

  /** @param done Rows of this epoch so far. */
  update(done: number, logs: Logs): void {
    if (this.#bar !== null) this.#bar.update(done, { text: this.#text(done, logs) });
    else if (performance.now() - this.#line > LINE_EVERY)
      this.#print(`${Math.floor((100 * done) / this.#rows)} %  ${this.#text(done, logs)}`);
  }

  end(logs: Logs): void {
    this.#bar?.stop();
    this.#print(this.#text(this.#rows, logs));
  }

  /** Takes the bar away; needed only when a fit ends within an epoch. */
  close(): void {
    this.#bar?.stop();
  }

  #print(text: string): void {
    this.#line = performance.now();
    process.stderr.write(`${this.#title()}  ${text}\n`);
  }

  #title(): string {
    return `epoch ${this.#epoch + 1}/${this.#epochs}`;
  }

  #text(done: number, logs: Logs): string {
    const seconds = (performance.now() - this.#start) / 1000;
    const allDone = this.#epoch * this.#rows + done;
    const left = (seconds / allDone) * (this.#epochs * this.#rows - allDone);
    const values = Object.entries(logs).map(([name, value]) => `${name} ${shortNumber(value)}`);
    const rate = `${Math.round(allDone / seconds).toLocaleString('en')} samples/s`;
    return [...values, rate, ...(left > 0 ? [`${clock(left)} left`] : [`${clock(seconds)} in all`])].join('  ');
  }
}

async function openBar(): Promise<SingleBar> {
  const { default: cliProgress } = await import('cli-progress');
  return new cliProgress.SingleBar({
    format: '{epoch} {bar} {text}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: process.stderr.columns >= 100 ? 24 : 8, // on 80 columns there is room for loss, a metric, samples/s and time left
    stream: process.stderr,
    synchronousUpdate: false,
    clearOnComplete: true,
    linewrap: true, // lines are cut all the same; but a process that is killed leaves its terminal as it was
  });
}

const shortNumber = (x: number): string => (x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e4) ? x.toFixed(4) : x.toPrecision(3));

/** 65 → 1:05, 3665 → 1:01:05. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [first, ...rest] = parts[0] === 0 ? parts.slice(1) : parts;
  return [first, ...rest.map((part) => String(part).padStart(2, '0'))].join(':');
}
