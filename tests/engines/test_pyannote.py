"""pyannote's pipeline by a stand-in with the interface that pyannote.audio 4 documents."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from earmark.core.speakers import Diarization, SpeakerCount, Turn
from earmark.engines.pyannote import SAMPLE_RATE, PyannotePipeline
from earmark.errors import EngineFailed, MissingExtra, ModelNotFound

Span = tuple[float, float, str]
TURNS: list[Span] = [(0.5, 2.0, "B"), (1.5, 3.0, "A"), (3.0, 9.9, "B")]
EXCLUSIVE: list[Span] = [(0.5, 1.75, "B"), (1.75, 3.0, "A"), (3.0, 9.9, "B")]


class Annotation:
    """As of pyannote.core, as far as it is used."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = spans

    def itertracks(self, *, yield_label: bool) -> list[Any]:
        assert yield_label
        return [(SimpleNamespace(start=a, end=b), place, who) for place, (a, b, who) in enumerate(self.spans)]

    def labels(self) -> list[str]:
        return sorted({who for *_, who in self.spans})


class Pipeline:
    """Gives the same turns whatever it hears, and keeps what it was asked."""

    loaded: tuple[Any, ...] = ()
    asked: ClassVar[list[dict[str, Any]]] = []
    answer: Any = None

    @classmethod
    def from_pretrained(cls, checkpoint: str, token: str | None = None) -> Pipeline | None:
        if checkpoint == "gated/pipeline":
            return None
        if checkpoint == "nowhere/pipeline":
            raise OSError("no such repository\nmore words")
        cls.loaded = (checkpoint, token)
        return cls()

    def to(self, device: str) -> Pipeline:
        if device == "device cuda":
            raise RuntimeError("no CUDA")
        return self

    def __call__(self, file: dict[str, Any], **asked: Any) -> Any:
        sound = np.array(file["waveform"])
        type(self).asked.append({"sound": sound, "rate": file["sample_rate"], **asked})
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(autouse=True)
def pyannote(monkeypatch: pytest.MonkeyPatch) -> type[Pipeline]:
    audio, torch = ModuleType("pyannote.audio"), ModuleType("torch")
    audio.Pipeline = Pipeline  # type: ignore[attr-defined]
    torch.from_numpy, torch.device = np.asarray, "device {}".format  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyannote.audio", audio)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "1")
    monkeypatch.setattr(Pipeline, "asked", [])
    monkeypatch.setattr(Pipeline, "answer", output())
    return Pipeline


def output() -> SimpleNamespace:
    return SimpleNamespace(
        speaker_diarization=Annotation(TURNS),
        exclusive_speaker_diarization=Annotation(EXCLUSIVE),
        speaker_embeddings=np.array([[0.0, 2.0], [3.0, 4.0]]),
    )


