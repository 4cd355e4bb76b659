"""Known voices with the networks and people's real voices: two conversations of which one person is in both."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.needed import give_up

from earmark.audio.decode import Samples, open_reader
from earmark.audio.source import ArraySource
from earmark.core.annotation import Annotation
from earmark.core.segment import SPEECH
from earmark.core.speakers import SpeakerCount
from earmark.core.voices import KnownVoice, of_length_one, proposals
from earmark.engines.embedders import open_embedder
from earmark.engines.protocols import Diarizer
from earmark.engines.pyannote_onnx import PyannoteOnnx
from earmark.engines.silero import SileroVad
from earmark.services.annotate import AnnotateOptions, Listeners, annotate

pytestmark = pytest.mark.slow

RATE = 16_000
HOST, GUEST, CALLER = "2033", "2414", "367"
"""Speakers of LibriSpeech."""


@pytest.fixture(scope="module", params=["spk.onnx", "ge2e.onnx"])
def diarizer(request: pytest.FixtureRequest, test_data: Path) -> Diarizer:
    folder = test_data / "models" / "diarization"
    if not (folder / "seg.onnx").is_file():
        give_up(f"no networks for speakers in {folder}")
    return PyannoteOnnx(folder / "seg.onnx", open_embedder(folder / request.param))


def conversation(test_data: Path, *people: str, first: int) -> tuple[Samples, dict[str, list[tuple[float, float]]]]:
    """Let people speak in turn, three times each, with half a second between; give also who spoke when."""
    parts: list[Samples] = []
    spoken: dict[str, list[tuple[float, float]]] = {person: [] for person in people}
    for turn in range(3):
        for person in people:
            path = sorted((test_data / "audio" / "speakers" / person).glob("*.flac"))[first + turn]
            with open_reader(path) as reader:
                part = np.concatenate([block[0] for block in reader.blocks()])
            begin = sum(map(len, parts)) / RATE
            spoken[person].append((begin, begin + len(part) / RATE))
            parts += [part, np.zeros(RATE // 2, np.float32)]
    return np.concatenate(parts), spoken


def listened(sound: Samples, diarizer: Diarizer) -> Annotation:
    return annotate(
        ArraySource(sound[None], RATE, "a.wav"),
        listeners=Listeners(detector=SileroVad(), diarizer=diarizer),
        options=AnnotateOptions(speakers=SpeakerCount.exactly(2)),
        made_by="earmark",
    )


def called(found: Annotation, spans: list[tuple[float, float]]) -> str:
    """Whom the engine heard most while a person spoke."""
    seconds: dict[str, float] = {}
    for one in found.segments:
        if one.label == SPEECH and one.speaker is not None:
            both = sum(max(0.0, min(one.end, end) - max(one.start, start)) for start, end in spans)
            seconds[one.speaker] = seconds.get(one.speaker, 0.0) + both
    return max(seconds, key=lambda speaker: seconds[speaker])


def test_who_was_in_the_first_conversation_is_known_in_the_second(test_data: Path, diarizer: Diarizer) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    sound, spoken = conversation(test_data, HOST, GUEST, first=0)
    first = listened(sound, diarizer)
    names = {called(first, spoken[HOST]): "Host", called(first, spoken[GUEST]): "Guest"}
    known = [
        KnownVoice(
            id=voice.speaker,
            project_id="p",
            name=names[voice.speaker],
            embedder=voice.embedder,
            embedding=of_length_one(voice.embedding),
            seconds=voice.seconds,
            created_at=moment,
            updated_at=moment,
        )
        for voice in first.voices
    ]
    assert {one.name for one in known} == {"Host", "Guest"}

    sound, spoken = conversation(test_data, CALLER, HOST, first=3)
    second = listened(sound, diarizer)
    found = proposals(second.voices, known)

    assert {speaker: proposal.name for speaker, proposal in found.items()} == {called(second, spoken[HOST]): "Host"}
