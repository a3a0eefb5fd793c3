// Module: names, modes, state dicts, and errors that say where in the model they happened.
import { ArgumentError, type HebbError, nn, ones, Parameter, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

class Net extends nn.Module {
  features = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(3, 3, { bias: false }));
  scale = new Parameter(tensor(2));
  heads = [new nn.Linear(3, 2), new nn.Linear(3, 1)];
  running = new Parameter(zeros([3]), { requiresGrad: false });
  forward(x: Tensor): Tensor {
    return this.heads[0]!.forward(this.features.forward(x).mul(this.scale));
  }
}

const names = [
  'features.0.weight',
  'features.0.bias',
  'features.3.weight',
  'scale',
  'heads.0.weight',
  'heads.0.bias',
  'heads.1.weight',
  'heads.1.bias',
  'running',
];

describe('names', () => {
  test('are paths of property names, in the order of definition', async () => {
    const net = new Net();
    expect(net.namedParameters().map(([name]) => name)).toEqual(names);
    expect(net.parameters()).toHaveLength(names.length);
    expect(Object.keys(await net.stateDict())).toEqual(names);
    expect(net.namedModules().map(([name]) => name)).toEqual([
      '',
      'features',
      'features.0',
      'features.1',
      'features.2',
      'features.3',
      'heads.0',
      'heads.1',
    ]);
    expect(net.features.namedParameters().map(([name]) => name)).toEqual(['0.weight', '0.bias', '3.weight']);
  });

  test('a replaced layer keeps its place, a shared one counts once but is in the state dict under each name', async () => {
    const net = new Net();
    net.heads[1] = net.heads[0]!;
    expect(net.parameters()).toHaveLength(names.length - 2);
    expect(Object.keys(await net.stateDict())).toEqual(names);
    net.features = new nn.Sequential(new nn.Linear(4, 3));
    expect(net.namedParameters()[0]![0]).toBe('features.0.weight');
    const tied = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
    Object.assign(tied.layers[1]!, { weight: (tied.layers[0] as nn.Linear).weight });
    expect(tied.namedParameters().map(([name]) => name)).toEqual(['0.weight', '0.bias', '1.bias']);
  });

  test('a module that refers back to its parent is no endless loop', () => {
    const child = new nn.Sequential(new nn.Linear(1, 1));
    const parent = new nn.Sequential(child);
    Object.assign(child, { parent });
    expect(parent.namedParameters().map(([name]) => name)).toEqual(['0.0.weight', '0.0.bias']);
  });

  test('Sequential takes modules only', () => {
    expect(() => new nn.Sequential(new nn.ReLU(), (() => 0) as never)).toThrow('layer 1');
  });
});

describe('modes', () => {
  test('train and eval reach all within; freeze stays', () => {
    const net = new Net();
    const modes = (): boolean[] => net.namedModules().map(([, module]) => module.training);
    expect(new Set(modes())).toEqual(new Set([true]));
    expect(net.eval()).toBe(net);
    expect(new Set(modes())).toEqual(new Set([false]));
    net.features.freeze();
    net.train();
    expect(net.training).toBe(true);
    expect(net.features.training).toBe(false);
    expect(net.features.parameters().map((p) => p.requiresGrad)).toEqual([false, false, false]);
    expect(net.scale.requiresGrad).toBe(true);
  });

  test('predict is eval mode for this recording alone', async () => {
    const seen: boolean[] = [];
    class Probe extends nn.Module {
      forward(x: Tensor): Tensor {
        seen.push(this.training);
        return x;
      }
    }
    const model = new nn.Sequential(new Probe(), new nn.Dropout(0.9));
    const y = model.predict(ones([100]));
    model.forward(ones([1]));
    expect(seen).toEqual([false, true]);
    expect(model.training).toBe(true);
    expect(new Set(await y.data())).toEqual(new Set([1]));
  });

  test('predict ends its scope when forward throws', () => {
    class Broken extends nn.Module {
      forward(): Tensor {
        throw new RangeError('mine');
      }
    }
    const model = new Broken();
    expect(() => model.predict(zeros([1]))).toThrow(RangeError);
    expect(model.training).toBe(true);
  });
});

