// The objects that are compiled once per instruction set may export their kernel table and nothing else. A weak symbol in one of them
// (an inline function of a library, a template) could be the copy that the linker keeps for all, and die on an older processor.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const build = fileURLToPath(new URL('../build', import.meta.url));

// What the compiler itself may call; nothing of libm, of the C++ runtime or of the rest of hebb.
const FREE = /^_*(memcpy|memmove|memset|memcmp|GLOBAL_OFFSET_TABLE_|stack_chk_fail)$/;

interface NmSymbol {
  name: string;
  type: string;
}

const objects = new Map<string, string[]>();
for (const file of readdirSync(build, { recursive: true, encoding: 'utf8' })) {
  const target = /CMakeFiles[/\\]([^/\\]+)\.dir[/\\].*native[/\\]kernels[/\\][^/\\]+\.(o|obj)$/.exec(file)?.[1];
  if (target) objects.set(target, [...(objects.get(target) ?? []), file.split(sep).join('/')]);
}

test('every instruction set has its objects', () => {
  expect(objects.size).toBeGreaterThanOrEqual(process.arch === 'x64' ? 4 : 2);
});

for (const [target, files] of objects) {
  const symbols = files.flatMap((file) => nm(file));

  test(`${target}: no weak symbol`, () => {
    expect(symbols.filter(({ type }) => /[WwVvu]/.test(type)).map(({ name }) => name)).toEqual([]);
  });

  test(`${target}: exports its table and nothing else`, () => {
    const exported = symbols.filter(({ type }) => /[A-TX-Z]/.test(type));
    expect(exported.map(({ name }) => name)).toEqual([expect.stringMatching(/table/)]);
  });

  test(`${target}: calls nothing from outside`, () => {
    const defined = new Set(symbols.filter(({ type }) => type !== 'U').map(({ name }) => name));
    const wanted = symbols.filter(({ name, type }) => type === 'U' && !defined.has(name) && !FREE.test(name));
    expect([...new Set(wanted.map(({ name }) => name))]).toEqual([]);
  });
}

function nm(file: string): NmSymbol[] {
  const output = execFileSync('nm', ['-P', '-g', join(build, file)], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name, type] = line.split(' ');
      return { name: name!, type: type! };
    });
}
