/** Optimizers and learning-rate schedules, as users see them under `optim`.
 * @packageDocumentation
 */
export {
  Adam,
  type AdamOptions,
  AdamW,
  type MomentsOptions,
  NAdam,
  type NAdamOptions,
  RAdam,
  type RAdamOptions,
} from './adam.js';
export { Adamax, Lion, type LionOptions } from './bounded.js';
export type { Common, GroupOptions, Members, ParamGroup, Params, StepOptions } from './groups.js';
export { OneCycleLR, type OneCycleOptions } from './one_cycle.js';
export { Optimizer } from './optimizer.js';
export { type PlateauOptions, ReduceLROnPlateau } from './plateau.js';
export { LRScheduler } from './scheduler.js';
export { CosineAnnealingLR, ExponentialLR, LambdaLR, LinearLR, MultiStepLR, SequentialLR, StepLR } from './schedules.js';
export { SGD, type SGDOptions } from './sgd.js';
export { Adadelta, type AdadeltaOptions, Adagrad, type AdagradOptions, RMSprop, type RMSpropOptions } from './squares.js';
