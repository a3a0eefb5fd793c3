// The examples of the reference as one program: each in a function of its own with all that hebb exports in scope, type-checked together,
// then run. Where a comment says what a line gives (`// → 1, 2`) or that it fails (`// throws ShapeError`), harness.ts looks.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

export interface Example {
  /** Whose it is, and where: `nn.Linear (lib/nn/linear.ts:12)`. */
  readonly place: string;
  readonly code: string;
}

/** What is wrong: markers that stand nowhere, else examples that don't compile, else those that fail or give something else than they say. */
export function problemsOf(examples: readonly Example[], names: readonly string[], root: string, folder: string): string[] {
  const marked = examples.map(({ code }) => withChecks(code));
  const unfit = marked.flatMap(({ left }, i) =>
    left.map((line) => `${examples[i]!.place}: no expression ends where its comment begins: ${line}`),
  );
  if (unfit.length > 0) return unfit;
  const own = mkdtempSync(join(root, 'build', 'examples-')); // within the package, so that its own name leads to it
  const file = join(own, 'examples.ts');
  try {
    const { source, exampleAt } = programOf(
      marked.map(({ code }) => code),
      names,
    );
    writeFileSync(file, source);
    const wrong = compile(file).map(
      ({ line, message }) => `${examples[exampleAt(line)]?.place ?? 'the program'} doesn't compile: ${message}`,
    );
    return wrong.length > 0 ? wrong : run(file, examples, root, folder);
  } finally {
    rmSync(own, { recursive: true });
  }
}

function programOf(codes: readonly string[], names: readonly string[]): { source: string; exampleAt: (line: number) => number } {
  const lines = [
    `import { ${names.join(', ')} } from 'hebb';`,
    "import { example, gives, report, throws } from '../../test/docs/harness.ts';",
  ];
  const starts: number[] = [];
  for (const [i, code] of codes.entries()) {
    starts.push(lines.length);
    lines.push(`await example(${i}, async () => {`, ...code.split('\n'), '});');
  }
  lines.push('await report();');
  return { source: lines.join('\n'), exampleAt: (line) => starts.findLastIndex((start) => start <= line) };
}

/** The code with its marked expressions handed to the harness, and its imports within its function; the markers that fit none are left. */
function withChecks(example: string): { code: string; left: string[] } {
  const code = example
    .replace(/^import (\{.*\}) from ('node:.*');$/gm, 'const $1 = await import($2);')
    .replace(/^import \{.*\} from 'hebb';$/gm, '');
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  const edits: { from: number; to: number; text: string }[] = [];
  const ends = new Set<number>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isExpressionStatement(node)) return;
    const [, kind, text] = /^[ ]*\/\/ (→|throws) (.*)/.exec(code.slice(node.end)) ?? [];
    if (kind === undefined) return;
    ends.add(file.getLineAndCharacterOfPosition(node.end).line);
    const expression = printed(node.expression) ?? node.expression.getText();
    const check = kind === '→' ? 'gives' : 'throws';
    edits.push({
      from: node.getStart(),
      to: node.end,
      text: `await ${check}(async () => (${expression}), ${JSON.stringify(text!.trim())});`,
    });
  };
  visit(file);
  const left = code.split('\n').filter((line, i) => /\/\/ (→|throws) /.test(line) && !ends.has(i));
  return {
    code: edits.sort((a, b) => b.from - a.from).reduce((all, { from, to, text }) => all.slice(0, from) + text + all.slice(to), code),
    left,
  };
}

/** What a console.log prints, as an array. */
function printed(node: ts.Expression): string | null {
  const isLog = ts.isCallExpression(node) && node.expression.getText() === 'console.log';
  return isLog ? `[${node.arguments.map((argument) => argument.getText()).join(', ')}]` : null;
}

function compile(file: string): { line: number; message: string }[] {
  const program = ts.createProgram([file], {
    ...{ strict: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2023.d.ts'], module: ts.ModuleKind.NodeNext, types: ['node'] },
    ...{ noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
  });
  return ts.getPreEmitDiagnostics(program).map((found) => ({
    line: found.file && found.start !== undefined ? found.file.getLineAndCharacterOfPosition(found.start).line : -1,
    message: ts.flattenDiagnosticMessageText(found.messageText, '\n'),
  }));
}

function run(file: string, examples: readonly Example[], root: string, folder: string): string[] {
  const tsx = pathToFileURL(join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
  const env = { ...process.env, NO_COLOR: '1', VIRTUAL_ENV: folder };
  const options = { cwd: folder, encoding: 'utf8', env, timeout: 100_000 } as const;
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, ['--import', tsx, file], options);
  if (status !== 0) return [`the program of the examples ended with ${signal ?? status}: ${stderr}`];
  return (JSON.parse(stdout) as [number, string][]).map(([i, problem]) => `${examples[i]!.place} ${problem}`);
}
