// lib/train: the Trainer, metrics and callbacks.
export type { Loss } from './batch.js';
export type { Callback, EpochEvent, FitEvent, Logs, StepEvent } from './callback.js';
export { Checkpoint, type CheckpointOptions } from './checkpoint.js';
export { CSVLogger, type CSVLoggerOptions } from './csv_logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
export type { History } from './fit.js';
export * from './metrics/index.js';
export type { Schedule, ScheduleOptions } from './scheduling.js';
export { type BatchOptions, type FitOptions, type FitResult, Trainer, type TrainerOptions } from './trainer.js';
