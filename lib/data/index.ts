// lib/data: data sets and how to go through them.
export { type Dataset, Subset, TensorDataset } from './dataset.js';
export { DataLoader, type DataLoaderOptions } from './loader.js';
export { mnist } from './mnist.js';
