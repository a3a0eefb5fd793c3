// Finds the folder of data that scikit-learn's Python package ships, wherever pip, conda or Debian put it.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HebbError } from '../core/index.js';
import { toPath } from '../io/path.js';

const DATA = join('sklearn', 'datasets', 'data');

/** The folder that holds `wine_data.csv` and its like. @throws {HebbError} with the command to run when there is none. */
export function sklearnFolder(op: string, path?: string | URL): string {
  const candidates = path === undefined ? installed().map((folder) => join(folder, DATA)) : [toPath(op, path)];
  const found = candidates.find((folder) => existsSync(join(folder, 'wine_data.csv')));
  if (found !== undefined) return found;
  const where = path === undefined ? 'no Python here has that package' : `${candidates[0]} is not that folder`;
  const remedy = 'run: pip install scikit-learn (or apt install python3-sklearn), or give { path }';
  throw new HebbError(op, `the data come from scikit-learn's sklearn/datasets/data, but ${where}; ${remedy}`, { value: path });
}

/** Folders of Python packages: the active environment's, the user's, the system's. */
function installed(): string[] {
  const { VIRTUAL_ENV, CONDA_PREFIX, APPDATA } = process.env;
  const roots = [VIRTUAL_ENV, CONDA_PREFIX, join(homedir(), '.local'), '/usr/local', '/opt/homebrew', '/usr'].filter(
    (root) => root !== undefined,
  );
  const versions = roots.flatMap((root) => {
    const lib = join(root, 'lib');
    const names = existsSync(lib) ? readdirSync(lib).filter((name) => /^python3/.test(name)) : [];
    return names.flatMap((name) => [join(lib, name, 'site-packages'), join(lib, name, 'dist-packages')]);
  });
  const windows = [VIRTUAL_ENV, CONDA_PREFIX].flatMap((root) => (root === undefined ? [] : [join(root, 'Lib', 'site-packages')]));
  return [...versions, ...windows, ...(APPDATA === undefined ? [] : [join(APPDATA, 'Python', 'site-packages')])];
}
