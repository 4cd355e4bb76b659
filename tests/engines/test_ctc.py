"""Forced alignment: on a model whose output is known, and against a search that tries everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.ctc_model import RATE, spoken, write_model

from earmark.core.segment import Word
from earmark.engines.ctc import NOTHING, WILDCARD, CtcAligner, best_path, emissions, log_softmax
from earmark.errors import BrokenModel

SOUND = spoken(
    ("<pad>", 0.5), ("A", 0.1), ("B", 0.2), ("|", 0.1), ("<pad>", 0.3), ("C", 0.1), ("<pad>", 0.04), ("C", 0.16),
    ("|", 0.1), ("D", 0.2), ("<pad>", 0.2),
)  # fmt: skip
"""Says "ab cc d": from 0.5 to 0.8, from 1.2 to 1.5 and from 1.6 to 1.8."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "xx")


@pytest.fixture(scope="module")
def aligner(folder: Path) -> CtcAligner:
    return CtcAligner(folder, language="xx", threads=1)


def words_of(text: str) -> list[Word]:
    """Words with times that are wrong, and a score that no model gave."""
    return [Word(text=part, start=7.0, end=7.5, score=0.125) for part in text.split()]


def align(aligner: CtcAligner, sound: np.ndarray, text: str, joins: list[bool] | None = None) -> list[Word]:
    words = words_of(text)
    return aligner.align(sound, words, joins=joins or [False] * len(words))


def times(words: list[Word]) -> list[tuple[float, float]]:
    return [(word.start, word.end) for word in words]


SPOKEN = [(0.5, 0.8), (1.2, 1.5), (1.6, 1.8)]


@pytest.mark.parametrize("text", ["ab cc d", "AB CC D", "Ab, cc! D.", "áb cç d"])
def test_words_get_the_times_at_which_they_are_spoken(aligner: CtcAligner, text: str) -> None:
    words = align(aligner, SOUND, text)
    assert [word.text for word in words] == text.split()
    assert times(words) == SPOKEN
    assert all(word.score is not None and word.score > 0.99 for word in words)


def test_characters_outside_the_vocabulary_take_what_is_heard(aligner: CtcAligner) -> None:
    assert times(align(aligner, SOUND, "ab 7 d")) == SPOKEN
    assert times(align(aligner, SOUND, "ab 42 d")) == SPOKEN
    assert times(align(aligner, SOUND, "1 2 3"))[0] == SPOKEN[0]


def test_a_word_without_letters_keeps_its_own_time_and_score(aligner: CtcAligner) -> None:
    words = align(aligner, SOUND, "ab … cc — d")
    assert [times(words)[i] for i in (0, 2, 4)] == SPOKEN
    assert words[1] == words_of("…")[0]
    assert words[3] == words_of("—")[0]


def test_words_that_were_not_spoken_get_a_low_score(aligner: CtcAligner) -> None:
    right, wrong = align(aligner, SOUND, "ab cc d"), align(aligner, SOUND, "ab bb d")
    assert (wrong[1].score or 0) < 0.2 < 0.9 < (right[1].score or 0)
    assert times(wrong)[0] == SPOKEN[0], "the others are found all the same"


def test_joined_words_have_nothing_between_them(aligner: CtcAligner) -> None:
    sound = spoken(("A", 0.2), ("B", 0.2), ("C", 0.2))
    assert times(align(aligner, sound, "A BC", [False, True])) == [(0.0, 0.2), (0.2, 0.6)]


def test_a_text_too_long_for_the_sound_changes_nothing(aligner: CtcAligner) -> None:
    assert align(aligner, SOUND[:3200], "abcd " * 20) == words_of("abcd " * 20)


@pytest.mark.parametrize("samples", [0, 1, 399, 1600])
def test_short_clips_are_taken(aligner: CtcAligner, samples: int) -> None:
    words = align(aligner, np.full(samples, 0.4, np.float32), "a")
    assert 0 <= words[0].start <= words[0].end <= samples / RATE


def test_no_words_are_aligned_to_no_words(aligner: CtcAligner) -> None:
    assert align(aligner, SOUND, "") == []


def test_the_waveform_is_normalised_where_the_model_wants_it(tmp_path: Path) -> None:
    plain = CtcAligner(write_model(tmp_path / "plain"), language="xx")
    even = CtcAligner(write_model(tmp_path / "even", normalise=True), language="xx")
    louder = SOUND * 3 + 0.1
    assert align(even, louder, "ab cc d") == align(even, SOUND, "ab cc d")
    assert align(plain, louder, "ab cc d") != align(plain, SOUND, "ab cc d")


def test_a_model_that_takes_a_mask_gets_one(tmp_path: Path) -> None:
    assert times(align(CtcAligner(write_model(tmp_path, mask=True), language="xx"), SOUND, "ab cc d")) == SPOKEN


