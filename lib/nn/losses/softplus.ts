// softplus, which several losses are made of.
import type { Tensor } from '../../core/index.js';
import { where } from '../../ops/index.js';

/** log(1 + eˣ), which no x overflows. Written with `where`, its gradient is right at 0 too, where relu and abs bend. */
export function softplus(x: Tensor): Tensor {
  const positive = x.ge(0);
  return where(positive, x, 0).add(where(positive, x.neg(), x).exp().log1p());
}
