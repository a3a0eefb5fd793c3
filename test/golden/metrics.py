"""Metrics as scikit-learn computes them in float64.

Rerun: `python test/golden/metrics.py`, with the versions of bench/peers/requirements.txt. Writes metrics.safetensors:

  logits, labels     [150, 5], [150] I32   scores of 5 classes, the last of which is in no label and never has the largest score
  decisions          [150] I32             their largest
  scores, truths     [150], [150] I32      binary scores from 0 to 1, many of them equal
  out, y             [60, 3]               numbers and targets
  CLASS.macro …      []                    precision, recall, f1, f2, fHalf: macro, micro, weighted; binary at a threshold of 0.5
  CLASS.each         [4]                   of the classes that occur
  confusion [4, 4] I32, top1, top2, top3, logLoss, perplexity, rocAuc, averagePrecision, mse, mae, r2
  roc.fpr, roc.tpr, roc.thresholds, pr.precision, pr.recall, pr.thresholds
"""
import numpy as np
import sklearn
import torch
from sklearn import metrics

from golden import exact, write

SEED = 20240613


def class_scores(labels, decisions, truths, chosen):
    found = {}
    of = {"precision": metrics.precision_score, "recall": metrics.recall_score, "f1": metrics.f1_score,
          "f2": lambda *a, **k: metrics.fbeta_score(*a, beta=2, **k), "fHalf": lambda *a, **k: metrics.fbeta_score(*a, beta=0.5, **k)}
    for name, score in of.items():
        for average in ("macro", "micro", "weighted"):
            found[f"{name}.{average}"] = score(labels, decisions, average=average, zero_division=0)
        found[f"{name}.each"] = score(labels, decisions, average=None, zero_division=0)
        found[f"{name}.binary"] = score(truths, chosen)
    return found


def main():
    torch.manual_seed(SEED)
    labels = torch.multinomial(torch.tensor([0.5, 0.3, 0.15, 0.05]), 150, replacement=True)
    logits = exact(torch.randn(150, 5, dtype=torch.float64) + 1.5 * torch.nn.functional.one_hot(labels, 5))
    logits[:, 4] -= 9
    logits = exact(logits)
    decisions = logits.argmax(1)
    truths = torch.randint(0, 2, (150,))
    scores = exact(((torch.rand(150, dtype=torch.float64) + 0.4 * truths) / 1.4 * 40).round() / 40)
    y = exact(torch.randn(60, 3, dtype=torch.float64) * torch.tensor([1.0, 5.0, 0.1], dtype=torch.float64) + 100)
    out = exact(y + 0.3 * torch.randn(60, 3, dtype=torch.float64))
    probabilities = torch.softmax(logits, 1).numpy()
    fpr, tpr, roc_thresholds = metrics.roc_curve(truths, scores, drop_intermediate=False)
    precision, recall, pr_thresholds = metrics.precision_recall_curve(truths, scores)
    log_loss = metrics.log_loss(labels, probabilities, labels=range(5))
    found = {
        **class_scores(labels, decisions, truths, (scores >= 0.5).to(int)),
        **{f"top{k}": metrics.top_k_accuracy_score(labels, logits, k=k, labels=range(5)) for k in (1, 2, 3)},
        "logLoss": log_loss, "perplexity": np.exp(log_loss), "rocAuc": metrics.roc_auc_score(truths, scores),
        "averagePrecision": metrics.average_precision_score(truths, scores), "mse": metrics.mean_squared_error(y, out),
        "mae": metrics.mean_absolute_error(y, out), "r2": metrics.r2_score(y, out), "roc.fpr": fpr, "roc.tpr": tpr,
        "roc.thresholds": roc_thresholds, "pr.precision": precision, "pr.recall": recall, "pr.thresholds": pr_thresholds,
    }
    tensors = {name: torch.tensor(np.array(value), dtype=torch.float64) for name, value in found.items()}
    tensors["confusion"] = torch.tensor(metrics.confusion_matrix(labels, decisions))
    inputs = {"logits": logits, "labels": labels, "decisions": decisions, "scores": scores, "truths": truths, "out": out, "y": y}
    write(__file__, inputs | tensors, SEED, sklearn=sklearn.__version__)


main()
