// NumPy's .npz files: ZIP archives of .npy members, read and written as tensors by name.
import { ArgumentError, FormatError, type StateDict, type Tensor } from '../core/index.js';
import { encodeNpy, npyBytes, readNpy } from './npy.js';
import { toPath } from './path.js';
import { withFile } from './random_access.js';
import { checkDict, toStateDict } from './state_dict.js';
import { writeAtomically } from './writer.js';
import { readZip } from './zip.js';
import { encodeZip } from './zip_writer.js';

/**
 * Reads the arrays of an .npz file, compressed or not, by their names; dtypes as `loadNpy`.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (as a rejection) for an archive or an array that isn't exactly as its format demands, a checksum that doesn't fit,
 * and a member that is no array.
 * @example
 * await saveNpz({ x: zeros([2, 3]), y: tensor([0, 1]) }, 'data.npz');
 * const { x, y } = await loadNpz('data.npz');
 * console.log(x!.shape, y!.shape); // → (2, 3) (2)
 */
export async function loadNpz(file: string | URL): Promise<StateDict> {
  return withFile('loadNpz', toPath('loadNpz', file), async (npz) => {
    const tensors: [string, Tensor][] = [];
    for (const { name, size, read } of (await readZip(npz)).values()) {
      if (!name.endsWith('.npy') || name === '__proto__.npy')
        throw new FormatError('loadNpz', `the member ${JSON.stringify(name)} is no array`, { value: name });
      tensors.push([name.slice(0, -4), await read((fill) => readNpy('loadNpz', size, fill))]);
    }
    return toStateDict(tensors);
  });
}

/**
 * Writes tensors as an .npz file, uncompressed, which appears in one step. bf16 is written as f4.
 *
 * @param dict Tensors by name.
 * @param file A path or a file URL; an existing file is replaced.
 * @throws {ArgumentError} (as a rejection) for a value that is no tensor, a name that is no plain path, or 4 GiB and more.
 * @example
 * await saveNpz({ x: randn([100, 4]), y: zeros([100], { dtype: 'i32' }) }, 'data.npz');
 */
export async function saveNpz(dict: Readonly<Record<string, Tensor>>, file: string | URL): Promise<void> {
  const path = toPath('saveNpz', file);
  const entries = checkDict('saveNpz', dict);
  for (const [name] of entries) {
    if (name === '' || /^\/|\\|\0/.test(name) || name.split('/').includes('..'))
      throw new ArgumentError('saveNpz', `${JSON.stringify(name)} can't name an array in an archive`, { value: name });
  }
  const members = await Promise.all(entries.map(async ([name, t]) => [`${name}.npy`, encodeNpy(t, await npyBytes(t))] as const));
  await writeAtomically(path, encodeZip('saveNpz', members));
}
