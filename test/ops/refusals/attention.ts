// What attention refuses: shapes that don't fit each other, heads that don't divide, masks that don't spread.
import { ArgumentError, DTypeError, nn, ShapeError, type Tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const attend = nn.scaledDotProductAttention;
const heads = (n: number, length = 3, size = 2): Tensor => zeros([1, n, length, size]);

const refused = (name: string, call: () => Tensor, says: string, error: Refusal['error'] = ShapeError): Refusal => ({
  op: 'nn.scaledDotProductAttention',
  name,
  call,
  error,
  says,
});

const turned = (name: string, call: () => Tensor, says: string, error: Refusal['error'] = ArgumentError): Refusal => ({
  op: 'nn.rotaryEmbedding',
  name,
  call,
  error,
  says,
});

export const attentions: readonly Refusal[] = [
  turned('an odd size', () => nn.rotaryEmbedding(zeros([3, 5])), 'expects (…, T, d) with an even d, got (3, 5)', ShapeError),
  turned('one axis', () => nn.rotaryEmbedding(zeros([4])), 'expects (…, T, d)', ShapeError),
  turned('integers', () => nn.rotaryEmbedding(zeros([3, 4], { dtype: 'i32' })), 'expects floats, got i32', DTypeError),
  turned('base 0', () => nn.rotaryEmbedding(zeros([3, 4]), { base: 0 }), 'base must be a finite number > 0, got 0'),
  turned('an offset of NaN', () => nn.rotaryEmbedding(zeros([3, 4]), { offset: Number.NaN }), 'offset must be a finite number, got NaN'),
  refused('three axes', () => attend(zeros([2, 3, 4]), heads(2), heads(2)), 'expects (batch, heads, T, d) each'),
  refused('other batches', () => attend(zeros([2, 2, 3, 2]), heads(2), heads(2)), 'batches differ'),
  refused('keys of another size', () => attend(heads(2), heads(2, 3, 5), heads(2)), 'queries and keys differ in their last size'),
  refused('values of another length', () => attend(heads(2), heads(2), heads(2, 4)), 'keys and values differ in heads or length'),
  refused('fewer heads of keys', () => attend(heads(4), heads(2), heads(2)), 'queries have 4 heads, keys 2; groupedQuery: true?'),
  refused(
    "heads that don't divide",
    () => attend(heads(4), heads(3), heads(3), { groupedQuery: true }),
    "4 heads of queries can't share 3 of keys",
  ),
  refused('no heads of keys', () => attend(heads(4), heads(0), heads(0), { groupedQuery: true }), "can't share 0"),
  refused(
    'a mask of another length',
    () => attend(heads(2), heads(2, 5), heads(2, 5), { mask: zeros([3, 3]) }),
    "a mask (3, 3) doesn't broadcast to (1, 2, 3, 5)",
  ),
  refused('a mask of five axes', () => attend(heads(2), heads(2), heads(2), { mask: zeros([1, 1, 1, 3, 3]) }), "doesn't broadcast"),
  refused(
    'a mask of i32',
    () => attend(heads(2), heads(2), heads(2), { mask: zeros([3, 3], { dtype: 'i32' }) }),
    'a mask is bool or floats, got i32',
    DTypeError,
  ),
  refused('integers', () => attend(heads(2).to('i32'), heads(2), heads(2)), "expects floats, got i32; use .to('f32')", DTypeError),
  refused(
    'a scale of NaN',
    () => attend(heads(2), heads(2), heads(2), { scale: Number.NaN }),
    'scale must be a finite number, got NaN',
    ArgumentError,
  ),
  refused(
    'a dropout of 1.5',
    () => attend(heads(2), heads(2), heads(2), { dropout: 1.5 }),
    'dropout must be from 0 to 1, got 1.5',
    ArgumentError,
  ),
  refused(
    'causal 1',
    () => attend(heads(2), heads(2), heads(2), { causal: 1 as never }),
    'causal must be true or false, got 1',
    ArgumentError,
  ),
];
