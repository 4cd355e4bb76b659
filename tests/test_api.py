"""Earmark from Python and in a notebook."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import earmark
from earmark.app import Annotator, Context, Request
from earmark.config import Settings
from earmark.core.progress import Progress
from earmark.engines.protocols import TranscribeOptions
from earmark.errors import InvalidSettings, InvalidValue, ModelNotFound, SourceNotFound
from earmark.services.annotate import AnnotateOptions
from earmark.services.timeline import TimelineOptions

RATE = 16_000


def tone(seconds: float = 2.0, channels: int = 1) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    return np.tile(0.3 * np.sin(2 * np.pi * 440 * times), (channels, 1)).astype(np.float32)


def spans(annotation: earmark.Annotation) -> list[tuple[float, float, str | None]]:
    return [(segment.start, segment.end, segment.label) for segment in annotation.segments]


@pytest.fixture
def wav(write_media) -> Path:
    return write_media("tone.wav", np.concatenate([np.zeros((1, 2 * RATE), np.float32), tone()], axis=1), RATE)


def test_an_array_becomes_an_annotation() -> None:
    annotation = earmark.annotate(np.zeros(3 * RATE), RATE, engine="none")
    assert spans(annotation) == [(0.0, 3.0, "silence")]
    assert annotation.recording == earmark.Recording(source="array", duration=3.0, sample_rate=RATE, channels=1)
    assert annotation.notes == ()
    assert f"earmark {earmark.__version__}" in (annotation.source or "")


@pytest.mark.parametrize("make", [str, Path])
def test_a_file_and_its_samples_give_the_same_timeline(wav: Path, make: Callable[[Path], str | Path]) -> None:
    samples = np.concatenate([np.zeros((1, 2 * RATE), np.float32), tone()], axis=1)
    from_file = earmark.annotate(make(wav), engine="none")
    assert spans(from_file) == spans(earmark.annotate(samples, RATE, engine="none"))
    assert spans(from_file) == [(0.0, 2.0, "silence"), (2.0, 4.0, "noise")]
    assert from_file.recording is not None
    assert from_file.recording.source == str(wav)


def test_channels_timeline_and_progress_can_be_chosen() -> None:
    samples = np.concatenate([tone(2.0, 2), np.zeros((2, RATE // 2), np.float32), tone(2.0, 2)], axis=1)
    samples[1] = 0
    steps: list[Progress] = []
    annotation = earmark.annotate(
        samples,
        RATE,
        engine="none",
        channels="1,2",
        timeline=TimelineOptions(min_silence=0.3),
        report=steps.append,
    )
    first, second = (
        replace(annotation, segments=tuple(s for s in annotation.segments if s.channel == c)) for c in (0, 1)
    )
    assert spans(first) == [(0.0, 2.0, "noise"), (2.0, 2.5, "silence"), (2.5, 4.5, "noise")]
    assert spans(second) == [(0.0, 4.5, "silence")]
    assert {step.stage for step in steps} == {"levels", "speech"}
    assert steps[-1].done == steps[-1].total == 4.5


def test_speech_is_written_down_by_the_model_that_is_given(test_data: Path) -> None:
    path = test_data / "audio" / "speech_en" / "LJ001-0002.flac"
    options = TranscribeOptions(language="de", guards=False, max_tokens=8, beam_size=1)
    model = test_data / "models" / "whisper-stub-random-ct2"
    annotation = earmark.annotate(path, model=model, transcript=options, language="fr")
    speech = [segment for segment in annotation.segments if segment.label == "speech"]
    assert annotation.language == "fr", "the argument counts, not the options"
    assert {segment.language for segment in speech} == {"fr"}
    assert all(segment.text is not None for segment in speech)
    assert model.name in (annotation.source or "")
    kept = earmark.annotate(path, model=model, transcript=options)
    assert kept.language == "de"


def test_weights_that_cannot_be_had_are_a_warning_and_a_note() -> None:
    with pytest.warns(UserWarning, match="earmark models pull small") as caught:
        annotation = earmark.annotate(tone(), RATE)
    assert [note.kind for note in annotation.notes] == ["unavailable"]
    assert annotation.notes[0].message == str(caught[0].message)
    assert caught[0].filename == __file__, "the warning points at the caller"
    assert spans(annotation) == [(0.0, 2.0, "noise")]


@pytest.fixture
def call(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two people, each on a channel of their own; there are networks that tell speakers apart."""
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))
    return test_data / "audio" / "speech_en" / "stereo_diarization.wav"


