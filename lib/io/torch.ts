// State dicts that PyTorch saved: .pt and .pth files of torch.save, a ZIP archive of one pickle and the bytes of each storage.
import { ArgumentError, describe, FormatError, type StateDict, sizeOf, stored, type Tensor } from '../core/index.js';
import { READINGS, type Reading } from './elements.js';
import { toPath } from './path.js';
import { Built, Global, type Pickled, unpickle } from './pickle.js';
import { storePieces } from './pieces.js';
import { withFile } from './random_access.js';
import { ELEMENT_BYTES } from './safetensors_header.js';
import { toStateDict } from './state_dict.js';
import { isCovering, readView, StorageRef, TensorRef } from './torch_tensors.js';
import { type Member, readZip } from './zip.js';

const MAX_PICKLE = 2 ** 28;
/** Dicts and lists within each other, and values in all: far more than any checkpoint has. */
const MAX_DEPTH = 32;
const MAX_VALUES = 2 ** 22;

/** Options of `loadTorch`. */
export interface LoadTorchOptions {
  /** Where in a checkpoint the state dict lies, for example `model_state_dict`; dots lead deeper. Unless told, all of it is taken. */
  readonly key?: string;
}

/**
 * Reads the tensors of a file that `torch.save` wrote (PyTorch 1.6 or later): a state dict, or a checkpoint of dicts and lists, whose tensors
 * then have names with dots. Dtypes as `load`. Numbers, strings and None beside the tensors are left out. The file's pickle can ask for nothing
 * but tensors, dicts, lists, numbers and strings: no code of it runs, and any other name that it mentions is refused.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (as a rejection) for a file that isn't exactly that, or whose checksums don't fit. @throws {ArgumentError} when nothing
 * lies at `key`.
 * @example
 * const model = new nn.Linear(2, 1);
 * const weights = await loadTorch('checkpoint.pt', { key: 'model_state_dict' });
 * model.loadStateDict(weights);
 */
export async function loadTorch(file: string | URL, { key }: LoadTorchOptions = {}): Promise<StateDict> {
  return withFile('loadTorch', toPath('loadTorch', file), async (archive) => {
    const start = Buffer.from(await archive.read(new Uint8Array(Math.min(archive.size, 2)), 0));
    if (start.toString('latin1') !== 'PK') {
      const remedy = 'PyTorch before 1.6 wrote another form; load it there and save it again';
      throw new FormatError('loadTorch', `this is no ZIP archive, as torch.save writes them; ${remedy}`, { value: start });
    }
    const members = await readZip(archive);
    const root = rootOf(members);
    await checkByteOrder(members.get(`${root}byteorder`));
    const pickled = await whole(members.get(`${root}data.pkl`)!, MAX_PICKLE);
    const value = unpickle('loadTorch', pickled, { mention: isKnown, call, persistent });
    return toStateDict(await materialize(tensorsIn(key === undefined ? value : lookUp(value, key)), members, `${root}data/`));
  });
}

/** The folder that the one pickle lies in, with its slash. */
function rootOf(members: ReadonlyMap<string, Member>): string {
  const roots = [...members.keys()].flatMap((name) => /^([^/]+\/)data\.pkl$/.exec(name)?.[1] ?? []);
  if (roots.length !== 1)
    throw new FormatError('loadTorch', 'this ZIP archive has no data.pkl; torch.save did not write it', { value: roots });
  return roots[0]!;
}

async function checkByteOrder(member: Member | undefined): Promise<void> {
  if (member === undefined) return; // PyTorch before 2.0 did not tell it
  const order = Buffer.from(await whole(member, 16)).toString('latin1');
  if (order !== 'little')
    throw new FormatError('loadTorch', `its bytes are in ${JSON.stringify(order)} order, not little-endian`, { value: order });
}

async function whole(member: Member, limit: number): Promise<Uint8Array> {
  if (member.size > limit)
    throw new FormatError('loadTorch', `"${member.name}" has ${member.size} bytes, more than ${limit}`, { value: member.size });
  const bytes = new Uint8Array(member.size);
  await member.read((fill) => fill(bytes));
  return bytes;
}

/** PyTorch's storage classes and dtypes, by the dtypes of safetensors. */
const STORAGES: ReadonlyMap<string, string> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ShortStorage', 'I16'],
  ['torch.IntStorage', 'I32'],
  ['torch.LongStorage', 'I64'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
  ['torch.storage.UntypedStorage', 'U8'],
]);
const DTYPES: ReadonlyMap<string, string> = new Map([
  ['torch.uint16', 'U16'],
  ['torch.uint32', 'U32'],
  ['torch.uint64', 'U64'],
]);

const isKnown = (name: string): boolean => STORAGES.has(name) || DTYPES.has(name) || CALLS.has(name);

/** What the names that may be called give. */
const CALLS = new Map<string, (args: Pickled[]) => Pickled>([
  ['collections.OrderedDict', () => new Map<Pickled, Pickled>()],
  ['torch.Size', ([sizes]) => sizes ?? []],
  ['torch._utils._rebuild_parameter', ([tensor]) => (tensor instanceof Built ? tensor : malformed('a parameter'))],
  ['torch._utils._rebuild_tensor_v2', ([storage, ...rest]) => rebuild(storage, rest)],
  ['torch._utils._rebuild_tensor_v3', ([storage, ...rest]) => rebuild(storage, rest, rest[5])],
]);

