// What is in force while a forward pass is recorded. Recording is synchronous, so these scopes are too: plain depth and a plain observer.
import { inference } from '../core/index.js';
import type { AnyModule } from './module.js';

/** Told about each module's result, innermost first, while `observing` records. */
export type Observer = (module: AnyModule, result: unknown) => void;

let predicting = 0;
let observer: Observer | null = null;

/** Whether a `predict` is being recorded: every module then acts as in eval mode. */
export const isPredicting = (): boolean => predicting > 0;

/** Records in eval mode, whatever the modules' own mode is, and with parameters as constants. */
export function inEvalMode<T>(record: () => T): T {
  predicting++;
  try {
    return inference(record);
  } finally {
    predicting--;
  }
}

/** Records while `watch` sees the result of each module. */
export function observing<T>(watch: Observer, record: () => T): T {
  const outer = observer;
  observer = watch;
  try {
    return record();
  } finally {
    observer = outer;
  }
}

export function observe(module: AnyModule, result: unknown): void {
  observer?.(module, result);
}
