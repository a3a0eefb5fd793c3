// State dicts of modules: a copy out under the parameters' names, and back in, checked as a whole before anything is assigned.
import { ArgumentError, formatShape, type Parameter, run, ShapeError, type StateDict, Tensor } from '../core/index.js';

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Throw when names are missing or unexpected; true unless told. */
  readonly strict?: boolean;
  /** The name here for a name in the dict; null leaves the tensor out. */
  readonly rename?: (key: string) => string | null;
}

/** What `loadStateDict` found no partner for. */
export interface Loaded {
  /** Names that the module has and the dict lacks. */
  readonly missing: string[];
  /** Names that the dict has and the module lacks. */
  readonly unexpected: string[];
}

type Named = readonly (readonly [name: string, parameter: Parameter])[];

/** Copies, all of one moment. */
export async function copyState(state: Named): Promise<StateDict> {
  const copies = state.map(([name, parameter]) => [name, parameter.detach()] as const);
  await run(...copies.map(([, copy]) => copy));
  const dict: StateDict = Object.create(null);
  for (const [name, copy] of copies) dict[name] = copy;
  return dict;
}

export function restoreState(state: Named, dict: StateDict, { strict = true, rename }: LoadOptions): Loaded {
  const values = renamed(dict, rename);
  const parameters = new Map(state);
  const unexpected = [...values.keys()].filter((name) => !parameters.has(name));
  // A shared parameter needs a value under one of its names.
  const given = new Set(state.filter(([name]) => values.has(name)).map(([, parameter]) => parameter));
  const missing = state.filter(([, parameter]) => !given.has(parameter)).map(([name]) => name);
  if (strict && (missing.length > 0 || unexpected.length > 0)) {
    const problems = [...listed('missing', missing), ...listed('unexpected', unexpected)].join('; ');
    throw new ArgumentError('loadStateDict', `${problems}; pass { strict: false } to take what fits, or { rename }`, {
      value: missing.concat(unexpected),
    });
  }
  const fitting = state
    .filter(([name]) => values.has(name))
    .map(([name, parameter]) => [parameter, fit(name, parameter, values.get(name)!)] as const);
  for (const [parameter, value] of fitting) parameter.assign(value);
  return { missing, unexpected };
}

function renamed(dict: StateDict, rename: LoadOptions['rename']): Map<string, Tensor> {
  const values = new Map<string, Tensor>();
  for (const [key, value] of Object.entries(dict)) {
    if (!(value instanceof Tensor)) throw new ArgumentError('loadStateDict', `"${key}" is no tensor but ${typeof value}`, { value });
    const name = rename === undefined ? key : rename(key);
    if (name === null) continue;
    if (typeof name !== 'string')
      throw new ArgumentError('loadStateDict', `rename must give a name or null, got ${String(name)} for "${key}"`, { value: name });
    if (values.has(name))
      throw new ArgumentError('loadStateDict', `rename gives "${name}" twice, the second time for "${key}"`, { value: name });
    values.set(name, value);
  }
  return values;
}

function fit(name: string, parameter: Parameter, value: Tensor): Tensor {
  if (formatShape(value.shape) !== formatShape(parameter.shape)) {
    throw new ShapeError(
      'loadStateDict',
      `"${name}" is ${formatShape(parameter.shape)} here, but ${formatShape(value.shape)} in the state dict`,
      {
        value: value.shape,
      },
    );
  }
  return value.to(parameter.dtype);
}

const SHOWN = 8;

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return [`${what}: ${names.slice(0, SHOWN).join(', ')}${rest}`];
}
