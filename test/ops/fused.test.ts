// Fused equals unfused, bit by bit: each op inside a chain of others, and random programs, in one run and with every intermediate stored.
import { concat, grad, Parameter, run, type Tensor, type TypedArray, tensor, where } from 'hebb';
import { describe, expect, test } from 'vitest';
import { failure } from './check.js';
import { isFloat } from './dtypes.js';
import { draw, place, randomFor } from './inputs.js';
import { type Case, cases, title } from './table.js';

/** The first element whose bits differ, or null; a NaN is a NaN. */
function firstDifference(a: TypedArray, b: TypedArray): string | null {
  if (a.length !== b.length) return `${a.length} values against ${b.length}`;
  const i = a.findIndex((value, k) => !Object.is(value, b[k]));
  return i < 0 ? null : `element ${i} is ${a[i]} fused, ${b[i]} unfused`;
}

/** What precedes the op: it keeps integers, masks and indices as they are, and gives floats bits to round. */
function before(x: Tensor): Tensor {
  if (x.dtype === 'f32') return x.mul(1.1).add(0.3);
  if (x.dtype === 'bool') return x.logicalNot().logicalNot();
  return isFloat(x.dtype) ? x.neg().neg() : x.add(1).sub(1).to(x.dtype);
}

/** Gives each tensor back as it is, or stored: then what follows starts from memory. */
type Storing = (t: Tensor) => Promise<Tensor>;
const fused: Storing = (t) => Promise.resolve(t);
const unfused: Storing = async (t) => {
  await run(t);
  return t;
};

function operandsOf(one: Case): Tensor[] {
  const random = randomFor(title(one));
  return one.inputs.map((input) => place(draw(input, random), input));
}

describe('an op between others', () => {
  test.each(cases.map((one) => [title(one), one] as const))('%s', async (name, one) => {
    const play = async (store: Storing): Promise<TypedArray> => {
      const xs = [];
      for (const x of operandsOf(one)) xs.push(await store(before(x)));
      let y = await store(one.hebb(...xs).to('f32'));
      y = await store(y.mul(0.7));
      y = await store(y.add(0.2));
      return y.square().data();
    };
    const wrong = firstDifference(await play(fused), await play(unfused));
    if (wrong) throw failure('fused.test.ts', name, wrong);
  });
});

describe('a gradient behind its forward', () => {
  const differentiable = cases.filter(({ gradient, inputs }) => gradient !== 'none' && inputs.length > 0);
  test.each(differentiable.map((one) => [title(one), one] as const))('%s', async (name, one) => {
    const play = async (store: Storing): Promise<TypedArray[]> => {
      // Parameters: what is stored keeps its record only where a gradient may be asked for.
      // They are read before: where a view is first assigned, a product would see it turned in one run and straight in the other.
      const operands = operandsOf(one).map((x) => (x.dtype === 'f32' ? new Parameter(x) : x));
      await Promise.all(operands.map((x) => x.data()));
      const xs = operands.filter(({ dtype }) => isFloat(dtype));
      const y = await store(one.hebb(...operands));
      const gradients = grad((await store(y.mul(y))).sum(), xs);
      return Promise.all(gradients.map((g) => g.data()));
    };
    const [whole, parts] = [await play(fused), await play(unfused)];
    for (const [k, g] of whole.entries()) {
      const wrong = firstDifference(g, parts[k]!);
      if (wrong) throw failure('fused.test.ts', name, `gradient ${k}: ${wrong}`);
    }
  });
});

/**
 * Random programs over matrices of 6x7: element ops, reductions that spread again, products, views, casts. A view ends in an element op:
 * a product of a view reads it turned or straight, and rounds accordingly.
 */
