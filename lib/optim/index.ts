// The optimizers, as users see them under `optim`.
export { Adam, AdamW, type AdamOptions } from './adam.js';
export { Optimizer, type Common } from './optimizer.js';
export { SGD, type SGDOptions } from './sgd.js';
