// Rule 10. Train/eval and module scopes cover recording, which is synchronous: a forward that returns a promise throws and says what to do.
import { ArgumentError, defineOp, HebbError, nn, type Tensor, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

class Async extends nn.Module {
  // biome-ignore lint/suspicious/noExplicitAny: the mistake under test
  forward(x: Tensor): any {
    return Promise.resolve(x);
  }
}

describe('a forward that returns a promise', () => {
  it('throws, naming the remedy', () => {
    expect(() => new Async().forward(tensor([1]))).toThrow(/await|promise/i);
    expect(() => new nn.Sequential(new Async()).forward(tensor([1]))).toThrow(HebbError);
  });

  it('throws in defineOp, too', () => {
    const op = defineOp({ name: 'later', forward: (async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor, grad: ({ dy }) => [dy] });
    expect(() => op(tensor([1]))).toThrow(ArgumentError);
  });
});

describe('predict', () => {
  const half = () => new nn.Sequential(new nn.Dropout(0.999999));

  it('records in eval mode and leaves the mode as it was', async () => {
    const model = half();
    const x = tensor([1, 2, 3]);
    expect([...(await model.predict(x).data())]).toEqual([1, 2, 3]);
    expect(model.training).toBe(true);
    expect([...(await model.forward(x).data())]).toEqual([0, 0, 0]);
  });

  it('leaves it so when the forward throws', () => {
    const model = new nn.Sequential(new nn.Dropout(0.5), new nn.Linear(3, 1));
    expect(() => model.predict(tensor([1]))).toThrow();
    expect(model.training).toBe(true);
  });

  it('covers what is recorded, not what is computed meanwhile', async () => {
    const model = half();
    const x = tensor([1, 2, 3]);
    const [trained, predicted] = [model.forward(x), model.predict(x)];
    expect([...(await predicted.data())]).toEqual([1, 2, 3]);
    expect([...(await trained.data())]).toEqual([0, 0, 0]);
  });
});

describe('an error inside a model', () => {
  it('names the path of the module', () => {
    const model = new nn.Sequential(new nn.Flatten(), new nn.Sequential(new nn.Linear(4, 2)));
    try {
      model.forward(tensor([[1, 2, 3]]));
      expect.unreachable();
    } catch (error) {
      expect((error as HebbError).module).toBe('1.0');
      expect((error as HebbError).message).toContain('1.0');
    }
  });
});
