// What the core sees of an optimizer: its state variables, and its update as a command.
import { full, zeros } from '../core/create.js';
import type { UpdateOperands, Updater } from '../core/step.js';
import { Parameter } from '../core/variable.js';
import type { Common, Group } from './groups.js';

/** Places of a step's numbers; the groups' follow. */
const CLIP_VALUE = 0;
const CLIP_NORM = 1;
const FIRST_GROUP = 2;

/** A step's numbers. */
export const numbersOf = (groups: readonly Group<Common>[], clipValue: number, clipNorm: number): number[] => [
  clipValue,
  clipNorm,
  ...groups.flatMap((group) => group.numbers),
];

/** @internal */
export class OptimizerUpdater implements Updater {
  readonly index: ReadonlyMap<Parameter, number>;
  readonly clipNormAt = CLIP_NORM;
  failed: Error | null = null;
  private readonly params: readonly Parameter[];
  private readonly groupOf: readonly number[];
  private counts: Parameter | null = null;
  private readonly stateOf: (Parameter[] | null)[];
  private readonly sums: (Parameter | null)[];

  constructor(
    readonly id: number,
    readonly opcode: string,
    private readonly groups: readonly Group<Common>[],
  ) {
    this.params = groups.flatMap((group) => group.params);
    this.groupOf = groups.flatMap((group, g) => group.params.map(() => g));
    this.index = new Map(this.params.map((p, i) => [p, i]));
    this.stateOf = this.params.map(() => null);
    this.sums = this.params.map(() => null);
  }

  get stepCount(): Parameter {
    return this.counts!;
  }

  states(i: number): readonly Parameter[] {
    return this.stateOf[i]!;
  }

  accumulated(i: number): Parameter {
    return this.sums[i]!;
  }

  /** Creates the states of parameters that train. */
  prepare(): void {
    this.counts ??= variable([this.params.length]);
    this.params.forEach((p, i) => {
      if (p.requiresGrad) this.stateOf[i] ??= this.group(i).states.map(({ single, init }) => variable(single ? [] : p.shape, init));
    });
  }

  prepareAccumulated(): void {
    this.params.forEach((p, i) => {
      if (p.requiresGrad) this.sums[i] ??= variable(p.shape);
    });
  }

  /** Whether a variable is a parameter or a state of this optimizer. */
  owns(variable: Parameter): boolean {
    const among = (list: readonly (Parameter | null)[] | null): boolean => list !== null && list.includes(variable);
    return variable === this.counts || this.index.has(variable) || among(this.sums) || this.stateOf.some(among);
  }

  /** The state variables by PyTorch's names. */
  entries(): [key: string, variable: Parameter][] {
    const states = this.params.flatMap((_, i) =>
      (this.stateOf[i] ?? []).map((v, k): [string, Parameter] => [`state.${i}.${this.group(i).states[k]!.name}`, v]),
    );
    return [['step', this.counts!], ...states];
  }

  args({ hyper, step, condition, scale, norm, segments }: UpdateOperands): number[] {
    const heads: number[] = [];
    let at = FIRST_GROUP;
    for (const { flags, numbers } of this.groups) {
      heads.push(flags, hyper(at));
      at += numbers.length;
    }
    const table = segments.flatMap((s) => [this.groupOf[s.place]!, s.place, s.count, s.param, ...s.gradient, ...s.states]);
    const { length } = this.params;
    return [hyper(CLIP_VALUE), length, step, condition, scale, norm, this.groups.length, ...heads, segments.length, ...table];
  }

  private group(place: number): Group<Common> {
    return this.groups[this.groupOf[place]!]!;
  }
}

const variable = (shape: readonly number[], init = 0): Parameter =>
  new Parameter(init === 0 ? zeros(shape) : full(shape, init), { requiresGrad: false });
