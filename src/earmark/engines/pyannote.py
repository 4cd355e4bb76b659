"""Speakers by a pipeline of pyannote.audio, with torch."""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.core.speakers import Diarization, SpeakerCount, Turn, Voice, by_appearance, joined, seconds_by_speaker
from earmark.errors import EngineFailed, MissingExtra, ModelNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from earmark.audio.decode import Samples

SAMPLE_RATE = 16_000
"""Sample rate in Hz of pyannote's networks."""
REPORTS = "PYANNOTE_METRICS_ENABLED"
"""pyannote.audio tells its makers about every use, unless this is off before it is imported."""


class PyannotePipeline:
    """Tells speakers apart with a pipeline such as ``pyannote/speaker-diarization-community-1``.

    Parameters
    ----------
    pipeline : str or Path
        A folder with ``config.yaml``, or a repository of the hub, whose conditions must have been accepted.
    token : str, optional
        Token for the hub.
    device : str
        As torch names it: ``cpu``, ``cuda``, ``cuda:1`` ...
    exclusive : bool
        Give one speaker at a time instead of all who speak.

    Raises
    ------
    MissingExtra
        pyannote.audio is not installed.
    EngineFailed
        It is, and cannot be loaded, or not on that device.
    ModelNotFound
        The pipeline cannot be had.
    """

    sample_rate = SAMPLE_RATE
    caution: str | None = None

    def __init__(
        self, pipeline: str | Path, *, token: str | None = None, device: str = "cpu", exclusive: bool = False
    ) -> None:
        self._pipeline = _load(str(pipeline), token=token, device=device)
        self._output = "exclusive_speaker_diarization" if exclusive else "speaker_diarization"
        self.name = f"pyannote, {pipeline}"

    def listen(self) -> PyannoteStream:
        """Begin to listen to one channel of one recording."""
        return PyannoteStream(self._pipeline, self._output, self.name)


class PyannoteStream:
    """One channel of one recording. The pipeline needs the whole sound: it waits in a temporary file."""

    def __init__(self, pipeline: Any, output: str, name: str) -> None:
        self._pipeline, self._output, self._name = pipeline, output, name
        # It has no name and lives as long as the stream.
        self._file = tempfile.TemporaryFile(prefix="earmark-")  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._samples = 0
        self._found: dict[SpeakerCount, Diarization] = {}

    def feed(self, samples: Samples) -> None:
        """Take the next samples, shape ``(samples,)`` at 16 kHz."""
        self._file.write(np.ascontiguousarray(samples, np.float32).tobytes())
        self._samples += len(samples)

    def finish(self, count: SpeakerCount) -> Diarization:
        """Say who spoke when. Another number of speakers takes the whole time again: the pipeline keeps nothing."""
        if count not in self._found:
            self._found[count] = self._run(count) if self._samples else Diarization()
        return self._found[count]

    def _run(self, count: SpeakerCount) -> Diarization:
        import torch

        self._file.flush()
        # Mapped, not read: the file system's cache holds it, and gives it up where memory is short.
        sound = np.memmap(self._file, np.float32, mode="r+", shape=(1, self._samples))
        said = {"waveform": torch.from_numpy(sound), "sample_rate": SAMPLE_RATE}
        try:
            found = self._pipeline(said, min_speakers=count.least, max_speakers=count.most)
        except (RuntimeError, ValueError) as error:
            raise EngineFailed(f"{self._name} gave up: {error}") from error
        # Before version 4 the pipeline gave the turns themselves.
        turns = self._turns(getattr(found, self._output, found))
        return by_appearance(Diarization(turns=turns, voices=self._voices(found, turns)))

    def _turns(self, annotation: Any) -> tuple[Turn, ...]:
        end = self._samples / SAMPLE_RATE
        spans = (
            (max(0.0, s.start), min(s.end, end), str(who)) for s, _, who in annotation.itertracks(yield_label=True)
        )
        turns = (Turn(start=start, end=stop, speaker=who) for start, stop, who in spans if start < stop)
        return tuple(joined(turns, gap=0.0))

    def _voices(self, found: Any, turns: tuple[Turn, ...]) -> tuple[Voice, ...]:
        vectors = getattr(found, "speaker_embeddings", None)
        if vectors is None:
            return ()
        said = seconds_by_speaker(turns)
        # One row per label, in the order of the labels.
        rows = zip(found.speaker_diarization.labels(), np.asarray(vectors, np.float64), strict=False)
        voices = []
        for label, row in rows:
            length = float(np.linalg.norm(row))
            if str(label) in said and np.isfinite(length) and length > 0:
                vector, seconds = tuple((row / length).tolist()), said[str(label)]
                voices.append(Voice(speaker=str(label), embedding=vector, embedder=self._name, seconds=seconds))
        return tuple(voices)


def _load(pipeline: str, *, token: str | None, device: str) -> Any:
    os.environ[REPORTS] = "0"
    try:
        import torch
        from pyannote.audio import Pipeline
    except ImportError:
        raise MissingExtra("pyannote's pipeline", "pyannote") from None
    except OSError as error:
        how = "Install torch and torchaudio of the same version: pip install 'torch==2.11.*' 'torchaudio==2.11.*'."
        raise EngineFailed(f"pyannote.audio cannot be loaded ({error}). {how}") from error
    try:
        loaded = Pipeline.from_pretrained(pipeline, token=token)
    except (OSError, ValueError, RuntimeError) as error:
        raise _not_found(pipeline, str(error).splitlines()[0].rstrip(".")) from error
    if loaded is None:
        raise _not_found(pipeline, "the hub does not give it")
    try:
        return loaded.to(torch.device(device))
    except RuntimeError as error:
        raise EngineFailed(f"{pipeline} cannot run on {device}: {error}. Choose cpu, or another device.") from error


def _not_found(pipeline: str, why: str) -> ModelNotFound:
    return ModelNotFound(
        f"The pipeline {pipeline} cannot be had: {why}. Give a folder with its config.yaml; or accept its conditions "
        "on huggingface.co and set HF_TOKEN to a token of that account."
    )
