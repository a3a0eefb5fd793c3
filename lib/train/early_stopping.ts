// EarlyStopping: ends a fit that has stopped getting better.
import { ArgumentError, type StateDict } from '../core/index.js';
import { Best } from './best.js';
import type { Callback, EpochEvent, FitEvent } from './callback.js';

/** Options of `EarlyStopping`, with Keras's defaults. */
export interface EarlyStoppingOptions {
  /** The value to watch; 'valLoss' unless told. */
  readonly monitor?: string;
  /** So many epochs without a better value end the fit; 0 unless told. */
  readonly patience?: number;
  /** A smaller change is none; 0 unless told. */
  readonly minDelta?: number;
  /** Whether lower or higher is better; by the name unless told: higher for accuracies and the like. */
  readonly mode?: 'auto' | 'min' | 'max';
  /** Gives the model the best epoch's weights when the fit ends, however it ends short of an error; false unless told. */
  readonly restoreBest?: boolean;
}

/**
 * Ends the fit when a value has not become better for `patience` epochs.
 *
 * @throws {ArgumentError} when `patience` is no whole number ≥ 0; at the first epoch, when there is no value of that name.
 * @example
 * const model = new nn.Linear(4, 1);
 * const trainer = new Trainer(model, { loss: nn.mseLoss, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) });
 * const data = new TensorDataset(randn([64, 4]), randn([64, 1]));
 * const callbacks = [new EarlyStopping({ patience: 3, restoreBest: true })];
 * const { history } = await trainer.fit(data, { epochs: 100, validation: 0.25, callbacks, progress: false });
 * console.log(`ended after ${history.loss!.length} epochs`);
 */
export class EarlyStopping implements Callback {
  readonly #patience: number;
  readonly #restoreBest: boolean;
  readonly #best: Best;
  #waited = 0;
  #weights: StateDict | null = null;

  constructor({ monitor = 'valLoss', patience = 0, minDelta, mode, restoreBest = false }: EarlyStoppingOptions = {}) {
    if (!Number.isInteger(patience) || patience < 0) {
      throw new ArgumentError('EarlyStopping', `patience must be a whole number ≥ 0, got ${patience}`, { value: patience });
    }
    this.#patience = patience;
    this.#restoreBest = restoreBest;
    this.#best = new Best('EarlyStopping', monitor, mode, minDelta);
  }

  onStart(): void {
    this.#best.reset();
    this.#waited = 0;
    this.#weights = null;
  }

  async onEpoch({ logs, model, stop }: EpochEvent): Promise<void> {
    if (this.#best.beatenBy(logs)) {
      this.#waited = 0;
      if (this.#restoreBest) this.#weights = await model.stateDict();
    } else if (++this.#waited >= this.#patience) stop();
  }

  onEnd({ model }: FitEvent): void {
    if (this.#weights !== null) model.loadStateDict(this.#weights);
    this.#weights = null;
  }
}
