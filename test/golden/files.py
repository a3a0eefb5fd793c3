"""Files as NumPy and PyTorch themselves write them, into test/golden/files.

Rerun: `python test/golden/files.py`, with the versions of bench/peers/requirements.txt. No file is random; the arrays hold 0 … 5 as (2, 3), less 2
where the dtype has a sign, times 1.5 where it has fractions; bool holds k % 2.

  KIND.npy              one for each dtype: f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1
  fortran.npy, big.npy  f8 in Fortran order; i2 in big-endian order
  version2.npy, scalar.npy, empty.npy, vector.npy   a longer header field, and shapes (), (0, 3), (5)
  object.npy, complex.npy, structured.npy, string.npy   what is refused
  stored.npz, deflated.npz   a: f4, nested/b: i4 (its name has a slash), empty: (0, 3)
  state_dict.pt         Linear(3, 2) and BatchNorm1d(2), weights counting up by halves
  checkpoint.pt         { epoch, note, nothing, model_state_dict, optimizer } after one step of Adam; protocol 5: protocol5.pt
  views.pt              tensors of every dtype, views of one storage, tied and empty ones, a scalar
  module.pt, legacy.pt, evil.pt   a whole module; the form before PyTorch 1.6; a pickle that would call os.system
"""
import os
from collections import OrderedDict
from pathlib import Path

import numpy
import torch

FOLDER = Path(__file__).parent / "files"
KINDS = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]


def counting(kind):
    k = numpy.arange(6).reshape(2, 3)
    if kind == "b1":
        return (k % 2).astype("b1")
    return ((k - 2) * 1.5 if kind[0] == "f" else k - 2 if kind[0] == "i" else k).astype(kind)


def arrays():
    save = lambda name, array: numpy.save(FOLDER / f"{name}.npy", array)
    for kind in KINDS:
        save(kind, counting(kind))
    save("fortran", numpy.asfortranarray(counting("f8")))
    save("big", counting("i2").astype(">i2"))
    save("scalar", numpy.float32(1.5))
    save("empty", numpy.zeros((0, 3), "f4"))
    save("vector", numpy.arange(5, dtype="f4"))
    save("object", numpy.array([{}, []], dtype=object))
    save("complex", numpy.array([1j]))
    save("structured", numpy.zeros(2, dtype=[("x", "f4"), ("y", "i4")]))
    save("string", numpy.array(["a", "b"]))
    with open(FOLDER / "version2.npy", "wb") as file:
        numpy.lib.format.write_array(file, counting("f4"), version=(2, 0))
    content = {"a": counting("f4"), "nested/b": counting("i4"), "empty": numpy.zeros((0, 3), "f4")}
    numpy.savez(FOLDER / "stored.npz", **content)
    numpy.savez_compressed(FOLDER / "deflated.npz", **content)


class Evil:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


def count_up(module):
    with torch.no_grad():
        for tensor in module.state_dict().values():
            tensor.copy_((torch.arange(tensor.numel()) * 0.5).reshape(tensor.shape))
    return module


def torch_files():
    save = lambda value, name, **options: torch.save(value, FOLDER / name, **options)
    model = count_up(torch.nn.Sequential(OrderedDict(fc=torch.nn.Linear(3, 2), norm=torch.nn.BatchNorm1d(2))))
    save(model.state_dict(), "state_dict.pt")
    layer = count_up(torch.nn.Linear(2, 1))
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.5)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    layer = count_up(layer)
    checkpoint = {"epoch": 3, "note": "fine", "nothing": None, "model_state_dict": layer.state_dict(), "optimizer": optimizer.state_dict()}
    save(checkpoint, "checkpoint.pt")
    save(checkpoint, "protocol5.pt", pickle_protocol=5)
    base = torch.arange(12.0).reshape(3, 4)
    tied = torch.tensor([7.0, 8.0])
    dtypes = ["float16", "bfloat16", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "bool"]
    save({"base": base, "turned": base.t(), "column": base[:, 1], "part": base[1:, 2:], "tied": tied, "again": tied, "scalar": torch.tensor(2.5),
          "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(torch.ones(2)), "list": [torch.ones(1), 5, torch.zeros(1)],
          "dtypes": {name: torch.tensor([0, 1, 2 if name != "bool" else 1]).to(getattr(torch, name)) for name in dtypes}}, "views.pt")
    save(torch.nn.Linear(1, 1), "module.pt")
    save({"a": tied}, "legacy.pt", _use_new_zipfile_serialization=False)
    save({"a": tied, "b": Evil()}, "evil.pt")


FOLDER.mkdir(exist_ok=True)
arrays()
torch_files()
print(f"numpy {numpy.__version__}, torch {torch.__version__}: {len(list(FOLDER.iterdir()))} files")
