// Loads every op: the methods of Tensor, and the functions without a receiver.
import './arithmetic.js';
import './math.js';
import './powers.js';
import './rounding.js';
import './trigonometry.js';
import './reduce.js';
import './softmax.js';
import './matmul.js';
import './views.js';
import './parts.js';
import './matrix.js';
import './gather.js';
import './rows.js';
import './at.js';
import './masks.js';

export type { Index } from './at.js';
export { where } from './compare.js';
export { concat } from './concat.js';
export { crossEntropyRows } from './cross_entropy.js';
export { einsum } from './einsum.js';
export { bernoulli, exponential, multinomial, normal, randint, truncatedNormal, uniform } from './random.js';
export { eye, fullLike, linspace, logspace, meshgrid, onesLike, zerosLike } from './ranges.js';
export { type PadMode, stack } from './repeat.js';
