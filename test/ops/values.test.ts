// Every case's values against the float64 oracle, on the instruction set that this process was started with.
import { info, type Tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { difference, failure, untrustworthy } from './check.js';
import { draw, place, randomFor } from './inputs.js';
import { cases, title } from './table.js';

test('the instruction set is the one asked for', () => {
  expect(info().isa).toBe(process.env.HEBB_ISA);
});

test('no two cases have one name', () => {
  const names = cases.map(title);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

describe('values', () => {
  test.each(cases.map((one) => [title(one), one] as const))('%s', async (name, { inputs, hebb, oracle, dtype, tolerance, plain }) => {
    const random = randomFor(name);
    const values = inputs.map((one) => draw(one, random));
    const operands = values.map((value, i) => place(value, inputs[i]!));
    const result: Tensor = hebb(...operands);
    const expected = oracle(...values);
    expect({ shape: [...result.shape], dtype: result.dtype }).toEqual({ shape: [...expected.shape], dtype });
    const doubt = plain === undefined ? untrustworthy(expected) : null;
    if (doubt) throw failure('values.test.ts', name, doubt);
    const wrong = difference(await result.data(), expected, dtype, tolerance);
    if (wrong) throw failure('values.test.ts', name, wrong);
    // Operands are as they were.
    for (const [i, operand] of operands.entries()) {
      const changed = difference(await operand.data(), values[i]!, inputs[i]!.dtype, 'exact');
      if (changed) throw failure('values.test.ts', name, `operand ${i} changed: ${changed}`);
    }
  });
});
