// Times Programs that follow each other closely, as a training loop's steps do: a few are in flight, so that neither recording nor
// the way to the executor and back counts, only native work.
import { run, type Tensor } from 'hebb';
import { repeated, type Sampler } from './measure.js';

/** Samples the time of one of the `operations` equal operations that record() records for one run. */
export async function inFlight(record: () => Tensor | Tensor[], operations = 1, depth = 3): Promise<Sampler> {
  const submit = async (): Promise<void> => {
    const results = [record()].flat();
    await run(...results);
    for (const result of results) result.dispose();
  };
  const sampleRun = await repeated(async (count) => {
    const pending: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      if (pending.length === depth) await pending.shift();
      pending.push(submit());
      await null; // ends the stretch, so that the next run is a Program of its own
    }
    await Promise.all(pending);
  });
  return async () => (await sampleRun()) / operations;
}
