// Names of members as PyTorch writes them in state dicts: in_proj_weight, self_attn.
import type { Parameter } from '../core/index.js';
import type { AnyModule } from './module.js';

type Member = [name: string, member: Parameter | AnyModule];

/** The same members, their names with underscores: inProjWeight becomes in_proj_weight. */
export const torchNames = (members: Iterable<Member>): Member[] =>
  Array.from(members, ([name, member]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), member]);
