// Operations on bits, and logicalXor.
import type { Tensor } from 'hebb';
import { input, listed, wholes } from '../inputs.js';
import { map, type Ref, zip } from '../oracle.js';
import type { Case } from '../table.js';

const shiftsOut = (count: number): boolean => count < 0 || count > 31;
const BITS = {
  bitwiseAnd: (a: number, b: number) => a & b,
  bitwiseOr: (a: number, b: number) => a | b,
  bitwiseXor: (a: number, b: number) => a ^ b,
  bitwiseLeftShift: (a: number, b: number) => (shiftsOut(b) ? 0 : a << b),
  bitwiseRightShift: (a: number, b: number) => a >> (shiftsOut(b) ? 31 : b),
} as const;
const any = wholes(-(2 ** 31), 2 ** 31 - 1);
const bit = wholes(0, 1);
const exact = { tolerance: 'exact', gradient: 'none', plain: 'bits' } as const;

export const bits: readonly Case[] = [...pairs(), ...turned(), ...exclusive()];

function pairs(): Case[] {
  return (Object.keys(BITS) as (keyof typeof BITS)[]).flatMap((name): Case[] => {
    const shift = name.endsWith('Shift');
    const second = shift ? wholes(-2, 34) : any;
    const base = {
      ...exact,
      op: `Tensor.${name}`,
      hebb: (a: Tensor, b: Tensor) => a[name](b),
      oracle: (...xs: Ref[]) => zip(BITS[name], ...xs),
      dtype: 'i32',
    } as const;
    const byte = (...xs: Ref[]): Ref => map(base.oracle(...xs), (value) => value & 255);
    return [
      { ...base, name: 'i32', inputs: [input([77], any, 'i32'), input([77], second, 'i32')] },
      { ...base, name: 'views', inputs: [input([5, 3], any, 'i32', 'transposed'), input([5, 1], second, 'i32')] },
      { ...base, name: 'empty', inputs: [input([0], any, 'i32'), input([1], second, 'i32')] },
      {
        ...base,
        name: 'a number',
        inputs: [input([9], any, 'i32')],
        hebb: (a) => a[name](5),
        oracle: (a) => map(a, (x) => BITS[name](x, 5)),
      },
      {
        ...base,
        name: 'u8',
        inputs: [input([33], wholes(0, 255), 'u8'), input([33], shift ? wholes(0, 9) : wholes(0, 255), 'u8')],
        oracle: byte,
        dtype: 'u8',
      },
      { ...base, name: 'u8 with i32', inputs: [input([33], wholes(0, 255), 'u8'), input([33], second, 'i32')] },
      { ...base, name: 'bool', inputs: [input([8], listed([0, 0, 1, 1]), 'bool'), input([8], bit, 'bool')], dtype: shift ? 'i32' : 'bool' },
    ];
  });
}

function turned(): Case[] {
  const base = { ...exact, op: 'Tensor.bitwiseNot', hebb: (x: Tensor) => x.bitwiseNot() } as const;
  return [
    { ...base, name: 'i32', inputs: [input([33], any, 'i32')], oracle: (x) => map(x, (value) => ~value), dtype: 'i32' },
    { ...base, name: 'view', inputs: [input([5, 3], any, 'i32', 'transposed')], oracle: (x) => map(x, (value) => ~value), dtype: 'i32' },
    { ...base, name: 'empty', inputs: [input([0], any, 'i32')], oracle: (x) => x, dtype: 'i32' },
    { ...base, name: 'u8', inputs: [input([33], wholes(0, 255), 'u8')], oracle: (x) => map(x, (value) => 255 - value), dtype: 'u8' },
    { ...base, name: 'bool', inputs: [input([33], bit, 'bool')], oracle: (x) => map(x, (value) => 1 - value), dtype: 'bool' },
  ];
}

function exclusive(): Case[] {
  const base = {
    ...exact,
    op: 'Tensor.logicalXor',
    hebb: (a: Tensor, b: Tensor) => a.logicalXor(b),
    oracle: (...xs: Ref[]) => zip((a, b) => a ^ b, ...xs),
    dtype: 'bool',
  } as const;
  return [
    { ...base, name: 'same shapes', inputs: [input([77], bit, 'bool'), input([77], bit, 'bool')] },
    { ...base, name: 'views', inputs: [input([5, 3], bit, 'bool', 'transposed'), input([5, 1], bit, 'bool')] },
    { ...base, name: 'empty', inputs: [input([0], bit, 'bool'), input([0], bit, 'bool')] },
  ];
}
