// lib/data: data sets and how to go through them.
export { type Batch, type BatchField, type Collate, collate, type PadOptions, padded } from './collate.js';
export { type CsvOptions, csv, jsonLines } from './csv.js';
export { type Dataset, Subset, TensorDataset } from './dataset.js';
export type { TrainTest } from './digits_files.js';
export { type KFoldOptions, kFold, leaveOneOut } from './folds.js';
export { type Image, type ImageFolder, type ImageFolderOptions, imageFolder } from './image_folder.js';
export { IterableDataset, type IterableDatasetOptions, type SampleSource } from './iterable.js';
export type { Labels } from './labels.js';
export { DataLoader, type DataLoaderOptions } from './loader.js';
export { mapBatches } from './map.js';
export { fashionMnist, mnist, type ReadyOptions } from './mnist.js';
export { type Characters, mobyDick } from './moby_dick.js';
export { type ParquetOptions, parquet } from './parquet.js';
export { type Sampler, StratifiedSampler, WeightedRandomSampler } from './sampler.js';
export { SampleDataset, type SampleDatasetOptions } from './samples.js';
export { MinMaxScaler, type ScalerData, StandardScaler } from './scaler.js';
export { type RandomSplitOptions, randomSplit } from './split.js';
export { breastCancer, diabetes, digits, iris, type Table, wine } from './tables.js';
