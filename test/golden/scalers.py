"""What scikit-learn's scalers make of the table in test/data/scaler.test.ts: prints the numbers that stand there.

Rerun: `python test/golden/scalers.py` with scikit-learn 1.9 and NumPy installed.
"""
import numpy
from sklearn.preprocessing import MinMaxScaler, StandardScaler

X = numpy.array([[1e4 + 1, 3, -2, 1e-6], [1e4 + 2, 3, 5, 3e-6], [1e4 + 4, 3, 0.5, 2e-6], [1e4 + 9, 3, -7.25, 8e-6], [1e4 + 3, 3, 1, 1e-6]])

numpy.set_printoptions(suppress=True, precision=7)
print(StandardScaler().fit_transform(X))
print(MinMaxScaler((-1, 1)).fit_transform(X))
