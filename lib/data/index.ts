// lib/data: data sets and how to go through them.
export { type Batch, type BatchField, type Collate, collate, type PadOptions, padded } from './collate.js';
export { type Dataset, Subset, TensorDataset } from './dataset.js';
export { IterableDataset, type IterableDatasetOptions, type SampleSource } from './iterable.js';
export type { Labels } from './labels.js';
export { DataLoader, type DataLoaderOptions } from './loader.js';
export { mapBatches } from './map.js';
export { mnist } from './mnist.js';
export { type Sampler, StratifiedSampler, WeightedRandomSampler } from './sampler.js';
export { SampleDataset, type SampleDatasetOptions } from './samples.js';
export { type RandomSplitOptions, randomSplit } from './split.js';
