"""Writes a golden file: safetensors, F32 rounded once from float64 (labels I32), with the seed and the versions in its metadata.

Written by hand, not by the safetensors package, whose metadata comes in another order each time: a rerun gives the same bytes.
"""
import json
import platform
import struct
import sys
from pathlib import Path

import numpy
import torch

LIMIT = 64 * 1024


def exact(t):
    """The float32 nearest to each value, as float64: an input that a float32 program can start from exactly."""
    return t.to(torch.float32).to(torch.float64)


def write(script, tensors, seed, **about):
    metadata = {"script": Path(script).name, "seed": str(seed), "torch": torch.__version__, "numpy": numpy.__version__,
                "python": platform.python_version(), **{name: json.dumps(value) for name, value in about.items()}}
    header, body = {"__metadata__": metadata}, b""
    for name in sorted(tensors):
        t = tensors[name].detach()
        kind, dtype = ("F32", "<f4") if t.is_floating_point() else ("I32", "<i4")
        data = t.numpy().astype(dtype).tobytes()
        header[name] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file = struct.pack("<Q", len(text)) + text + body
    path = Path(script).with_suffix(".safetensors")
    if len(file) >= LIMIT:
        sys.exit(f"{path.name} would have {len(file)} bytes; the limit is {LIMIT}")
    path.write_bytes(file)
    print(f"{path.name}: {len(tensors)} tensors, {len(file)} bytes, {metadata}")
