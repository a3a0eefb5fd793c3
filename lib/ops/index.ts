// Loads every op: the methods of Tensor, and the functions without a receiver.
import './arithmetic.js';
import './math.js';
import './powers.js';
import './rounding.js';
import './trigonometry.js';
import './reduce.js';
import './softmax.js';
import './matmul.js';

export { where } from './compare.js';
export { crossEntropyRows } from './cross_entropy.js';
export { concat } from './select.js';
