// lib/nn: layers, models, losses and first values. Users see it as the namespace `nn`.
export { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Tanh } from './activations.js';
export { checkpoint } from './checkpoint.js';
export { Dropout, type DropoutOptions } from './dropout.js';
export { Flatten } from './flatten.js';
export * as init from './init.js';
export { Linear, type LinearOptions } from './linear.js';
export * from './losses/index.js';
export { type AnyModule, Module } from './module.js';
export { Sequential } from './sequential.js';
export type { Loaded, LoadOptions } from './state.js';
