// The progress bar of examples that run many small fits: one bar on stderr for all of them, and none where stderr isn't a terminal.
import { SingleBar } from 'cli-progress';

/** A bar of `total` units that has begun. `increment(text)` goes on by one, `stop()` takes it away. */
export function progressBar(total: number): { increment(text: string): void; stop(): void } {
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {eta_formatted} left  {text}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    clearOnComplete: true,
  });
  bar.start(total, 0, { text: '' });
  return { increment: (text) => bar.increment(1, { text }), stop: () => bar.stop() };
}
