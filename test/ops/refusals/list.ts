// All refusals of the table, from the file of each family.
import type { Refusal } from '../table.js';
import { creation } from './creation.js';
import { element } from './element.js';
import { indexing } from './indexing.js';
import { losses } from './losses.js';
import { shapes } from './shapes.js';
import { views } from './views.js';

export const refusals: readonly Refusal[] = [...element, ...shapes, ...losses, ...creation, ...views, ...indexing];
