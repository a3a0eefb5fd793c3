// lib/io: files in and out. Everything that hebb writes goes through writer.ts.
export { type LoadIdxOptions, loadIdx } from './idx.js';
export { load, type Stateful, save } from './safetensors.js';
