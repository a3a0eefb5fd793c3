// A pass over a data set that trains nothing: `evaluate`, and the validation within `fit`.
import { ArgumentError, describe, type Tensor } from '../core/index.js';
import { DataLoader, type Dataset } from '../data/index.js';
import type { AnyModule } from '../nn/index.js';
import { inEvalMode } from '../nn/mode.js';
import { batches } from './abort.js';
import { type Loss, recordBatch } from './batch.js';
import type { Logs } from './callback.js';
import { MeanLoss } from './mean_loss.js';
import type { Metric } from './metrics/metric.js';

export type Metrics = Readonly<Record<string, Metric>>;

/** What is evaluated, and how. */
export interface Evaluated {
  readonly model: AnyModule;
  readonly loss: Loss;
  readonly metrics: Metrics;
}

/** Loss and metrics over all rows, recorded as `predict` does, on metrics of its own. */
export async function evaluate(
  { model, loss, metrics }: Evaluated,
  dataset: Dataset<unknown>,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Logs> {
  const mean = new MeanLoss();
  const counts = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.fresh()]));
  for await (const batch of batches(new DataLoader(dataset, { batchSize }), signal)) {
    inEvalMode(() => {
      const recorded = recordBatch('evaluate', model, loss, batch);
      mean.update(recorded.loss, recorded.rows);
      for (const metric of Object.values(counts)) metric.update(recorded.out as Tensor, recorded.y);
    });
  }
  return readLogs(mean, counts);
}

/** All values in one stretch, so that they belong to one moment. */
export async function readLogs(loss: MeanLoss, metrics: Metrics): Promise<Logs> {
  const names = ['loss', ...Object.keys(metrics)];
  const values = await Promise.all([loss.compute(), ...Object.values(metrics).map((metric) => metric.compute())]);
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'number')
      throw new ArgumentError(
        'Trainer',
        `metric '${names[i]}' computes ${describe(value)}, but logs take numbers; update it in a loop of your own`,
        {
          value,
        },
      );
  }
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
