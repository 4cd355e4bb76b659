"""From windows to one timeline."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.engines.stitching import assigned, speaking

FRAMES = 10
Runs = list[tuple[int, int, int]]


def window(*speakers: tuple[int, int, float]) -> np.ndarray:
    """Each speaks from one frame to another, with a probability."""
    out = np.zeros((FRAMES, 3))
    for place, (first, after, probability) in enumerate(speakers):
        out[first:after, place] = probability
    return np.rint(out * 255).astype(np.uint8)


def runs(starts: list[int], windows: list[np.ndarray | None], who: list[list[int]], people: int = 2) -> Runs:
    """Runs of speech, joined where they touch."""
    joined: Runs = []
    for person, first, after in sorted(speaking(starts, windows, np.array(who), people=people, frames=FRAMES)):
        if joined and joined[-1][0] == person and joined[-1][2] == first:
            first = joined.pop()[1]
        joined.append((person, first, after))
    return joined


def test_what_two_windows_hear_becomes_one_run() -> None:
    found = runs([0, 5], [window((2, 10, 1.0)), window((0, 0, 0), (0, 6, 1.0))], [[0, -1, -1], [-1, 0, -1]])
    assert found == [(0, 2, 11)]


def test_overlapping_speech_is_kept() -> None:
    found = runs([0], [window((1, 8, 0.9), (4, 10, 0.8))], [[0, 1, -1]])
    assert found == [(0, 1, 8), (1, 4, 10)]


def test_frames_hear_most_to_the_window_in_whose_middle_they_lie() -> None:
    found = runs([0, 5], [window((0, 10, 1.0)), window((0, 10, 1.0))], [[0, -1, -1], [1, -1, -1]])
    assert found == [(0, 0, 8), (1, 8, 15)] or found == [(0, 0, 7), (1, 7, 15)]


def test_two_local_speakers_who_are_one_person_speak_once() -> None:
    assert runs([0], [window((1, 6, 1.0), (4, 9, 1.0))], [[0, 0, -1]]) == [(0, 1, 9)]


def test_windows_without_speech_and_gaps_between_windows_hold_nobody() -> None:
    found = runs([0, 5, 30], [window((0, 3, 1.0)), None, window((0, 2, 1.0))], [[0, -1, -1], [-1] * 3, [1, -1, -1]])
    assert found == [(0, 0, 3), (1, 30, 32)]


@pytest.mark.parametrize(("probability", "heard"), [(0.3, False), (0.5, True)])
def test_speech_begins_at_a_probability(probability: float, heard: bool) -> None:  # noqa: FBT001
    assert bool(runs([0], [window((0, 10, probability))], [[0, -1, -1]])) is heard


def test_no_windows_hold_nobody() -> None:
    assert runs([], [], np.zeros((0, 3), int).tolist()) == []


def similar(*rows: list[float]) -> np.ndarray:
    return np.array([rows], np.float32)


@pytest.mark.parametrize(
    ("rows", "weights", "expected"),
    [
        ([[0.9, 0.1], [0.2, 0.8], [0, 0]], [1, 1, 0], [0, 1, -1]),
        ([[0.9, 0.8], [0.9, 0.1], [0, 0]], [1, 1, 0], [1, 0, -1]),
        ([[0.9, 0.8, 0.1], [0.9, 0.1, 0.2], [0.8, 0.8, 0.0]], [1, 1, 1], [0, 2, 1]),
        ([[0.9, -0.9], [0.9, -0.9], [0, 0]], [1, 1, 0], [0, 0, -1]),
        ([[0.9], [0.2], [0.1]], [1, 1, 1], [0, 0, 0]),
    ],
    ids=["each his own", "different people", "all three together", "rather the same than somebody else", "only one"],
)
def test_local_speakers_are_the_people_they_sound_like_and_mostly_different_ones(
    rows: list[list[float]], weights: list[float], expected: list[int]
) -> None:
    assert assigned(similar(*rows), np.array([weights], np.float32)).tolist() == [expected]


def test_the_assignment_is_the_best_there_is() -> None:
    from itertools import product

    chooser = np.random.default_rng(6)
    for _ in range(50):
        rows, weights = chooser.uniform(-1, 1, (1, 3, 5)).astype(np.float32), chooser.uniform(0.1, 1, (1, 3))
        gains = {
            who: sum(
                weights[0, i] * rows[0, i, person]
                - sum(min(weights[0, i], weights[0, j]) for j in range(i) if who[j] == person)
                for i, person in enumerate(who)
            )
            for who in product(range(5), repeat=3)
        }
        mine = tuple(assigned(rows, weights.astype(np.float32))[0].tolist())
        assert gains[mine] == pytest.approx(max(gains.values()), abs=1e-5)
