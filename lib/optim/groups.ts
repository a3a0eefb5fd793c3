// Parameter groups: parameters that share options. Options that are numbers may change between steps; each is checked as it is set.
import { ArgumentError } from '../core/errors.js';
import { describe } from '../core/shape.js';
import { Parameter } from '../core/variable.js';

/** Options of a parameter group that every optimizer has. */
export interface GroupOptions {
  /** Learning rate; each optimizer has its own default. */
  lr?: number;
  /** L2 penalty: adds weightDecay·p to the gradient. Optimizers with decoupled decay: p ← p - lr·weightDecay·p before the step. Default 0, of AdamW 0.01. */
  weightDecay?: number;
  /** L1 penalty: adds l1·sign(p) to the gradient. Default 0. */
  l1?: number;
}

/** Options of a whole step, over all groups. */
export interface StepOptions {
  /** Scales the gradients so that their common 2-norm is at most this, as `torch.nn.utils.clip_grad_norm_`. Not at all unless told. */
  clipNorm?: number;
  /** Cuts each gradient entry to ± this, after `clipNorm`. Not at all unless told. */
  clipValue?: number;
  /** Leaves everything as it is in a step whose loss or gradient norm isn't finite. Default false. */
  skipNonFinite?: boolean;
}

/** Options that every optimizer takes. */
export interface Common extends GroupOptions, StepOptions {}

/** The parameters of a group. */
export interface Members {
  /** Each in one group only. */
  readonly params: readonly Parameter[];
}

/** What a group may set for itself. */
type Own<O> = Omit<O, keyof StepOptions>;

/** A list of parameters, or groups of them that set some options for themselves. */
export type Params<O extends Common = Common> = readonly Parameter[] | readonly (Members & Own<O>)[];

/** A group as the optimizer holds it. Its numbers may be set between steps; nothing is compiled anew. */
export type ParamGroup<O extends Common = Common> = Members & Required<Own<O>>;

/** The range low ≤ x < high. */
export type Range = readonly [low: number, high: number];

/** A state variable; `single`: one value a parameter, not one for each of its entries. */
export interface State {
  readonly name: string;
  readonly init?: number;
  readonly single?: true;
}

/** What an optimizer consists of, beside its formula, which is native. */
export interface Rule<O extends Common> {
  /** The native command. */
  readonly opcode: string;
  readonly defaults: Required<Own<O>>;
  /** The command's own numbers after lr, weightDecay and l1, in its order; an option that is a pair gives two. */
  readonly numbers: { readonly [K in keyof Own<O>]?: Range };
  /** The native variant. */
  flags?(options: Required<Own<O>>): number;
  /** PyTorch's names of its states, in the order of the command's segment. */
  states(options: Required<Own<O>>): readonly State[];
  /** Throws where options don't go together. */
  check?(name: string, options: Required<Own<O>>): void;
}

const ANY: Range = [0, Infinity];
const COMMON = { lr: ANY, weightDecay: ANY, l1: ANY };
const STEP_OPTIONS = ['clipNorm', 'clipValue', 'skipNonFinite'];

export function checkNumber(op: string, name: string, value: unknown, low: number, high = Infinity): number {
  if (typeof value !== 'number' || !(value >= low && value < high))
    throw new ArgumentError(
      op,
      `${name} must be a number from ${low}${high === Infinity ? '' : ` to below ${high}`}, got ${describe(value)}`,
      { value },
    );
  return value;
}

/** A group with its numbers laid out for the command. */
export class Group<O extends Common> {
  readonly options: ParamGroup<O>;
  readonly flags: number;
  readonly states: readonly State[];
  /** lr, weightDecay, l1, then the rule's own. */
  readonly numbers: number[] = [];
  private readonly fields: { readonly key: string; readonly range: Range; readonly at: number; readonly size: number }[] = [];

