"""The folds of scikit-learn's splitters without shuffling: for each row the fold that it is tested in.

Rerun: `python test/golden/folds.py`, with the versions of bench/peers/requirements.txt. Writes folds.safetensors, all I32:

  plain10, plain23         [10], [23]   KFold(3), KFold(5)
  labels, stratified       [40], [40]   labels of three classes in no order, and StratifiedKFold(4) of them
  rare, stratifiedRare     [12], [12]   a class with fewer rows than folds, StratifiedKFold(5)
  groups, grouped          [30], [30]   groups of different sizes, and GroupKFold(3) of them
"""
import warnings

import numpy as np
import sklearn
import torch
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from golden import write

SEED = 20240617


def fold_of(splitter, rows, *labels):
    found = np.zeros(rows, dtype=np.int64)
    for fold, (_, test) in enumerate(splitter.split(np.zeros(rows), *labels)):
        found[test] = fold
    return torch.tensor(found)


warnings.simplefilter("ignore")
generator = np.random.default_rng(SEED)
labels = generator.permutation(np.repeat([0, 1, 2], [21, 13, 6]))
rare = generator.permutation(np.repeat([7, 3], [10, 2]))
groups = generator.permutation(np.repeat([4, 1, 9, 0, 5, 2], [9, 7, 6, 4, 3, 1]))
write(__file__, {
    "plain10": fold_of(KFold(3), 10), "plain23": fold_of(KFold(5), 23),
    "labels": torch.tensor(labels), "stratified": fold_of(StratifiedKFold(4), 40, labels),
    "rare": torch.tensor(rare), "stratifiedRare": fold_of(StratifiedKFold(5), 12, rare),
    "groups": torch.tensor(groups), "grouped": fold_of(GroupKFold(3), 30, None, groups),
}, SEED, sklearn=sklearn.__version__)
