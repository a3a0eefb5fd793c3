// The table that `module.summary()` returns. Output shapes come from recording a forward pass, which computes nothing.
import { formatShape, type Shape, Tensor, zeros } from '../core/index.js';
import { observing } from './mode.js';
import type { AnyModule } from './module.js';

export function summarize(model: AnyModule, input?: Shape): string {
  const outputs = new Map<AnyModule, string>();
  if (input !== undefined)
    observing(
      (module, result) => outputs.set(module, shapesIn(result)),
      () => model.predict(zeros(input)),
    );
  const layers = model.namedModules().filter(([, module]) => isLayer(module));
  const rows = layers.map(([name, module]) => [
    name || '(model)',
    module.constructor.name,
    ...(input === undefined ? [] : [outputs.get(module) ?? 'not used']),
    count(ownSizes(module)),
  ]);
  const head = ['name', 'layer', ...(input === undefined ? [] : ['output']), 'parameters'];
  const parameters = model.parameters();
  const trained = parameters.filter((p) => p.requiresGrad);
  return `${table([head, ...rows])}\n${count(parameters.map((p) => p.size))} parameters, ${count(trained.map((p) => p.size))} of them trained`;
}

/** What has parameters of its own or holds no other module; containers would count twice. */
function isLayer(module: AnyModule): boolean {
  return ownSizes(module).length > 0 || module.namedModules().length === 1;
}

const ownSizes = (module: AnyModule): number[] =>
  [...module.members()].flatMap(([, member]) => (member instanceof Tensor ? [member.size] : []));

const count = (sizes: readonly number[]): string => sizes.reduce((sum, size) => sum + size, 0).toLocaleString('en');

function shapesIn(result: unknown): string {
  if (result instanceof Tensor) return formatShape(result.shape);
  return Array.isArray(result) ? result.map(shapesIn).join(', ') : '';
}

/** Columns two spaces apart; the last one, of numbers, to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]!.length;
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === columns - 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ');
  const [head, ...body] = rows.map(line);
  return [head, '─'.repeat(head!.length), ...body, '─'.repeat(head!.length)].join('\n');
}
