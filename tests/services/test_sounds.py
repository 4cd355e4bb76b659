"""Noise gets the names of what it is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment
from earmark.errors import InvalidValue
from earmark.services.sounds import LEAST_SCORE, label_scores, name_noise, wanted_classes

KNOWN = ("Speech", "Music", "Dog", "Bark", "Chicken, rooster", "Inside, small room", "Music")
HOP = 0.5


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["Dog"], {"Dog": [2]}),
        (["dog", "bark"], {"dog": [2], "bark": [3]}),
        (["music"], {"music": [1, 6]}),
        (["Inside,_small_ROOM"], {"Inside,_small_ROOM": [5]}),
        ([" chicken, rooster "], {" chicken, rooster ": [4]}),
        ([SPEECH, NOISE, SILENCE, "dog"], {"dog": [2]}),
        ([SPEECH], {}),
        ([], {}),
    ],
)
def test_labels_stand_for_the_classes_of_their_name(labels: list[str], found: dict[str, list[int]]) -> None:
    assert wanted_classes(labels, KNOWN) == found


@pytest.mark.parametrize(
    ("label", "advice"),
    [
        ("rooster", "Did you mean: Chicken, rooster?"),
        ("musik", "Did you mean: Music"),
        ("Barc", "Did you mean: Bark?"),
        ("xyzzy", "See the class map"),
    ],
)
def test_a_class_that_is_not_there_is_refused_with_the_nearest_ones(label: str, advice: str) -> None:
    with pytest.raises(InvalidValue, match=f"{label!r}. ") as caught:
        wanted_classes(["dog", label], KNOWN)
    assert advice in str(caught.value)


def table(*runs: tuple[int, float, float]) -> np.ndarray:
    """Scores of dog and music, as runs of (hops, dog, music)."""
    return np.concatenate([np.tile(np.array([[dog, music]], np.float32), (hops, 1)) for hops, dog, music in runs])


def named(row: list[Segment], scores: np.ndarray) -> list[tuple[float, float, str | None]]:
    return [(s.start, s.end, s.label) for s in name_noise(row, scores, hop=HOP, labels=("dog", "music"))]


def noise(start: float, end: float) -> Segment:
    return Segment(start=start, end=end, label=NOISE, channel=1)


def test_noise_is_cut_where_its_class_changes() -> None:
    scores = table((20, 0.6, 0.0), (20, 0.0, 0.6), (20, 0.0, 0.0))
    assert named([noise(0.0, 30.0)], scores) == [(0.0, 10.0, "dog"), (10.0, 20.0, "music"), (20.0, 30.0, NOISE)]


def test_only_noise_is_named_and_all_else_stays_as_it_was() -> None:
    row = [
        Segment(start=0.0, end=4.0, label=SPEECH, text="one", score=0.9),
        noise(4.0, 6.0),
        Segment(start=6.0, end=9.0, label=SILENCE),
    ]
    got = list(name_noise(row, table((18, 1.0, 0.0)), hop=HOP, labels=("dog", "music")))
    assert (got[0], got[2]) == (row[0], row[2])
    assert (got[1].start, got[1].end, got[1].label, got[1].channel) == (4.0, 6.0, "dog", 1)


def test_the_score_is_the_mean_of_the_class_and_absent_where_none_is_believed() -> None:
    heard, unknown = (
        next(iter(name_noise([noise(0, 5)], scores, hop=HOP, labels=("dog", "music"))))
        for scores in (table((10, 0.75, 0.0)), table((10, LEAST_SCORE - 0.01, 0.0)))
    )
    assert (heard.label, heard.score) == ("dog", pytest.approx(0.75))
    assert (unknown.label, unknown.score) == (NOISE, None)


def test_a_class_heard_for_one_hop_does_not_cut_a_long_noise() -> None:
    scores = table((10, 0.8, 0.0), (1, 0.0, 0.9), (10, 0.8, 0.0))
    assert named([noise(0.0, 10.5)], scores) == [(0.0, 10.5, "dog")]


def test_what_is_heard_outside_of_the_noise_does_not_name_it() -> None:
    row = [Segment(start=0.0, end=5.0, label=SPEECH), noise(5.0, 10.0)]
    assert named(row, table((10, 1.0, 0.0), (10, 0.0, 0.6))) == [(0.0, 5.0, SPEECH), (5.0, 10.0, "music")]


def test_the_loudest_of_several_classes_of_one_name_counts() -> None:
    scores = np.tile(np.array([[0.1, 0.7, 0.5]], np.float32), (10, 1))
    table = label_scores(scores, {"music": [0, 1], "dog": [2]})
    (got,) = name_noise([noise(0, 5)], table, hop=HOP, labels=("music", "dog"))
    assert (got.label, got.score) == ("music", pytest.approx(0.7))


def test_scores_are_reduced_to_the_labels_in_their_order() -> None:
    scores = np.array([[0.1, 0.7, 0.5, 0.9], [0.6, 0.2, 0.0, 0.9]], np.float32)
    reduced = label_scores(scores, {"dog": [2], "music": [0, 1]})
    assert np.array_equal(reduced, np.array([[0.5, 0.7], [0.0, 0.6]], np.float32))
    assert label_scores(scores[:0], {"dog": [2], "music": [0, 1]}).shape == (0, 2)


def test_noise_after_the_last_score_is_named_by_it_and_without_scores_stays_noise() -> None:
    assert named([noise(20.0, 20.01)], table((10, 1.0, 0.0))) == [(20.0, 20.01, "dog")]
    assert named([noise(0.0, 5.0)], table((0, 1.0, 0.0))) == [(0.0, 5.0, NOISE)]


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.integers(1, 3000), st.sampled_from([SPEECH, NOISE, SILENCE])), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(1, 9), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12),
)
def test_the_timeline_stays_without_gap_or_overlap(
    parts: list[tuple[int, str]], runs: list[tuple[int, float, float]]
) -> None:
    edges = [edge / 100 for edge in itertools.accumulate((length for length, _ in parts), initial=0)]
    row = [
        Segment(start=a, end=b, label=label)
        for (a, b), (_, label) in zip(itertools.pairwise(edges), parts, strict=True)
    ]
    got = list(name_noise(row, table(*runs), hop=0.4875, labels=("dog", "music")))
    assert (got[0].start, got[-1].end) == (edges[0], edges[-1])
    assert all(a.end == b.start for a, b in itertools.pairwise(got))
    assert all(s.start < s.end for s in got)
    kept = [s for s in row if s.label != NOISE]
    assert [s for s in got if s.label in (SPEECH, SILENCE)] == kept
