"""Parquet files for test/data/files.test.ts, into test/golden/files: table.parquet (10 rows in groups of 4, Snappy) and packed.parquet (zstd; its
column big holds 2^53 + 1).

Rerun: `python test/golden/tables.py` with pyarrow installed.
"""
from pathlib import Path

import pyarrow
import pyarrow.parquet

FOLDER = Path(__file__).parent / "files"

rows = range(10)
table = pyarrow.table({"i": list(rows), "x": [i / 2 for i in rows], "name": [f"row {i}" for i in rows], "flag": [i % 2 == 0 for i in rows]})
pyarrow.parquet.write_table(table, FOLDER / "table.parquet", row_group_size=4)
pyarrow.parquet.write_table(pyarrow.table({"i": [1, 2], "big": [5, 2**53 + 1]}), FOLDER / "packed.parquet", compression="zstd")
