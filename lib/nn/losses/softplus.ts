// softplus, which several losses are made of: its bent part and its smooth one, each exact by itself.
import type { Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';

/** log(1 + eˣ), which no x overflows. Written with `where`, its gradient is right at 0 too, where relu and abs bend. */
export const softplus = (x: Tensor): Tensor => positivePart(x).add(softPart(x));

/** max(x, 0). */
export const positivePart = (x: Tensor): Tensor => where(x.ge(0), x, 0);

/** log(1 + e^-|x|): what softplus is above max(x, 0), with all its digits where it is small. */
export const softPart = (x: Tensor): Tensor => where(x.ge(0), x.neg(), x).exp().log1p();
