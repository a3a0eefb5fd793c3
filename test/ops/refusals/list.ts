// All refusals of the table, from the file of each family.
import type { Refusal } from '../table.js';
import { attentions } from './attention.js';
import { convolutions } from './conv.js';
import { creation } from './creation.js';
import { element } from './element.js';
import { indexing } from './indexing.js';
import { losses } from './losses.js';
import { norms } from './norms.js';
import { order } from './order.js';
import { pools } from './pool.js';
import { recurrent } from './recurrent.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';
import { views } from './views.js';

export const refusals: readonly Refusal[] = [
  ...element,
  ...reductions,
  ...order,
  ...shapes,
  ...losses,
  ...norms,
  ...creation,
  ...views,
  ...indexing,
  ...convolutions,
  ...pools,
  ...recurrent,
  ...attentions,
];
