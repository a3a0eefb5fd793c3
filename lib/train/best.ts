// Which epoch was the best one, by a value that callbacks monitor.
import { ArgumentError } from '../core/index.js';
import type { Logs } from './callback.js';

/** Which way is better; 'auto' goes by the name. */
type Mode = 'auto' | 'min' | 'max';

const HIGHER_IS_BETTER = /acc|auc|precision|recall|f1|fbeta|r2|top\d|score/i;

export class Best {
  readonly #op: string;
  readonly #monitor: string;
  readonly #sign: number;
  readonly #minDelta: number;
  #value = -Infinity;

  constructor(op: string, monitor: string, mode: Mode = 'auto', minDelta = 0) {
    if (!['auto', 'min', 'max'].includes(mode))
      throw new ArgumentError(op, `mode must be 'auto', 'min' or 'max', got ${mode}`, { value: mode });
    if (!(minDelta >= 0)) throw new ArgumentError(op, `minDelta must be ≥ 0, got ${minDelta}`, { value: minDelta });
    this.#op = op;
    this.#monitor = monitor;
    this.#sign = mode === 'max' || (mode === 'auto' && HIGHER_IS_BETTER.test(monitor)) ? 1 : -1;
    this.#minDelta = minDelta;
  }

  /** Whether this epoch beats all before it; NaN never does. */
  beatenBy(logs: Logs): boolean {
    const value = logs[this.#monitor];
    if (value === undefined) {
      const remedy = this.#monitor.startsWith('val') ? '; pass fit a validation set' : '';
      throw new ArgumentError(this.#op, `monitors '${this.#monitor}', but there are only ${Object.keys(logs).join(', ')}${remedy}`, {
        value: this.#monitor,
      });
    }
    if (!(value * this.#sign > this.#value + this.#minDelta)) return false;
    this.#value = value * this.#sign;
    return true;
  }

  reset(): void {
    this.#value = -Infinity;
  }
}
