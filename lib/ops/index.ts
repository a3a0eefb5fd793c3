// Loads every op: the methods of Tensor, and the functions without a receiver.
import './arithmetic.js';
import './math.js';
import './reduce.js';
import './norm.js';
import './variance.js';
import './softmax.js';
import './matmul.js';

export { where } from './compare.js';
export { crossEntropyRows } from './cross_entropy.js';
export type { NormOptions } from './norm.js';
export { concat } from './select.js';
export type { VarianceOptions } from './variance.js';