def test_a_transcript_is_what_was_said_and_by_whom(call: Path, tmp_path: Path) -> None:
    told: list[earmark.Segment] = []
    annotation = earmark.transcribe(call, engine="pocketsphinx", heard=told.extend)
    assert {segment.label for segment in annotation.segments} == {"speech"}
    texts = {segment.speaker: segment.text or "" for segment in annotation.segments}
    assert sorted(texts) == ["SPEAKER_00", "SPEAKER_01"]
    assert any("complaint" in text and "curtain" in text for text in texts.values())
    assert annotation.language == "en"
    assert [(s.speaker, s.text) for s in told if s.text] == [(s.speaker, s.text) for s in annotation.segments]
    earmark.write(annotation, tmp_path / "call.transcript.json")
    assert earmark.read(tmp_path / "call.transcript.json").text == annotation.text


def test_a_transcript_without_speakers_where_nobody_asks_for_them(call: Path) -> None:
    annotation = earmark.transcribe(call, engine="pocketsphinx", speakers=None)
    assert {(segment.speaker, segment.channel) for segment in annotation.segments} == {(None, None)}


def test_a_transcript_has_a_segment_for_each_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    words = tuple(earmark.Word(text=text, start=i * 0.5, end=i * 0.5 + 0.4) for i, text in enumerate(["Yes.", "Go!"]))
    speech = earmark.Segment(start=0.0, end=1.0, label="speech", text="Yes. Go!", words=words)
    rest = earmark.Segment(start=1.0, end=2.0, label="silence")
    heard = earmark.Annotation(segments=(speech, rest))
    ready = SimpleNamespace(listeners=SimpleNamespace(transcriber=object()), missing=())
    engines = type("Engines", (SimpleNamespace,), {"__call__": lambda *_: heard})(**vars(ready))
    monkeypatch.setattr(Context, "annotator", lambda *_: engines)
    assert [segment.text for segment in earmark.transcribe(tone(), RATE).segments] == ["Yes.", "Go!"]


def test_speakers_of_a_timeline_where_they_are_asked_for(call: Path) -> None:
    def speakers(**asked: Any) -> set[str | None]:
        return {s.speaker for s in earmark.annotate(call, engine="none", **asked).segments if s.label == "speech"}

    assert speakers() == {None}
    assert speakers(speakers="auto") == speakers(max_speakers=3) == speakers(diarizer="auto")
    assert speakers(speakers=2) == {"SPEAKER_00", "SPEAKER_01"}


def test_a_transcript_that_cannot_be_had_is_an_error_and_no_empty_one() -> None:
    with pytest.raises(ModelNotFound, match="earmark models pull small"):
        earmark.transcribe(tone(), RATE, speakers=None)
    with pytest.raises(InvalidValue, match="writes nothing down"):
        earmark.transcribe(tone(), RATE, engine="none")


def test_what_cannot_tell_speakers_apart_is_a_warning_and_a_note() -> None:
    with pytest.warns(UserWarning, match="onnx") as caught:
        annotation = earmark.transcribe(tone(), RATE, engine="pocketsphinx", diarizer="onnx")
    assert caught[0].filename == __file__, "the warning points at the caller"
    assert "unavailable" in [note.kind for note in annotation.notes]


def test_a_sound_model_that_is_not_there_is_a_warning_and_noise_stays_noise() -> None:
    with pytest.warns(UserWarning, match="sound-class model"):
        annotation = earmark.annotate(tone(), RATE, engine="none", labels=["music"])
    assert spans(annotation) == [(0.0, 2.0, "noise")]