describe('state dicts', () => {
  test('are copies of one moment, with a null prototype', async () => {
    const layer = new nn.Linear(2, 1);
    layer.weight.assign(tensor([[1, 2]]));
    const dict = await layer.stateDict();
    expect(Object.getPrototypeOf(dict)).toBe(null);
    layer.weight.assign(tensor([[3, 4]]));
    expect([...(await dict.weight!.data())]).toEqual([1, 2]);
    expect([...(await layer.weight.data())]).toEqual([3, 4]);
    layer.loadStateDict(dict);
    expect([...(await layer.weight.data())]).toEqual([1, 2]);
    layer.weight.assign(tensor([[5, 6]]));
    expect([...(await dict.weight!.data())]).toEqual([1, 2]);
  });

  test('strict: what is missing and what is unexpected is named, and nothing is assigned', async () => {
    const layer = new nn.Linear(2, 1);
    const before = await layer.weight.data();
    const dict = { weight: ones([1, 2]), extra: ones([1]) };
    expect(() => layer.loadStateDict(dict)).toThrow(/missing: bias; unexpected: extra/);
    expect(await layer.weight.data()).toEqual(before);
    expect(layer.loadStateDict(dict, { strict: false })).toEqual({ missing: ['bias'], unexpected: ['extra'] });
    expect([...(await layer.weight.data())]).toEqual([1, 1]);
  });

  test('rename gives other names, null leaves out', async () => {
    const net = new nn.Sequential(new nn.Linear(1, 1));
    const dict = { 'backbone.0.weight': tensor([[7]]), 'head.weight': tensor([1]) };
    const rename = (key: string): string | null => (key.startsWith('backbone.') ? key.slice('backbone.'.length) : null);
    expect(net.loadStateDict(dict, { strict: false, rename })).toEqual({ missing: ['0.bias'], unexpected: [] });
    expect([...(await net.parameters()[0]!.data())]).toEqual([7]);
    expect(() => net.loadStateDict(dict, { strict: false, rename: () => 'same' })).toThrow('"same" twice');
    expect(() => net.loadStateDict(dict, { rename: () => 1 as never })).toThrow('rename must give');
  });

  test('another shape throws before anything is assigned, another dtype is converted', async () => {
    const layer = new nn.Linear(2, 1);
    const before = await layer.weight.data();
    expect(() => layer.loadStateDict({ weight: zeros([1, 2]), bias: zeros([2]) })).toThrow(ShapeError);
    expect(await layer.weight.data()).toEqual(before);
    layer.loadStateDict({ weight: tensor([[1, 2]], { dtype: 'i32' }), bias: tensor([0.5], { dtype: 'bf16' }) });
    expect([...(await layer.weight.data()), ...(await layer.bias!.data())]).toEqual([1, 2, 0.5]);
    expect(() => layer.loadStateDict({ weight: 3 as never, bias: zeros([1]) })).toThrow('"weight" is no tensor');
  });

  test('a shared parameter is satisfied by one of its names', () => {
    const tied = new nn.Sequential(new nn.Linear(1, 1, { bias: false }), new nn.Linear(1, 1, { bias: false }));
    Object.assign(tied.layers[1]!, { weight: (tied.layers[0] as nn.Linear).weight });
    expect(tied.loadStateDict({ '0.weight': ones([1, 1]) })).toEqual({ missing: [], unexpected: [] });
  });
});

describe('forward', () => {
  test('an error names the module within the model, and its class', () => {
    const net = new Net();
    const error = catching(() => net.forward(zeros([2, 5])));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.module).toBe('features.0');
    expect(error.message).toContain('(in module features.0, Linear)');
    expect(error.stack).toContain('features.0');
    expect(error.stack).toContain('module.test.ts');
    const alone = catching(() => new nn.Linear(2, 1).forward(zeros([1, 3])));
    expect(alone.module).toBe('');
    expect(alone.message).not.toContain('in module');
  });

  test('a promise is refused', () => {
    class Async extends nn.Module<[Tensor], never> {
      async step(x: Tensor): Promise<Tensor> {
        await null;
        throw new Error(String(x.shape));
      }
      forward(x: Tensor): never {
        return this.step(x) as never;
      }
    }
    const error = catching(() => new Async().forward(zeros([1])));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain('returned a promise');
  });

  test('may take and give several tensors', () => {
    class Two extends nn.Module<[Tensor, Tensor], [Tensor, Tensor]> {
      forward(a: Tensor, b: Tensor): [Tensor, Tensor] {
        return [b, a];
      }
    }
    const [a, b] = new Two().predict(zeros([1]), zeros([2]));
    expect([a.shape, b.shape]).toEqual([[2], [1]]);
  });
});

test('summary lists the layers, with an input their outputs too', () => {
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
  const text = model.summary([32, 28, 28, 1]);
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'name  layer    output     parameters',
    '─'.repeat(36),
    '0     Flatten  (32, 784)           0',
    '1     Linear   (32, 128)     100,480',
    '2     ReLU     (32, 128)           0',
    '3     Linear   (32, 10)        1,290',
    '─'.repeat(36),
    '101,770 parameters, 101,770 of them trained',
  ]);
  expect(model.summary()).not.toContain('output');
  expect(new Net().summary()).toContain('(model)');
});

function catching(act: () => unknown): HebbError {
  try {
    act();
  } catch (error) {
    return error as HebbError;
  }
  throw new Error('nothing was thrown');
}
