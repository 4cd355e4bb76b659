"""Timelines drawn from levels and probabilities."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.audio.silence import loudness
from earmark.core.segment import NOISE, SILENCE, SPEECH
from earmark.services.timeline import TimelineOptions, draw, speech_spans

QUIET, LOUD, HOP = -65.0, -20.0, 0.01


def timeline(parts: list[tuple[float, float, float]], **options: float) -> list[tuple[float, float, str]]:
    """Draw parts of (seconds, level, probability)."""
    levels = np.concatenate([np.full(round(s * 100), level, np.float32) for s, level, _ in parts])
    speech = np.concatenate([np.full(round(s * 100), p, np.float32) for s, _, p in parts])
    segments = draw(
        levels,
        speech,
        hop=HOP,
        loudness=loudness(levels),
        duration=len(levels) / 100,
        channel=None,
        options=TimelineOptions(**options),
    )
    return [(s.start, s.end, s.label or "") for s in segments]


def test_speech_noise_and_silence_stand_side_by_side() -> None:
    assert timeline([(2, QUIET, 0), (3, LOUD, 0.9), (2, QUIET, 0), (2, LOUD, 0)]) == [
        (0, 2, SILENCE),
        (2, 5, SPEECH),
        (5, 7, SILENCE),
        (7, 9, NOISE),
    ]


def test_a_pause_for_breath_is_part_of_the_speech() -> None:
    assert timeline([(2, LOUD, 0.9), (0.5, QUIET, 0), (2, LOUD, 0.9), (2, QUIET, 0)])[0] == (0, 4.5, SPEECH)


def test_the_shortest_silence_can_be_chosen() -> None:
    parts = [(2.0, LOUD, 0.9), (0.5, QUIET, 0.0), (2.0, LOUD, 0.9), (2.0, QUIET, 0.0)]
    assert timeline(parts, min_silence=0.3)[:3] == [(0, 2, SPEECH), (2, 2.5, SILENCE), (2.5, 4.5, SPEECH)]


def test_a_blip_of_probability_is_no_speech() -> None:
    assert timeline([(2, QUIET, 0), (0.05, LOUD, 0.9), (2, QUIET, 0)]) == [(0, 4.05, SILENCE)]


def test_sound_beside_speech_belongs_to_it_but_silence_does_not() -> None:
    drawn = timeline([(2, QUIET, 0), (0.15, LOUD, 0.1), (2, LOUD, 0.9), (2, QUIET, 0)])
    assert drawn[1] == (2, 4.15, SPEECH)


def test_long_speech_is_cut_at_its_most_doubtful_place() -> None:
    drawn = timeline([(20, LOUD, 0.9), (0.2, LOUD, 0.5), (25, LOUD, 0.9), (2, QUIET, 0)])
    assert [label for *_, label in drawn] == [SPEECH, SPEECH, SILENCE]
    assert 20 <= drawn[0][1] <= 20.2


def test_all_zeros_are_silence() -> None:
    assert timeline([(10, -120.0, 0)]) == [(0, 10, SILENCE)]


PART = st.tuples(st.floats(0.01, 40), st.floats(-120, 0), st.floats(0, 1))


@settings(max_examples=60)
@given(st.lists(PART, min_size=1, max_size=12), st.floats(0, 2), st.floats(0, 2), st.floats(1, 30))
def test_every_timeline_covers_the_recording_once(
    parts: list[tuple[float, float, float]], min_silence: float, min_speech: float, max_speech: float
) -> None:
    parts.append((0.02, -30.0, 0.0))
    drawn = timeline(parts, min_silence=min_silence, min_speech=min_speech, max_speech=max_speech)
    length = sum(round(s * 100) for s, _, _ in parts) / 100
    assert drawn[0][0] == 0
    assert drawn[-1][1] == length
    assert all(a[1] == b[0] for a, b in itertools.pairwise(drawn))
    assert all(start < end for start, end, _ in drawn)
    assert all(end - start <= max_speech + 0.01 for start, end, label in drawn if label == SPEECH)


def test_spans_of_speech_leave_pauses_open_that_the_timeline_fills() -> None:
    levels = np.full(700, QUIET, np.float32)
    probabilities = np.zeros(700, np.float32)
    for begin, end in ((100, 200), (240, 400)):
        levels[begin - 10 : end] = LOUD
        probabilities[begin:end] = 0.9
    probabilities[500] = 0.9
    spans = speech_spans(levels, probabilities, hop=HOP, loudness=loudness(levels))
    assert spans.tolist() == [[0.9, 2.0], [2.3, 4.0]], "sound before speech belongs to it, a blip is none"


def test_no_speech_has_no_spans() -> None:
    levels = np.full(50, QUIET, np.float32)
    assert speech_spans(levels, np.zeros(50, np.float32), hop=HOP, loudness=loudness(levels)).shape == (0, 2)
