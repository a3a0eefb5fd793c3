// The reference, as TypeDoc builds it from the docstrings: nothing public is without one, and every example does what it says.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Application,
  type Comment,
  type DeclarationReflection,
  Logger,
  LogLevel,
  type ProjectReflection,
  ReflectionKind,
  type SignatureReflection,
  type SomeType,
} from 'typedoc';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Example, problemsOf } from './examples.js';
import { writeFiles } from './files.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What needs an example: whatever is exported as a value, and the methods of these two. */
const EXPORTS = ReflectionKind.Class | ReflectionKind.Function | ReflectionKind.Variable;
const WITH_METHODS = ['Tensor', 'nn.Module'];

let project: ProjectReflection;
let folder: string;
const messages: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hebb-examples-'));
  await writeFiles(folder);
  await build();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function build(): Promise<void> {
  const app = await Application.bootstrapWithPlugins({ options: join(root, 'typedoc.json') });
  app.logger = new Messages();
  project = (await app.convert())!;
  app.validate(project);
  await app.generateDocs(project, join(folder, 'reference'));
}

class Messages extends Logger {
  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) messages.push(message);
  }
}

test('every export, member and option has a docstring (what TypeDoc warns of)', () => {
  expect(messages).toEqual([]);
});

test('every export, and every method of Tensor and Module, has an @example', () => {
  const lacking = documented().filter(({ examples }) => examples.length === 0);
  expect(
    lacking.map(({ place }) => `${place} needs an @example: a line or more that run as they stand, with all of hebb in scope`),
  ).toEqual([]);
});

test('every option that a signature lists itself is described', () => {
  const signatures = project.getReflectionsByKind(
    ReflectionKind.ConstructorSignature | ReflectionKind.CallSignature,
  ) as SignatureReflection[];
  const own = signatures.filter(({ inheritedFrom, parent }) => !inheritedFrom && !parent.getFullName().includes('__type'));
  const silent = own.flatMap(undescribed);
  expect(silent).toEqual([]);
});

test('every example compiles, runs, and gives what its comments say', () => {
  const names = project.children!.map(({ name }) => name);
  const examples = everyExample();
  expect(examples.length).toBeGreaterThan(400);
  expect(problemsOf(examples, names, root, folder)).toEqual([]);
}, 120_000);

/** The exports and methods that need an example, each with its own. */
function documented(): { place: string; examples: string[] }[] {
  return project
    .getReflectionsByKind(EXPORTS | ReflectionKind.Method)
    .map((reflection) => reflection as DeclarationReflection)
    .filter((reflection) => !reflection.kindOf(ReflectionKind.Method) || WITH_METHODS.includes(reflection.parent!.getFullName()))
    .map((reflection) => ({ place: placeOf(reflection), examples: commentsOf(reflection).flatMap(examplesIn) }));
}

/** All examples of the reference, each once. */
function everyExample(): Example[] {
  const every = project.getReflectionsByKind(ReflectionKind.All & ~ReflectionKind.SomeSignature) as DeclarationReflection[];
  const own = every.filter((reflection) => !reflection.inheritedFrom);
  const found = own.flatMap((reflection) =>
    commentsOf(reflection)
      .flatMap(examplesIn)
      .map((code) => ({ place: placeOf(reflection), code })),
  );
  const front = blocksIn(readFileSync(join(root, 'docs', 'reference.md'), 'utf8'));
  return [...found, ...front.map((code) => ({ place: 'docs/reference.md', code }))];
}

const commentsOf = (reflection: DeclarationReflection): Comment[] =>
  [reflection, ...(reflection.signatures ?? []), reflection.getSignature].flatMap((each) => each?.comment ?? []);

function examplesIn(comment: Comment): string[] {
  return comment.getTags('@example').flatMap(({ content }) => content.flatMap(({ text }) => blocksIn(text)));
}

const blocksIn = (text: string): string[] => [...text.matchAll(/```ts\n(\s*\S[\s\S]*?)\n```/g)].map(([, code]) => code!);

/** Of options in a type without a name, those that neither the parameter's comment nor its function's or class's mentions. */
function undescribed(signature: SignatureReflection): string[] {
  const owner = signature.parent.parent as DeclarationReflection;
  const told = [signature.comment, owner.comment, ...(signature.parameters ?? []).map(({ comment }) => comment)];
  const text = told.flatMap((comment) => [...(comment?.summary ?? []), ...(comment?.blockTags ?? []).flatMap(({ content }) => content)]);
  const words = new Set(text.flatMap((part) => part.text.split(/[^\w]+/)));
  const options = (signature.parameters ?? []).flatMap(({ type }) => membersOf(type));
  return options
    .filter((option) => !option.hasComment() && !words.has(option.name))
    .map(
      ({ name }) =>
        `${placeOf(signature.parent)}: tell what its option ${name} is and what holds unless told: @param options \`${name}\`: …`,
    );
}

/** The properties of an object type that stands in a signature itself. */
function membersOf(type: SomeType | undefined): DeclarationReflection[] {
  if (type?.type === 'intersection') return type.types.flatMap(membersOf);
  return type?.type === 'reflection' && type.declaration.signatures === undefined ? (type.declaration.children ?? []) : [];
}

function placeOf(reflection: DeclarationReflection): string {
  const source = (reflection.sources ?? reflection.signatures?.[0]?.sources)?.[0];
  return `${reflection.getFullName()} (${source?.fileName}:${source?.line})`;
}
