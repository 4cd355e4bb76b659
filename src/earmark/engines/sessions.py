"""ONNX networks, opened alike."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from earmark.errors import BrokenModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from earmark.errors import EarmarkError


def open_session(path: Path, *, threads: int = 1) -> Any:
    """Open a network for the processor.

    Raises
    ------
    BrokenModel
        If the file is missing or holds no network.
    """
    import onnxruntime

    if not path.is_file():
        raise BrokenModel(f"{path} is missing. Get the folder again, with all of its files.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Sounds have many lengths: an arena would keep the memory of the largest of each for ever.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    with refused_as(BrokenModel, f"{path} is not an ONNX network that can be used here"):
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@contextmanager
def refused_as(kind: type[EarmarkError], what: str) -> Iterator[None]:
    """Turn what ONNX Runtime raises into an error of ours: ``what`` went wrong, and why.

    The library has an exception of its own for each of its status codes, and no base for them but ``Exception``.
    """
    try:
        yield
    except Exception as error:
        raise kind(f"{what}: {error}") from error
