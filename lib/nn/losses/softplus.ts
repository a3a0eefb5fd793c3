// The two parts of softplus, the bent one and the smooth one, each exact by itself: for losses that add other terms between them.
import type { Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';

/** max(x, 0). Written with `where`, the gradients of the two parts add up to softplus's at 0 too, where relu and abs bend. */
export const positivePart = (x: Tensor): Tensor => where(x.ge(0), x, 0);

/** log(1 + e^-|x|): what softplus is above max(x, 0), with all its digits where it is small. */
export const softPart = (x: Tensor): Tensor => where(x.ge(0), x.neg(), x).exp().log1p();
