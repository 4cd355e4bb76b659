"""Build a CTranslate2 Whisper of true size with random weights: its cost is real, its text means nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

SIZES = {"tiny": (384, 4, 6), "base": (512, 6, 8)}
"""Width, layers and heads of Whisper models (Radford et al. 2022, table 1)."""
VOCABULARY = 51_865
MELS, FRAMES, TEXT = 80, 1500, 448


def build(folder: Path, stub: Path, *, size: str = "tiny") -> Path:
    """Write a model folder, with the tokenizer of the small model in ``stub``."""
    from ctranslate2.specs import WhisperSpec

    width, layers, heads = SIZES[size]
    spec = WhisperSpec(layers, heads, layers, heads)
    random = np.random.default_rng(0)
    _fill_encoder(spec.encoder, width, random)
    _fill_decoder(spec.decoder, width, random)
    config = json.loads((stub / "config.json").read_text())
    vocabulary = json.loads((stub / "vocabulary.json").read_text())
    spec.register_vocabulary(vocabulary)
    spec.config.alignment_heads = [[layer, head] for layer in range(layers // 2, layers) for head in range(heads)]
    for name in ("suppress_ids", "suppress_ids_begin", "lang_ids"):
        setattr(spec.config, name, config[name])
    spec.validate()
    spec.optimize(quantization="float16")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copy(stub / name, folder / name)
    return folder


def _linear(spec: Any, rows: int, columns: int, random: np.random.Generator) -> None:
    spec.weight = random.normal(0, 0.02, (rows, columns)).astype(np.float32)
    spec.bias = np.zeros(rows, np.float32)


def _norm(spec: Any, width: int) -> None:
    spec.gamma, spec.beta = np.ones(width, np.float32), np.zeros(width, np.float32)


def _attention(spec: Any, width: int, random: np.random.Generator, *, own: bool) -> None:
    _norm(spec.layer_norm, width)
    _linear(spec.linear[0], width * 3 if own else width, width, random)
    if not own:
        _linear(spec.linear[1], width * 2, width, random)
    _linear(spec.linear[-1], width, width, random)


def _feed_forward(spec: Any, width: int, random: np.random.Generator) -> None:
    _norm(spec.layer_norm, width)
    _linear(spec.linear_0, width * 4, width, random)
    _linear(spec.linear_1, width, width * 4, random)


def _fill_encoder(spec: Any, width: int, random: np.random.Generator) -> None:
    for convolution, inputs in ((spec.conv1, MELS), (spec.conv2, width)):
        convolution.weight = random.normal(0, 0.02, (width, inputs, 3)).astype(np.float32)
        convolution.bias = np.zeros(width, np.float32)
    spec.position_encodings.encodings = random.normal(0, 0.02, (FRAMES, width)).astype(np.float32)
    for layer in spec.layer:
        _attention(layer.self_attention, width, random, own=True)
        _feed_forward(layer.ffn, width, random)
    _norm(spec.layer_norm, width)


def _fill_decoder(spec: Any, width: int, random: np.random.Generator) -> None:
    embeddings = random.normal(0, 0.02, (VOCABULARY, width)).astype(np.float32)
    spec.embeddings.weight = embeddings
    spec.projection.weight = embeddings.copy()
    spec.scale_embeddings = False
    spec.position_encodings.encodings = random.normal(0, 0.02, (TEXT, width)).astype(np.float32)
    for layer in spec.layer:
        _attention(layer.self_attention, width, random, own=True)
        _attention(layer.attention, width, random, own=False)
        _feed_forward(layer.ffn, width, random)
    _norm(spec.layer_norm, width)
