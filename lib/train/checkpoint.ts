// Checkpoint: saves the model while it trains.
import { save } from '../io/index.js';
import { Best } from './best.js';
import type { Callback, EpochEvent } from './callback.js';

/** Options of `Checkpoint`. */
export interface CheckpointOptions {
  /** Saves only when this value is better than at all epochs before; every epoch unless told. */
  readonly monitor?: string;
  /** Whether lower or higher is better; by the name unless told: higher for accuracies and the like. */
  readonly mode?: 'auto' | 'min' | 'max';
}

/**
 * Saves the model as a safetensors file after each epoch, or only after the best ones. The file is replaced in one step: whenever the
 * process dies, a whole one is there.
 *
 * @param file A path or a file URL.
 * @throws {ArgumentError} for another `mode`; at the first epoch, when there is no value of that name.
 * @example
 * const model = new nn.Linear(4, 1);
 * const trainer = new Trainer(model, { loss: nn.mseLoss, optimizer: new optim.SGD(model.parameters()) });
 * const callbacks = [new Checkpoint('best.safetensors', { monitor: 'valLoss' }), new Checkpoint('last.safetensors')];
 * await trainer.fit(new TensorDataset(randn([64, 4]), zeros([64, 1])), { epochs: 2, validation: 0.25, callbacks, progress: false });
 * model.loadStateDict(await load('best.safetensors'));
 */
export class Checkpoint implements Callback {
  readonly #file: string | URL;
  readonly #best: Best | null;

  constructor(file: string | URL, { monitor, mode }: CheckpointOptions = {}) {
    this.#file = file;
    this.#best = monitor === undefined ? null : new Best('Checkpoint', monitor, mode);
  }

  onStart(): void {
    this.#best?.reset();
  }

  async onEpoch({ logs, model }: EpochEvent): Promise<void> {
    if (this.#best === null || this.#best.beatenBy(logs)) await save(model, this.#file);
  }
}