  constructor(
    private readonly op: string,
    readonly params: readonly Parameter[],
    given: Own<O>,
    rule: Rule<O>,
    private readonly changed: () => void,
  ) {
    const options = { ...rule.defaults, ...defined(given) } as Required<Own<O>>;
    rule.check?.(op, options);
    this.flags = rule.flags?.(options) ?? 0;
    this.states = rule.states(options);
    const view = Object.create(null, { params: { value: params, enumerable: true } }) as ParamGroup<O>;
    const ranges: Record<string, Range | undefined> = { ...COMMON, ...rule.numbers };
    for (const [key, range] of Object.entries(ranges)) {
      const initial: unknown = options[key as keyof typeof options];
      const size = Array.isArray(rule.defaults[key as keyof typeof options]) ? 2 : 1;
      const field = { key, range: range!, at: this.numbers.length, size };
      this.fields.push(field);
      this.numbers.push(...this.checked(field, initial));
      const get = (): unknown => (size === 2 ? Object.freeze(this.numbers.slice(field.at, field.at + 2)) : this.numbers[field.at]);
      const set = (value: unknown): void => this.put(field.at, this.checked(field, value));
      Object.defineProperty(view, key, { get, set, enumerable: true });
    }
    for (const [key, value] of Object.entries(options)) if (!(key in ranges)) Object.defineProperty(view, key, { value, enumerable: true });
    this.options = view;
  }

  /** Throws where a number is out of its range. */
  check(numbers: readonly number[]): void {
    for (const field of this.fields) {
      const values = numbers.slice(field.at, field.at + field.size);
      this.checked(field, field.size === 2 ? values : values[0]);
    }
  }

  load(numbers: readonly number[]): void {
    this.put(0, numbers);
  }

  private put(at: number, values: readonly number[]): void {
    for (const [k, value] of values.entries()) this.numbers[at + k] = value;
    this.changed();
  }

  private checked({ key, range, size }: { key: string; range: Range; size: number }, value: unknown): number[] {
    if (size === 1) return [checkNumber(this.op, key, value, ...range)];
    if (!Array.isArray(value) || value.length !== 2)
      throw new ArgumentError(this.op, `${key} must be two numbers, got ${describe(value)}`, { value });
    return value.map((v, k) => checkNumber(this.op, `${key}[${k}]`, v, ...range));
  }
}

/** The groups of an optimizer, from what its user gave. */
export function makeGroups<O extends Common>(op: string, params: Params<O>, options: O, rule: Rule<O>, changed: () => void): Group<O>[] {
  const known = Object.keys(rule.defaults);
  checkKeys(op, options, [...known, ...STEP_OPTIONS]);
  const given = Object.fromEntries(Object.entries(options).filter(([key]) => !STEP_OPTIONS.includes(key))) as Own<O>;
  const inits = groupInits(op, params);
  const seen = new Set<Parameter>();
  return inits.map(({ params: own, ...rest }) => {
    checkParameters(op, own);
    checkKeys(op, rest, known, ' of a group');
    for (const p of own) {
      if (seen.has(p)) throw new ArgumentError(op, `${p.label()} is given twice`, { value: p.name });
      seen.add(p);
    }
    return new Group(op, [...own], { ...given, ...defined(rest) } as Own<O>, rule, changed);
  });
}

function groupInits<O extends Common>(op: string, params: Params<O>): readonly { params: readonly Parameter[] }[] {
  const groups = Array.isArray(params) && params.length > 0 && params.every((p) => !(p instanceof Parameter) && Array.isArray(p?.params));
  if (groups) return params as readonly { params: readonly Parameter[] }[];
  checkParameters(op, params);
  return [{ params: params as readonly Parameter[] }];
}

function checkParameters(op: string, params: unknown): void {
  if (!Array.isArray(params) || params.length === 0 || params.some((p) => !(p instanceof Parameter)))
    throw new ArgumentError(
      op,
      `expects a list of Parameters, for example model.parameters(), or of groups { params, lr, … }, got ${describe(params)}`,
      { value: params },
    );
}

function checkKeys(op: string, options: object, known: readonly string[], where = ''): void {
  for (const key of Object.keys(options))
    if (!known.includes(key))
      throw new ArgumentError(op, `there is no option '${key}'${where}; there are ${known.join(', ')}`, { value: key });
}

/** Without the keys whose value is undefined, which stand for the default. */
const defined = <T extends object>(options: T): T => Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)) as T;
