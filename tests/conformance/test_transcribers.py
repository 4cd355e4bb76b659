"""Every engine that writes down speech, through one suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.core.languages import LANGUAGES
from earmark.core.segment import SPEECH, Segment
from earmark.engines.pocketsphinx import PocketSphinx
from earmark.engines.protocols import TranscribeOptions, Transcriber
from earmark.engines.whisper import Whisper
from earmark.errors import BrokenModel, InvalidValue
from earmark.services.transcribe import transcribe

QUICK = TranscribeOptions(max_tokens=12, beam_size=1, guards=False)


@pytest.fixture(scope="module", params=["whisper", "pocketsphinx"])
def engine(request: pytest.FixtureRequest, test_data: Path) -> Transcriber:
    makers: dict[str, Callable[[], Transcriber]] = {
        "whisper": lambda: Whisper(test_data / "models" / "whisper-stub-random-ct2", device="cpu", batch_size=2),
        "pocketsphinx": PocketSphinx,
    }
    return makers[request.param]()


@pytest.fixture(scope="module")
def clip(test_data: Path) -> np.ndarray:
    with open_reader(test_data / "audio" / "speech_en" / "sense_and_sensibility_01_austen_64kb-0880.wav") as reader:
        return np.concatenate(list(reader.blocks()), axis=1)[0]


def test_one_transcript_per_clip_in_order_with_words_inside_it(engine: Transcriber, clip: np.ndarray) -> None:
    clips = [clip, clip[:16_000], np.zeros(8000, np.float32)]
    transcripts = list(engine.transcribe(clips, language="en", options=QUICK))
    assert len(transcripts) == len(clips)
    for sound, transcript in zip(clips, transcripts, strict=True):
        assert len(transcript.joins) == len(transcript.words)
        starts = [word.start for word in transcript.words]
        assert starts == sorted(starts)
        assert all(word.end <= max(len(sound) / 16_000, 1.0) + 30 for word in transcript.words)
        assert all(word.text == word.text.strip() != "" for word in transcript.words)


@pytest.mark.parametrize("guards", [False, True])
def test_nothing_is_kept_from_one_call_to_the_next(engine: Transcriber, clip: np.ndarray, *, guards: bool) -> None:
    options = TranscribeOptions(max_tokens=12, beam_size=1, guards=guards)
    first = list(engine.transcribe([clip], language="en", options=options))
    list(engine.transcribe([np.zeros(16_000, np.float32)], language="en", options=options))
    assert list(engine.transcribe([clip], language="en", options=options)) == first


def test_input_is_left_as_it_was(engine: Transcriber, clip: np.ndarray) -> None:
    before = clip.copy()
    list(engine.transcribe([clip], language="en", options=QUICK))
    assert np.array_equal(clip, before)


def test_an_unknown_language_is_refused_before_work_begins(engine: Transcriber) -> None:
    with pytest.raises(InvalidValue, match="klingon"):
        engine.check(TranscribeOptions(language="klingon"))


def test_the_language_it_finds_is_one_it_knows(engine: Transcriber, clip: np.ndarray) -> None:
    code, probability = engine.detect_language([clip])
    engine.check(TranscribeOptions(language=code))
    assert 0 < probability <= 1


@pytest.mark.parametrize("samples", [800, 8000])
def test_the_language_of_a_very_short_recording_is_found(engine: Transcriber, clip: np.ndarray, samples: int) -> None:
    code, _ = engine.detect_language([clip[:samples]])
    engine.check(TranscribeOptions(language=code))


REFUSED = [
    (TranscribeOptions(language="fr"), "English only"),
    (TranscribeOptions(multilingual=True), "several languages need Whisper"),
    (TranscribeOptions(temperature=0.0), "no temperature"),
    (TranscribeOptions(temperature=0.5), "no temperature"),
    (TranscribeOptions(prompt="Dear Sir"), "no prompt"),
    (TranscribeOptions(task="translate"), "cannot translate"),
]


@pytest.mark.parametrize(("options", "why"), REFUSED)
def test_pocketsphinx_refuses_what_it_cannot_do(options: TranscribeOptions, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        PocketSphinx().check(options)


def test_whisper_draws_words_at_a_temperature(test_data: Path, clip: np.ndarray) -> None:
    """Likeliest words are the same in every run; drawn ones, with random weights, hardly ever."""
    engine = Whisper(test_data / "models" / "whisper-stub-random-ct2", device="cpu")

    def texts(temperature: float) -> set[str]:
        options = TranscribeOptions(max_tokens=12, beam_size=1, guards=False, temperature=temperature)
        engine.check(options)
        runs = [next(engine.transcribe([clip[:80_000]], language="en", options=options)) for _ in range(3)]
        return {" ".join(word.text for word in run.words) for run in runs}

    assert len(texts(0.0)) == 1
    assert len(texts(1.0)) > 1


def test_whisper_takes_several_languages_where_it_knows_them(test_data: Path, clip: np.ndarray) -> None:
    """The way through the real engine, on random weights: which language it hears means nothing here."""
    engine = Whisper(test_data / "models" / "whisper-stub-random-ct2", device="cpu")
    options = TranscribeOptions(multilingual=True, max_tokens=8, beam_size=1, guards=False)
    engine.check(options)
    sound = np.concatenate([np.resize(clip, 96_000), np.zeros(32_000, np.float32)] * 3)[None]
    rows = [[Segment(start=begin, end=begin + 6.0, label=SPEECH) for begin in (0.0, 8.0, 16.0)]]
    work = transcribe(iter([sound]), rows, engine=engine, options=options)
    assert all(segment.text for segment in work.rows[0])
    assert {segment.language for segment in work.rows[0]} <= set(LANGUAGES)
    assert work.language in LANGUAGES


def test_pocketsphinx_understands_read_english(clip: np.ndarray) -> None:
    transcript = next(PocketSphinx().transcribe([clip], language="en", options=TranscribeOptions()))
    assert {"young", "man"} <= {word.text for word in transcript.words}


def test_text_that_random_weights_invent_is_dropped_with_a_reason(test_data: Path, clip: np.ndarray) -> None:
    engine = Whisper(test_data / "models" / "whisper-stub-random-ct2", device="cpu")
    loose, guarded = (
        next(engine.transcribe([clip], language="en", options=TranscribeOptions(max_tokens=20, guards=guards)))
        for guards in (False, True)
    )
    assert loose.words
    assert guarded.words == ()
    assert all(note.text and note.message for note in guarded.notes)
    assert guarded.notes


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"not a model")
    with pytest.raises(BrokenModel, match=str(tmp_path)):
        Whisper(tmp_path, device="cpu")


def test_a_gpu_that_is_not_there_is_named(test_data: Path) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a GPU")
    with pytest.raises(BrokenModel, match="cuda"):
        Whisper(test_data / "models" / "whisper-stub-random-ct2", device="cuda")


def test_clips_are_taken_as_they_are_needed(engine: Transcriber, clip: np.ndarray) -> None:
    taken = []

    def clips() -> Iterator[np.ndarray]:
        for index in range(60):
            taken.append(index)
            yield clip[:4000]

    transcripts = engine.transcribe(clips(), language="en", options=QUICK)
    next(transcripts)
    assert len(taken) < 40, "a long recording is never held whole"
    del transcripts