def test_the_sound_is_left_as_it_was(aligner: CtcAligner) -> None:
    before = SOUND.copy()
    align(aligner, SOUND, "ab cc d")
    assert np.array_equal(before, SOUND)


def break_vocabulary(folder: Path, tokens: object) -> None:
    (folder / "vocab.json").write_text(json.dumps(tokens))


BROKEN = [
    ("model.onnx", "is missing", lambda folder: (folder / "model.onnx").unlink()),
    ("model.onnx", "not an ONNX network", lambda folder: (folder / "model.onnx").write_bytes(b"no network")),
    ("vocab.json", "is missing", lambda folder: (folder / "vocab.json").unlink()),
    ("vocab.json", "cannot be read", lambda folder: (folder / "vocab.json").write_text("{")),
    ("vocab.json", "no JSON object", lambda folder: break_vocabulary(folder, [1])),
    ("vocab.json", "number for each letter", lambda folder: break_vocabulary(folder, {"<pad>": "0", "a": "1"})),
    ("vocab.json", "no <pad>", lambda folder: break_vocabulary(folder, {"a": 0, "b": 1})),
    ("vocab.json", "no letters", lambda folder: break_vocabulary(folder, {"<pad>": 0, "<s>": 1})),
    ("vocab.json", "do not fit", lambda folder: break_vocabulary(folder, {"<pad>": 0, "a": 30})),
    ("preprocessor_config.json", "8000 Hz", lambda folder: write_model(folder, rate=8000)),
]


@pytest.mark.parametrize(("name", "why", "harm"), BROKEN, ids=[f"{b[0]} {b[1]}" for b in BROKEN])
def test_a_folder_that_cannot_be_used_is_named_with_its_fault(
    tmp_path: Path, name: str, why: str, harm: object
) -> None:
    write_model(tmp_path)
    harm(tmp_path)  # type: ignore[operator]
    with pytest.raises(BrokenModel, match=why) as caught:
        CtcAligner(tmp_path, language="xx")
    assert str(tmp_path) in str(caught.value)
    assert name in str(caught.value)


def every_path(frames: int, count: int, twins: list[bool]) -> Iterator[list[int]]:
    """All ways to read off ``count`` tokens in so many frames, one by one."""

    def grow(path: list[int], read: int) -> Iterator[list[int]]:
        if len(path) == frames:
            if read == count:
                yield path
            return
        yield from grow([*path, NOTHING], read)
        if path and path[-1] != NOTHING:
            yield from grow([*path, path[-1]], read)
        if read < count and not (twins[read] and path and path[-1] == read - 1):
            yield from grow([*path, read], read + 1)

    return grow([], 0)


def score(path: list[int] | np.ndarray, letters: np.ndarray, blanks: np.ndarray) -> float:
    return float(sum(blanks[t] if token == NOTHING else letters[t, token] for t, token in enumerate(path)))


@settings(max_examples=80)
@given(st.integers(1, 6), st.lists(st.sampled_from([4, 5, WILDCARD]), min_size=1, max_size=3), st.integers(0, 10_000))
def test_the_likeliest_of_all_paths_is_found(frames: int, tokens: list[int], seed: int) -> None:
    scores = log_softmax(np.random.default_rng(seed).normal(0, 2, (frames, 7)).astype(np.float32))
    letters = emissions(scores, tokens, blank=0, ignored=(0, 1, 2, 3))
    twins = [i > 0 and tokens[i] == tokens[i - 1] != WILDCARD for i in range(len(tokens))]
    paths = list(every_path(frames, len(tokens), twins))
    found = best_path(letters, scores[:, 0], twins=np.array(twins))
    if not paths:
        assert found is None
        return
    assert found is not None
    assert found.tolist() in paths
    assert score(found, letters, scores[:, 0]) == pytest.approx(max(score(p, letters, scores[:, 0]) for p in paths))


def test_a_wildcard_is_the_likeliest_letter_and_never_a_mark() -> None:
    scores = log_softmax(np.array([[9, 8, 0, 1.0, 3.0]], np.float32))
    letters = emissions(scores, [WILDCARD, 3], blank=2, ignored=(0, 1, 2))
    assert letters[0].tolist() == [scores[0, 4], scores[0, 3]]


def test_half_a_minute_with_five_hundred_letters_is_aligned_in_a_second() -> None:
    import time

    scores = log_softmax(np.random.default_rng(0).normal(size=(1500, 32)).astype(np.float32))
    tokens = np.random.default_rng(1).integers(4, 32, 500).tolist()
    began = time.process_time()
    path = best_path(emissions(scores, tokens, blank=0, ignored=(0,)), scores[:, 0], twins=np.zeros(500, bool))
    assert time.process_time() - began < 1.0
    assert path is not None
    assert sorted(set(path.tolist()) - {NOTHING}) == list(range(500))
