// What every op must refuse: with the class, the op's name and the words that the table has, at once or as a rejection, and unharmed.
import { DisposedError, HebbError, Parameter, run, type Tensor, tensor } from 'hebb';
import { describe, expect, test } from 'vitest';
import { draw, place, randomFor } from './inputs.js';
import { cases, refusals, title } from './table.js';

async function thrown(call: () => unknown): Promise<{ error: unknown; atOnce: boolean }> {
  let atOnce = true;
  try {
    const result = call();
    atOnce = false;
    await result;
  } catch (error) {
    return { error, atOnce };
  }
  return { error: undefined, atOnce };
}

describe('refusals', () => {
  test.each(refusals.map((one) => [title(one), one] as const))('%s', async (_, { call, error: kind, says }) => {
    const { error, atOnce } = await thrown(call);
    expect(error).toBeInstanceOf(kind);
    expect(error).toBeInstanceOf(HebbError);
    const { message, code, op, stack } = error as HebbError;
    expect(message).toContain(says);
    expect(message.startsWith(`[${op}] `)).toBe(true);
    expect(code).toMatch(/^HEBB_[A-Z]+$/);
    if (atOnce) expect(stack).toContain('refusals');
  });

  test('afterwards everything works', async () => {
    expect([
      ...(await tensor([1, 2])
        .add(tensor([3, 4]))
        .data()),
    ]).toEqual([4, 6]);
  });
});

describe('a disposed operand', () => {
  const takers = new Map(
    cases.filter(({ inputs }) => inputs.length > 0 && inputs.every(({ layout }) => layout === 'plain')).map((one) => [one.op, one]),
  );
  test.each([...takers.values()].map((one) => [title(one), one] as const))('%s', (name, { inputs, hebb }) => {
    for (const victim of inputs.keys()) {
      const random = randomFor(name);
      const operands: Tensor[] = inputs.map((one) => place(draw(one, random), one));
      operands[victim]!.dispose();
      expect(() => hebb(...operands)).toThrow(DisposedError);
    }
  });

  test('is known as such by every way of asking', async () => {
    const x = tensor([1]);
    x.dispose();
    x.dispose();
    await expect(x.data()).rejects.toBeInstanceOf(DisposedError);
    await expect(x.item()).rejects.toBeInstanceOf(DisposedError);
    await expect(run(x)).rejects.toBeInstanceOf(DisposedError);
  });

  test('is never a Parameter: its module owns its memory', async () => {
    const weight = new Parameter(tensor([1]));
    expect(() => weight.dispose()).toThrow(DisposedError);
    expect(await weight.item()).toBe(1);
  });
});
