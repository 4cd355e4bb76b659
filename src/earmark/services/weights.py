"""What a folder of Whisper weights must hold, checked without loading it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from earmark.errors import BrokenModel

if TYPE_CHECKING:
    from pathlib import Path

WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json", "preprocessor_config.json", "vocabulary.*")
"""Files of a folder for faster-whisper; ``preprocessor_config.json`` only comes with newer weights."""
REQUIRED_FILES = ("model.bin", "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
FOREIGN_FILES = ("model.safetensors", "pytorch_model.bin", "model.safetensors.index.json")
"""Files by which a folder for the transformers library is known."""
KNOWN_VERSIONS = range(4, 7)
"""Versions of CTranslate2's ``model.bin`` that are laid out as `_require_whole` reads them."""


def check_whisper_folder(path: Path) -> None:
    """Check that a folder holds Whisper weights that CTranslate2 can load, as far as that shows without loading them.

    Raises
    ------
    BrokenModel
        Naming what is missing, empty, cut short or of another kind.
    """
    if not path.is_dir():
        raise BrokenModel(f"{path}: a Whisper model is a folder with {', '.join(REQUIRED_FILES)} and a vocabulary.")
    if not (path / "model.bin").is_file() and any((path / name).is_file() for name in FOREIGN_FILES):
        convert = f"ct2-transformers-converter --model '{path}' --output_dir NEW --copy_files tokenizer.json"
        raise BrokenModel(f"{path}: these weights are for transformers. Convert them: {convert}")
    vocabulary = next((name for name in VOCABULARIES if (path / name).is_file()), VOCABULARIES[0])
    for name in (*REQUIRED_FILES, vocabulary):
        _require_content(path / name)
    _require_whisper(path / "model.bin")


def looks_like_whisper(path: Path) -> bool:
    """Tell whether a folder is meant to hold Whisper weights, usable or not."""
    return any((path / name).is_file() for name in ("model.bin", *VOCABULARIES, *FOREIGN_FILES))


def _require_content(path: Path) -> None:
    if not path.is_file():
        raise BrokenModel(f"{path.parent}: {path.name} is missing. Get the folder again, with all of its files.")
    if path.stat().st_size == 0:
        raise BrokenModel(f"{path.parent}: {path.name} is empty. Get the folder again.")


def _require_whisper(path: Path) -> None:
    with path.open("rb") as file:
        try:
            version, kind = _number(file, "I"), _string(file)
        except (EOFError, UnicodeDecodeError):
            version, kind = 0, ""
        if not kind.endswith("Spec"):
            raise BrokenModel(
                f"{path} is not in the format of CTranslate2. Get the folder again, or convert the weights."
            )
        if kind != "WhisperSpec":
            raise BrokenModel(f"{path} holds a CTranslate2 model of another kind ({kind}), not Whisper.")
        if version in KNOWN_VERSIONS:
            try:
                _require_whole(file, path.stat().st_size)
            except EOFError:
                raise BrokenModel(f"{path} is cut short. Get the folder again.") from None


def _require_whole(file: BinaryIO, size: int) -> None:
    """Step through what follows the name, in the layout of ``ModelSpec._serialize`` of CTranslate2."""
    _number(file, "I")  # revision
    for _ in range(_number(file, "I")):
        _string(file)
        file.seek(4 * _number(file, "B"), 1)  # shape
        _number(file, "B")  # type
        file.seek(_number(file, "I"), 1)
        if file.tell() > size:
            raise EOFError
    for _ in range(_number(file, "I")):
        _string(file)
        _string(file)


def _number(file: BinaryIO, code: str) -> int:
    layout = struct.Struct(f"<{code}")
    return int(layout.unpack(_exactly(file, layout.size))[0])


def _string(file: BinaryIO) -> str:
    return _exactly(file, _number(file, "H")).rstrip(b"\0").decode()


def _exactly(file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) < count:
        raise EOFError
    return content
