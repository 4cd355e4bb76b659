"""Clustering against SciPy's, and what follows from its purpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.speakers import SpeakerCount
from earmark.engines import clustering
from earmark.engines.clustering import Groups, Tree, average_linkage, people, tree_of

TOLERANCE = 1e-4


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def voices(people: int, each: int, *, spread: float = 0.25, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of so many people in random order, and whose each is."""
    chooser = np.random.default_rng(seed)
    centres = unit(chooser.normal(size=(people, 64)))
    who = chooser.permutation(np.repeat(np.arange(people), each))
    return unit(centres[who] + chooser.normal(0, spread / 8, (people * each, 64))), who


def tree(vectors: np.ndarray, windows: np.ndarray | None = None, weights: np.ndarray | None = None) -> Tree:
    count = len(vectors)
    weights = np.ones(count, np.float32) if weights is None else weights.astype(np.float32)
    return tree_of(vectors, weights, np.arange(count) if windows is None else windows, distance=0.4)


def owners(groups: Groups, who: np.ndarray) -> list[set[int]]:
    return [set(who[members].tolist()) for members in groups.members]


@pytest.mark.parametrize("count", [2, 3, 17, 120])
def test_heights_are_those_of_scipy(count: int) -> None:
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    vectors = unit(np.random.default_rng(count).normal(size=(count, 8)))
    distances = 1 - vectors @ vectors.T
    expected = hierarchy.linkage(distances[np.triu_indices(count, 1)], "average")
    _, heights = average_linkage(distances, np.ones(count, np.float32))
    assert heights == pytest.approx(expected[:, 2], abs=TOLERANCE)
    mine = Tree.of(Groups.of(vectors, np.ones(count, np.float32), np.arange(count))).labels(min(count, 3))
    theirs = hierarchy.fcluster(expected, min(count, 3), "maxclust")
    assert len({*zip(mine.tolist(), theirs.tolist(), strict=True)}) == len(set(theirs))


@given(st.integers(2, 12), st.integers(0, 100))
def test_a_tree_is_the_same_whether_it_goes_on_from_groups_or_from_vectors(count: int, seed: int) -> None:
    chooser = np.random.default_rng(seed)
    vectors, weights = unit(chooser.normal(size=(count, 5))), chooser.uniform(0.1, 3, count).astype(np.float32)
    # Of different windows: a group that holds two of one window counts that window once when it is met again.
    whole = Tree.of(Groups.of(vectors, weights, np.arange(count)))
    half = Tree.of(whole.divided(max(1, count // 2)))
    assert half.heights == pytest.approx(whole.heights[len(whole.heights) - len(half.heights) :], abs=1e-3)


@pytest.mark.parametrize("number", [1, 2, 5, 10])
def test_the_number_of_people_is_found(number: int) -> None:
    vectors, who = voices(number, 20)
    found = owners(people(tree(vectors), SpeakerCount(), distance=0.4, enough=1), who)
    assert sorted(found, key=min) == [{person} for person in range(number)]


def test_voices_heard_apart_in_one_window_are_two_people_however_alike() -> None:
    vectors = unit(np.ones((6, 8)))
    windows, alike = np.array([0, 0, 1, 1, 2, 2]), SpeakerCount()
    apart = people(tree(vectors, windows), alike, distance=0.4, enough=1)
    assert len(apart) == 2
    assert all(sorted(windows[members]) == [0, 1, 2] for members in apart.members)
    assert len(people(tree(vectors), alike, distance=0.4, enough=1)) == 1


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (SpeakerCount.exactly(1), 1),
        (SpeakerCount.exactly(2), 2),
        (SpeakerCount.exactly(7), 7),
        (SpeakerCount(least=5), 5),
        (SpeakerCount(most=3), 3),
        (SpeakerCount(least=2, most=6), 4),
    ],
)
def test_bounds_are_kept(count: SpeakerCount, expected: int) -> None:
    assert len(people(tree(voices(4, 20)[0]), count, distance=0.4, enough=1)) == expected


def test_an_outlier_takes_nobodys_place() -> None:
    vectors, who = voices(3, 20)
    lone = unit(np.random.default_rng(9).normal(size=(1, 64)))
    weights = np.append(np.ones(60), 0.2)
    both = tree(np.concatenate([vectors, lone]), weights=weights)
    found = owners(people(both, SpeakerCount.exactly(3), distance=0.4, enough=1), np.append(who, 99))
    assert [person for person in range(3) if not any(person in group for group in found)] == []


def test_a_few_words_that_sound_nearly_like_somebody_are_nobody_else() -> None:
    vectors, _ = voices(1, 40, spread=0.1)
    off = unit(vectors[:2] + 1.15 * unit(np.random.default_rng(3).normal(size=(2, 64))))
    found = tree(np.concatenate([vectors, off]))
    assert found.count_within(0.4) > 1
    assert len(people(found, SpeakerCount(), distance=0.4, enough=1)) == 1


def test_people_who_must_be_there_are_a_floor() -> None:
    found = tree(voices(1, 20)[0])
    assert len(people(found, SpeakerCount(), distance=0.4, enough=1, floor=2)) == 2
    assert len(people(found, SpeakerCount(most=1), distance=0.4, enough=1, floor=2)) == 1


def test_long_recordings_are_clustered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, who = voices(6, 100, spread=0.5)
    everybody = [{person} for person in range(6)]
    whole = owners(people(tree(vectors), SpeakerCount(), distance=0.4, enough=1), who)
    assert sorted(whole, key=min) == everybody
    monkeypatch.setattr(clustering, "MOST_GROUPS", 50)
    parted = tree(vectors)
    assert len(parted.groups) <= 50
    assert sorted(np.concatenate(parted.groups.members).tolist()) == list(range(600))
    assert sorted(owners(people(parted, SpeakerCount(), distance=0.4, enough=1), who), key=min) == everybody


def test_one_voice_is_one_person() -> None:
    found = tree(unit(np.ones((1, 4))))
    for count in (SpeakerCount(), SpeakerCount.exactly(5)):
        assert len(people(found, count, distance=0.4, enough=1)) == 1
