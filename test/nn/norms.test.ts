// The normalising layers: first values, what becomes of flags, what they refuse.
import { ArgumentError, nn, ShapeError, zeros } from 'hebb';
import { describe, expect, test } from 'vitest';

const names = (layer: nn.AnyModule): string[] => layer.namedParameters().map(([name]) => name);

describe('LayerNorm and RMSNorm', () => {
  test('begin with ones and zeros, and hold what the flags say', async () => {
    const layer = new nn.LayerNorm([2, 3]);
    expect(Array.from(await layer.weight!.data())).toEqual([1, 1, 1, 1, 1, 1]);
    expect(Array.from(await layer.bias!.data())).toEqual([0, 0, 0, 0, 0, 0]);
    expect(layer.weight!.shape).toEqual([2, 3]);
    expect(names(new nn.LayerNorm(4))).toEqual(['weight', 'bias']);
    expect(names(new nn.LayerNorm(4, { bias: false }))).toEqual(['weight']);
    expect(names(new nn.LayerNorm(4, { elementwiseAffine: false }))).toEqual([]);
    expect(names(new nn.RMSNorm(4))).toEqual(['weight']);
    expect(names(new nn.RMSNorm(4, { elementwiseAffine: false }))).toEqual([]);
  });

  test.each([nn.LayerNorm, nn.RMSNorm])('refuse other sizes and options', (Layer) => {
    expect(() => new Layer(4).forward(zeros([4, 3]))).toThrow(/normalises \(4\), which must be the last axes of x, got \(4, 3\)/);
    expect(() => new Layer([4, 3]).forward(zeros([3]))).toThrow(ShapeError);
    for (const size of [0, [], [2, 0]]) expect(() => new Layer(size)).toThrow(ArgumentError);
    for (const size of [-1, 1.5, Number.NaN]) expect(() => new Layer(size)).toThrow(ShapeError);
    for (const eps of [-1, Number.NaN, Infinity]) expect(() => new Layer(4, { eps })).toThrow(ArgumentError);
  });
});
