// Collects the process warnings that hebb gives while something runs.
export async function warningsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const note = (warning: Error): void => {
    if (warning.name === 'HebbWarning') seen.push(warning.message);
  };
  process.on('warning', note);
  try {
    await work();
    // Warnings are emitted in the next tick.
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    process.off('warning', note);
  }
  return seen;
}

/** A compiled-Programs counter: how many more are compiled by the end of `work`. */
export async function compiledDuring(work: () => Promise<unknown>): Promise<number> {
  const { memoryUsage } = await import('hebb');
  const before = memoryUsage().programs.compiled;
  await work();
  return memoryUsage().programs.compiled - before;
}
