// Which addon a process loads: the one that HEBB_ADDON names, else the one that is built; and what it says where none can be loaded.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { hebb, runScript } from './child.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hebb-addon-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sum = (from: string) => `const { tensor } = await import(${JSON.stringify(from)});
  await tensor([1, 2]).sum().item();
  console.log(process.report.getReport().sharedObjects.find((file) => file.endsWith('.node')));`;

it('HEBB_ADDON names another build, for example build-debug/Debug/hebb.node', async () => {
  const other = join(folder, 'other.node');
  cpSync(join(root, 'build', 'Release', 'hebb.node'), other);
  const { code, out } = await runScript(sum(hebb), { HEBB_ADDON: other });
  expect(out).toContain(other);
  expect(code).toBe(0);
});

it.each([
  ['that is not there', 'absent.node', null],
  ['that is no library', 'text.node', 'This is not an addon.'],
  // An ELF file for a machine that does not exist.
  ['of another architecture', 'foreign.node', Buffer.from(`7f454c46020101${'00'.repeat(9)}0300ffff01${'00'.repeat(43)}`, 'hex')],
])('an addon %s is named, with what may help', async (_, name, contents) => {
  const file = join(folder, name);
  if (contents !== null) writeFileSync(file, contents);
  const { code, out } = await runScript(sum(hebb), { HEBB_ADDON: file });
  expect(code).toBe(1);
  expect(out).toMatch(/HebbError: \[load\] no addon could be loaded on \w+ \w+/);
  expect(out).toContain(`${file}: `);
  expect(out).toContain('npm run build');
});

it('a package without any addon says where it looked', async () => {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const { code, out } = await runScript(sum(pathToFileURL(join(folder, 'dist', 'index.js')).href), { HEBB_ADDON: '' });
  expect(code).toBe(1);
  expect(out).toContain(join(folder, 'build', 'Release', 'hebb.node'));
});
