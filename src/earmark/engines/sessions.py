"""ONNX networks, opened alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earmark.errors import BrokenModel

if TYPE_CHECKING:
    from pathlib import Path


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
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    # The library raises classes of its own that have no common base but Exception.
    except Exception as error:  # noqa: BLE001
        raise BrokenModel(f"{path} is not an ONNX network that can be used here: {error}") from None