function call(name: string, args: Pickled[]): Pickled {
  const made = CALLS.get(name);
  return made === undefined ? malformed(`a call of ${name}`) : made(args);
}

/** ('storage', class, key, place, elements). */
function persistent(id: Pickled): Pickled {
  const [tag, type, key, , elements] = Array.isArray(id) ? id : [];
  const dtype = type instanceof Global ? STORAGES.get(type.name) : undefined;
  if (tag !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(elements)) return malformed('a storage');
  return new Built(new StorageRef(key, elements * ELEMENT_BYTES.get(dtype)!, dtype));
}

function rebuild(storage: Pickled | undefined, [offset, shape, strides]: Pickled[], dtype?: Pickled): Pickled {
  const held = storage instanceof Built && storage.value instanceof StorageRef ? storage.value : malformed('a tensor');
  const name = dtype === undefined ? held.dtype : dtype instanceof Global ? DTYPES.get(dtype.name) : undefined;
  if (name === undefined || !isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
    return malformed('a tensor');
  return new Built(new TensorRef(held, name, offset, shape, strides));
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function malformed(what: string): never {
  throw new FormatError('loadTorch', `the pickle describes ${what} in a way that PyTorch doesn't`, { value: what });
}

/** What lies at a path of keys with dots between; a key may hold dots itself. */
function lookUp(value: Pickled, path: string): Pickled {
  if (value instanceof Map) {
    for (const [key, inner] of value) {
      if (String(key) === path) return inner;
      if (path.startsWith(`${String(key)}.`) && inner instanceof Map) return lookUp(inner, path.slice(String(key).length + 1));
    }
  }
  const keys = value instanceof Map ? [...value.keys()].slice(0, 20).map(String).join(', ') : 'no dict';
  throw new ArgumentError('loadTorch', `the file has nothing at key "${path}"; it holds ${keys}`, { value: path });
}

/** All tensors in a value, by the path that leads to them. */
function tensorsIn(value: Pickled): Map<string, TensorRef> {
  const found = new Map<string, TensorRef>();
  let values = 0;
  const visit = (each: Pickled, path: string, depth: number): void => {
    if (depth > MAX_DEPTH || ++values > MAX_VALUES)
      throw new FormatError('loadTorch', 'its dicts and lists are nested without end', { value: path });
    if (each instanceof Built && each.value instanceof TensorRef) {
      const name = path.slice(1);
      if (found.has(name) || name === '__proto__')
        throw new FormatError('loadTorch', `two tensors have the name "${name}"`, { value: name });
      found.set(name, each.value);
    } else if (each instanceof Map) for (const [key, inner] of each) visit(inner, `${path}.${nameOf(key)}`, depth + 1);
    else if (Array.isArray(each)) for (const [i, inner] of each.entries()) visit(inner, `${path}.${i}`, depth + 1);
  };
  if (value instanceof Built)
    throw new FormatError('loadTorch', 'the file holds one tensor without a name; save { name: tensor }', { value });
  visit(value, '', 0);
  return found;
}

const nameOf = (key: Pickled): string =>
  typeof key === 'string' || typeof key === 'number' ? String(key) : malformed(`a key that is ${describe(key)}`);

/** Reads each storage once. A tensor that fills its storage goes to native memory piece by piece; views are gathered from it. */
async function materialize(
  refs: Map<string, TensorRef>,
  members: ReadonlyMap<string, Member>,
  folder: string,
): Promise<[string, Tensor][]> {
  const users = new Map<string, [string, TensorRef][]>();
  for (const [name, ref] of refs) users.set(ref.storage.key, [...(users.get(ref.storage.key) ?? []), [name, ref]]);
  const tensors = new Map<string, Tensor>();
  for (const [key, views] of users) {
    const member = members.get(folder + key);
    if (member === undefined) throw new FormatError('loadTorch', `the storage ${key} of "${views[0]![0]}" is missing`, { value: key });
    for (const [name, ref] of views) ref.check(name, member.size);
    const [[, first]] = views as [[string, TensorRef]];
    if (views.every(([, ref]) => isCovering(ref) && ref.equals(first))) {
      const { dtype, convert, bytes } = readingOf(first, views[0]![0]);
      const shared = await member.read((fill) => storePieces(first.shape, dtype, bytes, fill, convert));
      for (const [name] of views) tensors.set(name, shared);
      continue;
    }
    const storage = await whole(member, Infinity);
    for (const [name, ref] of views) {
      const { dtype, convert } = readingOf(ref, name);
      const view = convert(readView(storage, ref));
      tensors.set(name, stored(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), ref.shape, dtype));
    }
  }
  return [...refs.keys()].map((name) => [name, tensors.get(name)!]);
}

function readingOf({ dtype, shape }: TensorRef, name: string): Reading & { bytes: number } {
  const reading = READINGS.get(dtype);
  if (reading === undefined || shape.length > 8)
    throw new FormatError('loadTorch', `"${name}" is ${dtype} of ${shape.length} axes, which hebb doesn't hold`, { value: sizeOf(shape) });
  return { ...reading, bytes: ELEMENT_BYTES.get(dtype)! };
}
