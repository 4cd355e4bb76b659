"""Recordings whose speakers are told apart: by a diarizer, or by channels that are one person's each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earmark.app import Context, Request
from earmark.audio.channels import EACH
from earmark.audio.source import ArraySource, FileSource
from earmark.config import Settings
from earmark.core.annotation import Annotation, NoteKind
from earmark.core.segment import SPEECH, Segment
from earmark.core.speakers import Diarization, SpeakerCount, Turn, Voice
from earmark.engines.pocketsphinx import PocketSphinx
from earmark.engines.silero import SileroVad
from earmark.services.annotate import AnnotateOptions, Listeners, annotate

RATE = 16_000
EARS = SileroVad()


class Scripted:
    """A diarizer that says what it is told to say, and remembers what it heard."""

    name = "scripted"
    sample_rate = RATE

    def __init__(self, *turns: Turn, caution: str | None = None) -> None:
        self.turns, self.caution = turns, caution
        self.heard = 0
        self.counts: list[SpeakerCount] = []

    def listen(self) -> Scripted:
        return self

    def feed(self, samples: np.ndarray) -> None:
        self.heard += len(samples)

    def finish(self, count: SpeakerCount) -> Diarization:
        self.counts.append(count)
        voices = [Voice(speaker=t.speaker, embedding=(1.0, 0.0), embedder="e", seconds=t.duration) for t in self.turns]
        return Diarization(turns=self.turns, voices=tuple({voice.speaker: voice for voice in voices}.values()))


def said(annotation: Annotation) -> list[tuple[str | None, str | None]]:
    return [(s.speaker, s.text) for s in annotation.segments if s.label == SPEECH and s.text]


def heard(
    path: Path, *, speakers: SpeakerCount | None, text: bool = True, diarizer: Scripted | None = None
) -> Annotation:
    listeners = Listeners(detector=EARS, transcriber=PocketSphinx() if text else None, diarizer=diarizer)
    options = AnnotateOptions(speakers=speakers)
    return annotate(FileSource(path, path.name), listeners=listeners, options=options, made_by="earmark")


def test_words_get_the_speakers_of_the_turns_that_they_lie_in(test_data: Path) -> None:
    path = test_data / "audio" / "composites" / "dialogue_01.flac"
    diarizer = Scripted(
        Turn(start=0.4, end=2.5, speaker="b"),
        Turn(start=2.7, end=10.1, speaker="a"),
        Turn(start=10.3, end=20.1, speaker="b"),
        caution="a test",
    )
    given: list[Segment] = []

    listeners = Listeners(detector=EARS, transcriber=PocketSphinx(), diarizer=diarizer)
    options = AnnotateOptions(speakers=SpeakerCount(most=3))
    source = FileSource(path, path.name)

    def keep(segments: Sequence[Segment]) -> None:
        given.extend(segments)

    found = annotate(source, listeners=listeners, options=options, made_by="earmark", heard=keep)

    words = [(word, s.speaker) for s in found.segments for word in s.words]
    for begin, end, speaker in ((0.4, 2.5, "SPEAKER_00"), (2.8, 10.0, "SPEAKER_01"), (10.4, 20.0, "SPEAKER_00")):
        inside = [who for word, who in words if begin <= word.start and word.end <= end]
        assert len(inside) > 2
        assert set(inside) == {speaker}
    assert diarizer.counts[-1] == SpeakerCount(most=3)
    assert diarizer.heard == pytest.approx(found.duration * RATE, abs=RATE)
    assert [voice.speaker for voice in found.voices] == ["SPEAKER_00", "SPEAKER_01"]
    assert [note.message for note in found.notes if "scripted" in note.message] == [
        "speakers told apart by scripted: a test"
    ]
    assert sorted(given, key=lambda s: (s.start, s.end)) == [s for s in found.segments if s.label == SPEECH]


def test_channels_of_one_person_each_need_no_model(test_data: Path) -> None:
    path = test_data / "audio" / "speech_en" / "stereo_diarization.wav"
    found = heard(path, speakers=SpeakerCount())
    by_channel = {s.channel: s.speaker for s in found.segments if s.speaker}
    assert by_channel == {1: "SPEAKER_00", 0: "SPEAKER_01"}, "named in order of appearance"
    text = dict(said(found))
    assert "complain" in str(text["SPEAKER_01"]) or "curtain" in str(text["SPEAKER_01"])
    assert "seems extremely" in str(text["SPEAKER_00"])
    assert any("by channel" in note.message for note in found.notes)


@pytest.mark.parametrize("count", [SpeakerCount.exactly(3), SpeakerCount(most=1)])
def test_another_number_of_speakers_than_channels_is_looked_for_in_the_mix(
    test_data: Path, count: SpeakerCount
) -> None:
    diarizer = Scripted(Turn(start=0, end=5, speaker="x"))
    path = test_data / "audio" / "speech_en" / "stereo_diarization.wav"
    found = heard(path, speakers=count, text=False, diarizer=diarizer)
    assert diarizer.counts == [count]
    assert {s.channel for s in found.segments} == {None}


def test_nobody_asked_nobody_told(test_data: Path) -> None:
    found = heard(test_data / "audio" / "speech_en" / "stereo_diarization.wav", speakers=None, text=False)
    assert {s.speaker for s in found.segments} == {None}
    assert {s.channel for s in found.segments} == {None}


def test_what_the_neighbours_microphone_hears_is_not_said_twice(test_data: Path) -> None:
    """Each caller is heard at a tenth of the level beside the other one."""
    one, other = (
        soundfile.read(test_data / "audio" / "speakers" / name, dtype="float32")[0]
        for name in ("1688/1688-142285-0001.flac", "1998/1998-15444-0001.flac")
    )
    first, second = np.pad(one, (0, len(other))), np.pad(other, (len(one), 0))
    sound = np.stack([first + 0.1 * second, second + 0.1 * first])
    options = AnnotateOptions(speakers=SpeakerCount())
    found = annotate(ArraySource(sound, RATE), listeners=Listeners(detector=EARS), options=options, made_by="earmark")
    change, total = len(one) / RATE, sound.shape[1] / RATE
    spoken = {0: 0.0, 1: 0.0}
    for segment in found.segments:
        if segment.label == SPEECH and segment.channel is not None:
            spoken[segment.channel] += segment.duration
            wrong = max(0.0, segment.end - change) if segment.channel == 0 else max(0.0, change - segment.start)
            assert wrong < 0.5, segment
    assert spoken[0] > 0.7 * change
    assert spoken[1] > 0.7 * (total - change)


def test_speakers_of_channels_listened_to_one_by_one_are_different_people() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (2, 3 * RATE)).astype(np.float32)
    listeners = Listeners(detector=EARS, diarizer=Scripted(Turn(start=0, end=2, speaker="x")))
    options = AnnotateOptions(channels=EACH, speakers=SpeakerCount())
    found = annotate(ArraySource(sound, RATE), listeners=listeners, options=options, made_by="earmark")
    assert {(s.channel, s.speaker) for s in found.segments if s.speaker} == {(0, "SPEAKER_00"), (1, "SPEAKER_01")}


def test_what_a_diarizer_hears_where_nobody_else_does_is_speech_and_covers_without_gaps() -> None:
    listeners = Listeners(detector=EARS, diarizer=Scripted(Turn(start=1, end=2, speaker="x")))
    sound = np.random.default_rng(1).normal(0, 0.1, (1, 3 * RATE)).astype(np.float32)
    options = AnnotateOptions(speakers=SpeakerCount())
    found = annotate(ArraySource(sound, RATE), listeners=listeners, options=options, made_by="earmark")
    assert [(s.start, s.end, s.speaker) for s in found.segments if s.label == SPEECH] == [(1, 2, "SPEAKER_00")]
    assert (found.segments[0].start, found.segments[-1].end) == (0, 3)


def test_a_diarizer_that_cannot_be_had_is_said_and_the_rest_is_done(tmp_path: Path, test_data: Path) -> None:
    annotator = Context(Settings(models_dir=tmp_path)).annotator(
        Request(engine="none", diarizer="onnx", options=AnnotateOptions(speakers=SpeakerCount()))
    )
    found = annotator(FileSource(test_data / "audio" / "speech_en" / "jfk.flac", "jfk.flac"))
    assert [note.kind for note in annotator.missing] == [NoteKind.UNAVAILABLE]
    assert any(s.label == SPEECH for s in found.segments)
    assert {s.speaker for s in found.segments} == {None}