def test_a_sound_model_names_noise(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ai_edge_litert", reason="the extra earmark[sounds] is not installed")
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))
    path = test_data / "audio" / "esc10" / "rain" / "1-17367-A.ogg"
    annotation = earmark.annotate(path, engine="none", labels=["Rain", "speech"])
    assert "Rain" in {segment.label for segment in annotation.segments}
    assert "yamnet" in (annotation.source or "")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"recording": np.zeros(RATE)}, "samples need their rate"),
        ({"recording": [0.0, 0.1]}, "samples need their rate"),
        ({"recording": np.zeros((2, 0)), "sample_rate": RATE}, "must have the shape"),
        ({"recording": np.zeros(RATE), "sample_rate": RATE, "engine": "siri"}, "no engine 'siri'"),
        ({"recording": np.zeros(RATE), "sample_rate": RATE, "channels": "left"}, "'mix', 'each'"),
        ({"recording": np.zeros(RATE), "sample_rate": RATE, "channels": "2"}, "channel 2 was asked for"),
        ({"recording": np.zeros(RATE), "sample_rate": RATE, "speakers": "two"}, "a number or auto"),
        ({"recording": np.zeros(RATE), "sample_rate": RATE, "speakers": 2, "max_speakers": 3}, "cannot both"),
        ({"recording": np.zeros(RATE), "sample_rate": RATE, "diarizer": "siri"}, "no diarizer 'siri'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        earmark.annotate(**{"engine": "none"} | arguments)


def test_a_missing_file_and_a_wrong_setting_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceNotFound, match=r"gone\.wav"):
        earmark.annotate(tmp_path / "gone.wav", engine="none")
    monkeypatch.setenv("EARMARK_MODLE", "x")
    with pytest.raises(InvalidSettings, match="EARMARK_MODLE"):
        earmark.annotate(np.zeros(RATE), RATE, engine="none")


