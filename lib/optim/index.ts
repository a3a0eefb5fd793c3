// The optimizers, as users see them under `optim`.
export { Adam, type AdamOptions, AdamW } from './adam.js';
export { type Common, Optimizer } from './optimizer.js';
export { SGD, type SGDOptions } from './sgd.js';
