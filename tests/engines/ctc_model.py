"""A CTC model whose output is known: the level of each 20 ms names a letter."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

RATE = 16_000
HOP = 320
LETTERS = {"<pad>": 0, "<s>": 1, "<unk>": 2, "|": 3, "A": 4, "B": 5, "C": 6, "D": 7, "'": 8, "É": 9}
SHARPNESS = 4000.0
"""A step of a tenth in level is 40 in log probability."""


def level(token: str) -> float:
    return LETTERS[token] / 10


def write_model(folder: Path, *, normalise: bool = False, mask: bool = False, rate: int = RATE) -> Path:
    """Write the model and its files."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    folder.mkdir(parents=True, exist_ok=True)
    constants = {
        "axis": np.array([1], np.int64),
        "mean": np.full((1, 1, HOP), 1 / HOP, np.float32),
        "levels": (np.array(sorted(LETTERS.values()), np.float32) / 10).reshape(1, 1, -1),
        "sharpness": np.array(-SHARPNESS, np.float32),
    }
    nodes = [
        helper.make_node("Unsqueeze", ["input_values", "axis"], ["channel"]),
        helper.make_node("Conv", ["channel", "mean"], ["frames"], strides=[HOP]),
        helper.make_node("Transpose", ["frames"], ["columns"], perm=[0, 2, 1]),
        helper.make_node("Sub", ["columns", "levels"], ["distance"]),
        helper.make_node("Mul", ["distance", "distance"], ["square"]),
        helper.make_node("Mul", ["square", "sharpness"], ["logits"]),
    ]
    inputs = [helper.make_tensor_value_info("input_values", TensorProto.FLOAT, [1, "samples"])]
    if mask:
        inputs.append(helper.make_tensor_value_info("attention_mask", TensorProto.INT64, [1, "samples"]))
    graph = helper.make_graph(
        nodes,
        "levels",
        inputs,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "frames", len(LETTERS)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    checker.check_model(model)
    save(model, str(folder / "model.onnx"))
    (folder / "vocab.json").write_text(json.dumps(LETTERS), encoding="utf-8")
    settings = {"do_normalize": normalise, "sampling_rate": rate, "feature_size": 1}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder


def spoken(*parts: tuple[str, float]) -> np.ndarray:
    """Sound of tokens that last so many seconds each."""
    return np.concatenate([np.full(round(seconds * RATE), level(token), np.float32) for token, seconds in parts])
