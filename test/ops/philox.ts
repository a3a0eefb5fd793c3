// Philox4x32-10 (Salmon et al., 2011) in BigInt, as docs/program.md numbers its values: the reference for rand and randn.

const WORD = 0xffffffffn;

/** Four 32-bit words from block number `block` and a key; a repeated draw has its number in the counter's upper half. */
export function philox(block: bigint, key: bigint, attempt = 0n): bigint[] {
  let words = [block & WORD, block >> 32n, attempt, 0n];
  let [k0, k1] = [key & WORD, key >> 32n];
  for (let round = 0; round < 10; round++) {
    const [a, b, c, d] = words as [bigint, bigint, bigint, bigint];
    const [p, q] = [a * 0xd2511f53n, c * 0xcd9e8d57n];
    words = [(q >> 32n) ^ b ^ k0, q & WORD, (p >> 32n) ^ d ^ k1, p & WORD];
    k0 = (k0 + 0x9e3779b9n) & WORD;
    k1 = (k1 + 0xbb67ae85n) & WORD;
  }
  return words;
}

/** 32-bit words from block number `counter` on, four of each block. */
function words(seed: number, counter: number, count: number): number[] {
  const blocks = Array.from({ length: Math.ceil(count / 4) }, (_, i) => philox(BigInt(counter) + BigInt(i), BigInt(seed)).map(Number));
  return blocks.flat();
}

/** The values that rand draws with this seed when the generator stands at `counter`: exact. */
export const uniforms = (seed: number, counter: number, count: number): number[] =>
  words(seed, counter, count)
    .slice(0, count)
    .map((word) => (word >>> 8) * 2 ** -24);

/** The values that randint draws: a word times the range, of which the upper half counts; too small a lower half is drawn again. */
export const integers = (seed: number, counter: number, count: number, low: number, range: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const below = 2n ** 32n % BigInt(range);
    for (let attempt = 0n; ; attempt++) {
      const word = philox(BigInt(counter + Math.floor(i / 4)), BigInt(seed), attempt)[i % 4]!;
      const product = word * BigInt(range);
      if ((product & WORD) >= below) return low + Number(product >> 32n);
    }
  });

/** The numbers of 53 bits that multinomial draws by, one a block. */
export const doubles = (seed: number, counter: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const [a, b] = philox(BigInt(counter + i), BigInt(seed)).map(Number) as [number, number];
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) * 2 ** -53;
  });

/** The values that randn draws, by Box and Muller in float64. */
export function normals(seed: number, counter: number, count: number): number[] {
  const drawn = words(seed, counter, count);
  return Array.from({ length: count }, (_, i) => {
    const pair = i - (i % 2);
    const radius = Math.sqrt(-2 * Math.log(((drawn[pair]! >>> 8) + 1) * 2 ** -24));
    const angle = 2 * Math.PI * (drawn[pair + 1]! >>> 8) * 2 ** -24;
    return radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}