const STEPS: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b),
  (a, b) => a.mul(b).add(a),
  (a, b) => a.mul(1.3).sub(b),
  (a, b) => a.div(b.square().add(1)),
  (a, b) => a.maximum(b),
  (a, b) => where(a.lt(b), a, b.neg()),
  (a) => a.tanh(),
  (a) => a.sigmoid(),
  (a) => a.gelu(),
  (a) => a.relu(),
  (a) => a.clamp(-0.5, 0.75),
  (a) => a.mul(8).to('i32').add(3).to('f32'),
  (a) => a.to('bf16').mul(1.5).to('f32'),
  (a) => a.to('f16').to('f32'),
  (a) => a.softmax(-1),
  (a) => a.logSoftmax(0).mul(0.2),
  (a) => a.sub(a.mean({ axis: 1, keepDim: true })),
  (a, b) => a.add(b.sum({ axis: 0 }).mul(0.1)),
  (a, b) => a.mul(b.max({ axis: 1, keepDim: true })),
  (a, b) => a.matmul(b.transpose()).matmul(b).mul(0.05),
  (a, b) => a.transpose().matmul(b).narrow(0, 0, 6).relu().add(a),
  (a) => a.reshape([7, 6]).transpose().mul(1.25),
  (a, b) => concat([a.narrow(1, 3, 4), b.narrow(1, 0, 3)], 1),
  (a) => a.narrow(0, 2, 1).expand([6, 7]).mul(1.25),
];

describe('what random programs have found', () => {
  const make = (): Parameter =>
    new Parameter(
      tensor(
        Float32Array.from({ length: 42 }, (_, i) => Math.sin(3 * i)),
        { shape: [6, 7] },
      ),
    );

  test('a Chain on a product does not take in what the product is made of', async () => {
    const b = make();
    const m = b.matmul(b.transpose()).matmul(b).mul(0.05);
    const w = where(b.lt(m), b, m.neg());
    const c = w.sub(w.mean({ axis: 1, keepDim: true }));
    const [g] = grad(c.square().sum(), [b]);
    expect((await g!.data()).every(Number.isFinite)).toBe(true);
  });

  test('what a 16-bit dtype rounds is read rounded, by whatever way both get into one Chain', async () => {
    const play = async (store: Storing): Promise<TypedArray> => {
      const q = await store(make().mul(1.1));
      const half = await store(q.add(0.3).to('f16'));
      return q.mul(await store(half.to('f32'))).data();
    };
    expect(firstDifference(await play(fused), await play(unfused))).toBe(null);
  });

  test('nodes that a later run stores count as results of their Chain', async () => {
    const x = make();
    const chain = [x.mul(1.5)];
    for (let i = 0; i < 12; i++) chain.push(chain.at(-1)!.add(i / 8));
    await chain.at(-1)!.mul(2).data();
    const sum = chain.reduce((a, b) => a.add(b));
    const expected = Array.from(await x.data(), (v) => chain.reduce((s, _, k) => s + v * 1.5 + ((k - 1) * k) / 16, 0));
    expect((await sum.data())[5]!).toBeCloseTo(expected[5]!, 3);
  });
});

describe('random programs', () => {
  test.each(Array.from({ length: 60 }, (_, i) => `program ${i}`))('%s', async (name) => {
    const play = async (store: Storing): Promise<TypedArray[]> => {
      const random = randomFor(name);
      const draws = (n: number): number => Math.floor(random() * n);
      const leaf = (): Tensor =>
        new Parameter(
          tensor(
            Float32Array.from({ length: 42 }, () => random() * 4 - 2),
            { shape: [6, 7] },
          ),
        );
      const made = [leaf(), leaf()];
      for (let n = 4 + draws(30); n > 0; n--)
        made.push(await store(STEPS[draws(STEPS.length)]!(made[draws(made.length)]!, made.at(-1 - draws(Math.min(3, made.length)))!)));
      const last = made.at(-1)!;
      return Promise.all([last, made[draws(made.length)]!, ...grad(last.square().sum(), made.slice(0, 2))].map((t) => t.data()));
    };
    const [whole, parts] = [await play(fused), await play(unfused)];
    for (const [k, values] of whole.entries()) {
      const wrong = firstDifference(values, parts[k]!);
      if (wrong) throw failure('fused.test.ts', name, `result ${k}: ${wrong}`);
    }
    expect(whole[0]!.length).toBe(42);
  });
});
