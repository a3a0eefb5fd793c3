// Containers and what models are wired with: lists, dictionaries, residuals, branches, shared weights.
import { ArgumentError, arange, type HebbError, nn, optim, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const list = async (t: { data(): Promise<ArrayLike<number>> }): Promise<number[]> => Array.from(await t.data());
const names = (module: nn.AnyModule): string[] => module.namedParameters().map(([name]) => name);
const linear = (): nn.Linear => new nn.Linear(2, 2, { bias: false });

describe('ModuleList', () => {
  test('names its modules by place, and is walked like any module', () => {
    class Stack extends nn.Module {
      blocks = new nn.ModuleList([linear(), new nn.Linear(2, 2)]);
      forward(x: Tensor): Tensor {
        for (const block of this.blocks) x = block.forward(x);
        return x;
      }
    }
    const model = new Stack();
    expect(names(model)).toEqual(['blocks.0.weight', 'blocks.1.weight', 'blocks.1.bias']);
    expect(model.forward(zeros([3, 2])).shape).toEqual([3, 2]);
    expect(model.eval().blocks.at(-1)!.training).toBe(false);
    model.blocks.push(linear());
    expect([model.blocks.length, [...model.blocks].length, names(model).length]).toEqual([3, 3, 4]);
  });

  test('refuses what is no module, and to be called', () => {
    expect(() => new nn.ModuleList([linear(), 5 as never])).toThrow(/module 1|is 5/);
    expect(() => new nn.ModuleList([]).push((() => 0) as never)).toThrow(ArgumentError);
    expect(() => new nn.ModuleList([linear()]).forward()).toThrow(/has no forward of its own/);
  });
});

describe('ModuleDict', () => {
  test('names its modules', () => {
    const heads = new nn.ModuleDict({ cat: linear(), dog: linear() });
    expect(names(heads)).toEqual(['cat.weight', 'dog.weight']);
    expect([heads.size, heads.has('cat'), heads.has('cow')]).toEqual([2, true, false]);
    expect(
      heads
        .set('cow', linear())
        .get('cow')
        .forward(zeros([1, 2])).shape,
    ).toEqual([1, 2]);
    expect([...heads].map(([name]) => name)).toEqual(['cat', 'dog', 'cow']);
  });

  test('refuses bad names, unknown ones, what is no module, and to be called', () => {
    expect(() => new nn.ModuleDict({ 'a.b': linear() })).toThrow(/without dots, got "a.b"/);
    expect(() => new nn.ModuleDict().set('', linear())).toThrow(ArgumentError);
    expect(() => new nn.ModuleDict({ cat: linear() }).get('dog')).toThrow(/has cat, not "dog"/);
    expect(() => new nn.ModuleDict({ cat: null as never })).toThrow(/"cat" is null/);
    expect(() => new nn.ModuleDict().forward()).toThrow(ArgumentError);
    expect(new nn.ModuleDict({ constructor: linear() } as never).has('toString')).toBe(false);
  });
});

describe('Residual and Parallel', () => {
  const x = tensor([[1, -2]]);

  test('Residual adds its input, or what the shortcut makes of it', async () => {
    expect(await list(new nn.Residual(new nn.ReLU()).forward(x))).toEqual([2, -2]);
    const projected = new nn.Residual(new nn.Linear(2, 3), new nn.Linear(2, 3, { bias: false }));
    expect(names(projected)).toEqual(['body.weight', 'body.bias', 'shortcut.weight']);
    expect(projected.forward(x).shape).toEqual([1, 3]);
    expect(await list(new nn.Identity().forward(x))).toEqual([1, -2]);
  });

  test('Parallel joins by concat or sum', async () => {
    const branches = [new nn.ReLU(), new nn.Identity()];
    expect(await list(new nn.Parallel(branches).forward(x))).toEqual([1, 0, 1, -2]);
    expect(new nn.Parallel(branches, { axis: 0 }).forward(x).shape).toEqual([2, 2]);
    expect(await list(new nn.Parallel(branches, { join: 'sum' }).forward(x))).toEqual([2, -2]);
    expect(names(new nn.Parallel([linear(), linear()]))).toEqual(['0.weight', '1.weight']);
  });

  test('refuse shapes that differ: nothing broadcasts silently', () => {
    expect(() => new nn.Residual(new nn.Linear(2, 1)).forward(x)).toThrow(/the body gives \(1, 1\), the shortcut \(1, 2\)/);
    expect(() => new nn.Parallel([new nn.Linear(2, 1), new nn.Identity()], { join: 'sum' }).forward(x)).toThrow(ShapeError);
    expect(() => new nn.Parallel([])).toThrow(ArgumentError);
    expect(() => new nn.Parallel([5 as never])).toThrow(ArgumentError);
    expect(() => new nn.Parallel([new nn.ReLU()], { join: 'max' as never })).toThrow(/'concat' or 'sum'/);
    expect(() => new nn.Residual(5 as never)).toThrow(/body must be a Module, got 5/);
  });

  test('stand in the path of an error', () => {
    const model = new nn.Sequential(new nn.Residual(new nn.Parallel([new nn.Linear(3, 1)])));
    try {
      model.forward(zeros([1, 2]));
      expect.unreachable();
    } catch (error) {
      expect((error as HebbError).module).toBe('0.body.0');
    }
  });
});

describe('Unflatten', () => {
  test('undoes Flatten, also of an image', async () => {
    const image = arange(24).to('f32').reshape([2, 2, 3, 2]);
    const back = new nn.Unflatten(1, [2, 3, 2]).forward(new nn.Flatten().forward(image));
    expect(back.shape).toEqual([2, 2, 3, 2]);
    expect(await list(back)).toEqual(await list(image));
    expect(new nn.Unflatten(1, [2, -1, 2]).forward(zeros([2, 12])).shape).toEqual([2, 2, 3, 2]);
  });

  test('parts any other axis as it lies', async () => {
    const rows = arange(6).reshape([6, 1]);
    expect(new nn.Unflatten(0, [2, 3]).forward(rows).shape).toEqual([2, 3, 1]);
    expect(await list(new nn.Unflatten(0, [2, 3]).forward(rows))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => new nn.Unflatten(1, [4, 2]).forward(zeros([1, 6]))).toThrow(ShapeError);
  });
});

describe('a parameter that two layers share', () => {
  class Tied extends nn.Module {
    embed = new nn.Embedding(3, 2);
    head = new nn.Linear(2, 3, { bias: false });
    constructor() {
      super();
      this.head.weight = this.embed.weight;
    }
    forward(ids: Tensor): Tensor {
      return this.head.forward(this.embed.forward(ids));
    }
  }

  test('counts once for the optimizer and the summary, and is in the state dict under both names', async () => {
    const model = new Tied();
    expect(names(model)).toEqual(['embed.weight']);
    expect(model.summary()).toContain('6 parameters, 6 of them trained');
    const dict = await model.stateDict();
    expect(Object.keys(dict)).toEqual(['embed.weight', 'head.weight']);
    model.loadStateDict({ 'embed.weight': zeros([3, 2]) }); // one of its names is enough
    expect(await list(model.head.weight)).toEqual(Array(6).fill(0));
  });

  test('gets the sum of both gradients, once', async () => {
    const model = new Tied();
    model.embed.weight.assign(tensor([[1, 2], [3, 4], [5, 6]])); // biome-ignore format: a matrix
    await new optim.SGD(model.parameters(), { lr: 1 }).step(model.forward(tensor([1], { dtype: 'i32' })).sum());
    // Σₖ w[1]·w[k]: to w[k] goes w[1], and to w[1] the sum of all rows (9, 12) besides.
    expect(await list(model.embed.weight)).toEqual([1 - 3, 2 - 4, 3 - 3 - 9, 4 - 4 - 12, 5 - 3, 6 - 4]);
    expect(model.head.weight).toBe(model.embed.weight);
  });
});

describe('hooks', () => {
  test('see inputs and result, in order, and go when removed', () => {
    const layer = linear();
    const seen: string[] = [];
    const note = (text: string) => (): undefined => void seen.push(text);
    const first = layer.registerForwardPreHook(note('before'));
    layer.registerForwardHook(note('one'));
    const two = layer.registerForwardHook((module, [x], y) => {
      expect([module, x!.shape, y.shape]).toEqual([layer, [4, 2], [4, 2]]);
      seen.push('two');
    });
    layer.forward(zeros([4, 2]));
    first.remove();
    two.remove();
    two.remove();
    layer.forward(zeros([4, 2]));
    expect(seen).toEqual(['before', 'one', 'two', 'one']);
  });

  test('replace inputs and result', async () => {
    const layer = new nn.Identity();
    layer.registerForwardPreHook((_, [x]) => [x.add(1)]);
    layer.registerForwardPreHook((_, [x]) => [x.mul(10)]);
    layer.registerForwardHook((_, [x], y) => y.sub(x)); // the inputs as the forward had them
    layer.registerForwardHook((_, __, y) => y.add(7));
    expect(await list(layer.forward(tensor([1, 2])))).toEqual([7, 7]);
    expect(await list(new nn.Sequential(layer).predict(tensor([1])))).toEqual([7]);
  });

  test('stand with their module in errors, and are as synchronous as forward', () => {
    const layer = new nn.Identity();
    const { remove } = layer.registerForwardHook((_, __, y) => y.add(zeros([5])));
    expect(() => new nn.Sequential(layer).forward(zeros([2]))).toThrow(/\[add\].*in module 0/);
    remove();
    layer.registerForwardHook((async () => zeros([1])) as never);
    expect(() => layer.forward(zeros([2]))).toThrow(/promise/);
    expect(() => layer.registerForwardPreHook(5 as never)).toThrow(ArgumentError);
    const other = new nn.Identity();
    other.registerForwardPreHook((() => zeros([1])) as never);
    expect(() => other.forward(zeros([2]))).toThrow(/gives the list of inputs or nothing/);
  });
});
