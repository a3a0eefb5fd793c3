// Least squares with an intercept, by the normal equations in double precision: the yardstick of `regression`.

/** The linear function of a row that fits `targets` best; rows must be scaled, and more than they have features. */
export function leastSquares(rows: number[][], targets: number[]): (row: number[]) => number {
  const design = rows.map((row) => [1, ...row]);
  const width = design[0]!.length;
  const dot = (column: number, other: (row: number) => number) => design.reduce((sum, row, i) => sum + row[column]! * other(i), 0);
  const system = Array.from({ length: width }, (_, i) => [
    ...Array.from({ length: width }, (_, j) => dot(i, (row) => design[row]![j]!)),
    dot(i, (row) => targets[row]!),
  ]);
  // Gauss and Jordan; the matrix is positive definite, so that no pivot needs to be looked for.
  for (const [i, pivot] of system.entries()) {
    for (const [j, line] of system.entries()) {
      const factor = line[i]! / pivot[i]!;
      if (j !== i) for (let k = i; k <= width; k++) line[k] = line[k]! - factor * pivot[k]!;
    }
  }
  const weights = system.map((line, i) => line[width]! / line[i]!);
  return (row) => [1, ...row].reduce((sum, value, i) => sum + value * weights[i]!, 0);
}
