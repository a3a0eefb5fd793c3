// Metrics: what a model is worth, counted natively while it trains.
export { Accuracy, type AccuracyOptions } from './accuracy.js';
export {
  type Average,
  type ClassScoreOptions,
  FBetaScore,
  type FBetaScoreOptions,
  Precision,
  Recall,
} from './class_scores.js';
export { ConfusionMatrix } from './confusion_matrix.js';
export { MeanAbsoluteError, MeanSquaredError, R2Score } from './errors.js';
export { LogLoss, type LogLossOptions, Perplexity, type PerplexityOptions } from './likelihood.js';
export { Metric } from './metric.js';
export { AUC, type AUCOptions, PrecisionRecallCurve, type PrecisionRecallPoints, RocCurve, type RocPoints } from './ranking.js';
export { TopKAccuracy, type TopKAccuracyOptions } from './top_k.js';