def noise(seconds: float = 9.0) -> np.ndarray:
    return np.random.default_rng(2).uniform(-1, 1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def listen(engine: PyannotePipeline, samples: np.ndarray, count: SpeakerCount | None = None) -> Diarization:
    stream = engine.listen()
    for begin in range(0, len(samples), 10_007):
        stream.feed(samples[begin : begin + 10_007])
    return stream.finish(count or SpeakerCount())


def test_turns_may_overlap_and_end_with_the_recording() -> None:
    assert listen(PyannotePipeline("some/pipeline"), noise()).turns == (
        Turn(start=0.5, end=2.0, speaker="SPEAKER_00"),
        Turn(start=1.5, end=3.0, speaker="SPEAKER_01"),
        Turn(start=3.0, end=9.0, speaker="SPEAKER_00"),
    )


def test_exclusive_turns_can_be_had() -> None:
    turns = listen(PyannotePipeline("some/pipeline", exclusive=True), noise()).turns
    assert [(turn.start, turn.end) for turn in turns] == [(0.5, 1.75), (1.75, 3.0), (3.0, 9.0)]


def test_voices_keep_to_their_speakers() -> None:
    voices = listen(PyannotePipeline("some/pipeline"), noise()).voices
    assert [(voice.speaker, voice.embedding, voice.seconds) for voice in voices] == [
        ("SPEAKER_00", pytest.approx((0.6, 0.8)), 7.5),
        ("SPEAKER_01", pytest.approx((0.0, 1.0)), 1.5),
    ]
    assert {voice.embedder for voice in voices} == {"pyannote, some/pipeline"}


def test_a_voice_that_is_no_number_is_left_out(pyannote: type[Pipeline], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = output()
    answer.speaker_embeddings[0] = np.nan
    monkeypatch.setattr(pyannote, "answer", answer)
    assert [voice.speaker for voice in listen(PyannotePipeline("some/pipeline"), noise()).voices] == ["SPEAKER_00"]


def test_the_pipeline_hears_exactly_what_was_fed(pyannote: type[Pipeline]) -> None:
    samples = noise()
    listen(PyannotePipeline("some/pipeline"), samples, SpeakerCount(least=2, most=5))
    (asked,) = pyannote.asked
    assert np.array_equal(asked["sound"], samples[None])
    assert (asked["rate"], asked["min_speakers"], asked["max_speakers"]) == (SAMPLE_RATE, 2, 5)


def test_the_same_question_is_answered_without_hearing_it_again(pyannote: type[Pipeline]) -> None:
    stream = PyannotePipeline("some/pipeline").listen()
    stream.feed(noise())
    assert stream.finish(SpeakerCount()) == stream.finish(SpeakerCount())
    stream.finish(SpeakerCount.exactly(3))
    assert [asked["max_speakers"] for asked in pyannote.asked] == [None, 3]


def test_nothing_heard_is_nobody(pyannote: type[Pipeline]) -> None:
    assert listen(PyannotePipeline("some/pipeline"), noise(0)) == Diarization()
    assert pyannote.asked == []


def test_the_output_of_older_versions_is_understood(pyannote: type[Pipeline], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyannote, "answer", Annotation(TURNS))
    found = listen(PyannotePipeline("some/pipeline"), noise())
    assert (len(found.turns), found.voices) == (3, ())


def test_reports_to_the_makers_are_switched_off() -> None:
    PyannotePipeline("some/pipeline")
    assert os.environ["PYANNOTE_METRICS_ENABLED"] == "0"


def test_a_folder_and_a_token_are_handed_on(pyannote: type[Pipeline], tmp_path: Path) -> None:
    PyannotePipeline(tmp_path, token="hf_x")  # noqa: S106
    assert pyannote.loaded == (str(tmp_path), "hf_x")


@pytest.mark.parametrize(
    ("name", "why"),
    [("gated/pipeline", "the hub does not give it"), ("nowhere/pipeline", "had: no such repository. Give")],
)
def test_a_pipeline_that_cannot_be_had_comes_with_the_way_to_get_it(name: str, why: str) -> None:
    with pytest.raises(ModelNotFound, match=why) as caught:
        PyannotePipeline(name)
    assert "HF_TOKEN" in str(caught.value)


def test_a_device_that_is_not_there_is_told() -> None:
    with pytest.raises(EngineFailed, match="cannot run on cuda: no CUDA"):
        PyannotePipeline("some/pipeline", device="cuda")


def test_a_pipeline_that_gives_up_is_told(pyannote: type[Pipeline], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyannote, "answer", RuntimeError("out of memory"))
    with pytest.raises(EngineFailed, match="out of memory"):
        listen(PyannotePipeline("some/pipeline"), noise(1))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyannote.audio", None)
    with pytest.raises(MissingExtra, match=r"pip install 'earmark\[pyannote\]'"):
        PyannotePipeline("some/pipeline")


def test_libraries_that_do_not_fit_together_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise OSError("Could not load this library: _torchaudio.so")

    monkeypatch.setitem(sys.modules, "pyannote.audio", Broken("pyannote.audio"))
    with pytest.raises(EngineFailed, match=r"torch and torchaudio of the same version: pip install"):
        PyannotePipeline("some/pipeline")