def test_names_that_are_not_there_are_no_part_of_the_package() -> None:
    with pytest.raises(AttributeError, match="listen"):
        earmark.listen  # noqa: B018 - the look-up is what is tested
    assert all(getattr(earmark, name) is not None for name in earmark.__all__)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"engine": ""}, "choose one of whisper, pocketsphinx, none"),
        ({"engine": "Whisper"}, "choose one of"),
        ({"batch_size": 0}, "a batch holds 1 to 256 clips, not 0"),
        ({"batch_size": 257}, "not 257"),
    ],
)
def test_requests_that_make_no_sense(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        Request(**fields)


@pytest.mark.parametrize("fields", [{}, {"engine": "none"}, {"batch_size": 1}, {"batch_size": 256, "model": "small"}])
def test_requests_that_make_sense(fields: dict[str, Any]) -> None:
    request = Request(**fields)
    assert {name: getattr(request, name) for name in fields} == fields


def load(request: Request, **settings: Any) -> Annotator:
    return Context(replace(Settings(), offline=True, **settings)).annotator(request)


def test_only_the_engines_that_were_asked_for_are_loaded(tmp_path: Path) -> None:
    annotator = load(Request(engine="none"), models_dir=tmp_path)
    assert annotator.listeners.transcriber is None
    assert annotator.listeners.classifier is None
    assert annotator.missing == ()


def test_everything_that_cannot_be_had_is_noted_at_once(tmp_path: Path) -> None:
    annotator = load(Request(options=AnnotateOptions(labels=("music",))), models_dir=tmp_path)
    assert ["models pull" in note.message for note in annotator.missing] == [True, False]
    assert "sound-class model" in annotator.missing[1].message


def test_an_english_draft_is_refused_for_another_language_before_work_begins() -> None:
    pytest.importorskip("pocketsphinx", reason="the extra earmark[pocketsphinx] is not installed")
    options = AnnotateOptions(transcript=TranscribeOptions(language="fr"))
    with pytest.raises(InvalidValue, match="fr"):
        load(Request(engine="pocketsphinx", options=options))


def test_the_fingerprint_tells_results_with_other_options_apart() -> None:
    options = [
        AnnotateOptions(),
        AnnotateOptions(timeline=TimelineOptions(min_silence=0.5)),
        AnnotateOptions(transcript=TranscribeOptions(language="fr")),
        AnnotateOptions(labels=("music",)),
    ]
    prints = [load(Request(engine="none", options=each)).fingerprint for each in options]
    assert len(set(prints)) == len(options)
    assert load(Request(engine="none")).fingerprint == prints[0]


@pytest.fixture
def plain() -> earmark.Annotation:
    return earmark.Annotation(segments=(earmark.Segment(start=0.0, end=4.0, label="noise"),))


def of_file(annotation: earmark.Annotation, path: Path) -> earmark.Annotation:
    return replace(annotation, recording=earmark.Recording(source=str(path), duration=4.0))


def rows(figure: Any) -> list[str]:
    return [axis.get_ylabel() for axis in figure.axes]


def test_a_plot_shows_the_sound_of_the_file_that_the_annotation_names(
    plain: earmark.Annotation, wav: Path, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib", reason="the extra earmark[plot] is not installed")
    assert rows(earmark.plot(of_file(plain, wav))) == ["kHz", "mix"]
    assert rows(earmark.plot(plain)) == ["mix"]
    assert rows(earmark.plot(of_file(plain, tmp_path / "gone.wav"))) == ["mix"]
    assert rows(earmark.plot(plain, wav)) == ["kHz", "mix"]
    assert rows(earmark.plot(plain, tone(4.0), RATE)) == ["kHz", "mix"]


def test_a_plot_of_samples_needs_their_rate(plain: earmark.Annotation) -> None:
    pytest.importorskip("matplotlib", reason="the extra earmark[plot] is not installed")
    with pytest.raises(InvalidValue, match="samples need their rate"):
        earmark.plot(plain, tone())


class Notebook:
    """Stands in for IPython: a shell with a PNG formatter that knows types."""

    def __init__(self) -> None:
        self.printers: dict[type, Callable[[Any], bytes | None]] = {}
        formatters = {"image/png": SimpleNamespace(for_type=self.printers.__setitem__)}
        self.shell = SimpleNamespace(display_formatter=SimpleNamespace(formatters=formatters))

    def png(self, value: object) -> bytes | None:
        return self.printers[type(value)](value)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    made = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: made.shell, version_info=(9, 0)))
    return made


def test_a_notebook_shows_a_table_and_a_picture(notebook: Notebook, wav: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra earmark[plot] is not installed")
    annotation = earmark.annotate(wav, engine="none")
    assert "<td>noise</td>" in annotation._repr_html_()
    with_sound = notebook.png(annotation)
    wav.unlink()
    without = notebook.png(annotation)
    assert with_sound is not None
    assert without is not None
    assert with_sound.startswith(b"\x89PNG")
    assert without.startswith(b"\x89PNG")
    assert len(with_sound) > len(without), "the spectrogram is there only as long as the sound is"


def test_a_notebook_without_matplotlib_shows_the_table_only(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert notebook.png(earmark.annotate(tone(), RATE, engine="none")) is None


@pytest.mark.parametrize("module", [None, SimpleNamespace(get_ipython=lambda: None), SimpleNamespace()])
def test_outside_of_a_notebook_nothing_is_shown(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    monkeypatch.setitem(sys.modules, "IPython", module)
    assert spans(earmark.annotate(tone(), RATE, engine="none")) == [(0.0, 2.0, "noise")]


def test_listening_alone_does_not_load_matplotlib_or_a_notebook() -> None:
    code = (
        "import earmark, numpy, sys; earmark.annotate(numpy.zeros(16000), 16000, engine='none');"
        "print(sorted({'matplotlib', 'IPython', 'pocketsphinx', 'ai_edge_litert'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
