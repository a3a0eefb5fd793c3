// lib/io: files in and out. Everything that hebb writes goes through writer.ts.
export { type LoadIdxOptions, loadIdx } from './idx.js';
export { loadNpy, saveNpy } from './npy.js';
export { loadNpz, saveNpz } from './npz.js';
export { load, type SaveOptions, type Stateful, save } from './safetensors.js';
export { type LoadTorchOptions, loadTorch } from './torch.js';
