"""Agreement beyond chance, against plain implementations that count pair by pair, and published examples."""

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.scores.agreement import agreement, cohens_kappa, fleiss_kappa, krippendorffs_alpha
from earmark.core.scores.counts import Confusion
from earmark.core.segment import Segment

TOLERANCE = 1e-9
labels = st.sampled_from(["a", "b", "c", None])


def slow_kappa(first: Sequence[str | None], second: Sequence[str | None]) -> float | None:
    """Cohen's kappa from two columns, as a text book has it."""
    names = [*{*first, *second}]
    table = np.array(
        [[sum(x == a and y == b for x, y in zip(first, second, strict=True)) for b in names] for a in names]
    )
    shares = table / table.sum()
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return None if len(names) == 1 else (float(np.trace(shares)) - chance) / (1 - chance)


def slow_alpha(units: list[list[str | None]]) -> float | None:
    """Krippendorff's alpha by listing every pair of values."""
    coincidences: Counter[tuple[str | None, str | None]] = Counter()
    for unit in units:
        for a, b in permutations(unit, 2):
            coincidences[a, b] += 1 / (len(unit) - 1)  # type: ignore[assignment]
    totals: Counter[str | None] = Counter()
    for (a, _), weight in coincidences.items():
        totals[a] += weight
    whole = sum(totals.values())
    observed = sum(weight for (a, b), weight in coincidences.items() if a != b)
    expected = sum(totals[a] * totals[b] for a, b in permutations(totals, 2))
    return None if not expected else 1 - (whole - 1) * observed / expected


def close(a: float | None, b: float | None) -> bool:
    return a is b is None or (a is not None and b is not None and abs(a - b) < TOLERANCE)


@given(st.lists(st.tuples(labels, labels), min_size=1, max_size=40))
def test_cohens_kappa_equals_a_plain_one(rows: list[tuple[str | None, str | None]]) -> None:
    first, second = zip(*rows, strict=True)
    assert close(cohens_kappa(Confusion(counts=dict(Counter(rows)))), slow_kappa(first, second))


@given(st.lists(st.lists(labels, min_size=1, max_size=4), min_size=1, max_size=30))
def test_krippendorffs_alpha_equals_a_plain_one(units: list[list[str | None]]) -> None:
    assert close(krippendorffs_alpha(Counter(map(tuple, units))), slow_alpha(units))


def test_krippendorffs_own_example() -> None:
    """Krippendorff 2011, section C: four observers, twelve units, missing data; alpha is 0.743."""
    columns = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
    assert krippendorffs_alpha(Counter(tuple(c) for c in columns)) == pytest.approx(0.743, abs=5e-4)


def test_the_example_of_fleiss() -> None:
    """The table of ten subjects by fourteen raters that text books use; kappa is 0.210."""
    table = """0 0 0 0 14
               0 2 6 4 2
               0 0 3 5 6
               0 3 9 2 0
               2 2 8 1 1
               7 7 0 0 0
               3 2 6 3 0
               2 5 3 2 2
               6 5 2 1 0
               0 2 2 3 7"""
    rows = [[int(cell) for cell in line.split()] for line in table.splitlines()]
    units = Counter(tuple("abcde"[i] for i, n in enumerate(row) for _ in range(n)) for row in rows)
    assert fleiss_kappa(units) == pytest.approx(0.210, abs=5e-4)


def test_cohens_example_from_proportions() -> None:
    """Two readers of 50 applications: 20 both yes, 15 both no, 5 and 10 otherwise; kappa is 0.4."""
    counts: dict[tuple[str | None, str | None], int] = {
        ("y", "y"): 20,
        ("y", "n"): 5,
        ("n", "y"): 10,
        ("n", "n"): 15,
    }
    assert cohens_kappa(Confusion(counts=counts)) == pytest.approx(0.4)


@pytest.mark.parametrize("units", [{}, {("a", "a"): 5}, {("a",): 3, ("b",): 2}])
def test_where_nothing_can_be_said_nothing_is_said(units: dict[tuple[str | None, ...], int]) -> None:
    assert krippendorffs_alpha(units) is None


def speech(*spans: tuple[float, float], channel: int | None = None) -> list[Segment]:
    return [Segment(start=start, end=end, label="speech", channel=channel) for start, end in spans]


def test_frames_are_counted_over_the_whole_recording_nothing_marked_included() -> None:
    said = {"first": speech((0.0, 5.0)), "second": speech((0.0, 4.0))}
    found = agreement([(said, 10.0)])
    (pair,) = found.pairs
    assert pair.frames.counts == {("speech", "speech"): 400, ("speech", None): 100, (None, None): 500}
    # po 0.9, pe 0.5 * 0.4 + 0.5 * 0.6 = 0.5
    assert pair.kappa == pytest.approx(0.8)
    assert (pair.segments.true_positives, pair.segments.f1) == (1, 1.0)
    assert found.annotators == ("first", "second")
    # Two annotators, nothing missing: Scott's pi is what Fleiss' kappa becomes; pe = 0.45² + 0.55².
    assert found.fleiss == pytest.approx((0.9 - 0.505) / (1 - 0.505))


def test_who_did_not_look_is_held_against_nobody_and_who_found_nothing_disagrees() -> None:
    three = {"first": speech((0, 5)), "second": speech((0, 5)), "third": speech((0, 5))}
    two = {"first": speech((0, 5)), "second": speech((0, 5))}
    assert agreement([(three, 10.0), (two, 10.0)]).alpha == 1.0
    assert agreement([(three, 10.0), ({**two, "third": []}, 10.0)]).alpha < 1.0  # type: ignore[operator]


def test_only_what_all_annotated_counts_for_fleiss() -> None:
    three = {name: speech((0, 5)) for name in ("first", "second", "third")}
    differing = {"first": speech((0, 5)), "second": speech((5, 10))}
    found = agreement([(three, 10.0), (differing, 10.0)])
    assert found.fleiss == 1.0
    assert found.alpha is not None
    assert found.alpha < 1.0
    assert [(pair.first, pair.second, pair.recordings) for pair in found.pairs] == [
        ("first", "second", 2),
        ("first", "third", 1),
        ("second", "third", 1),
    ]


def test_channels_are_compared_apart_and_mixed_sound_with_all_of_them() -> None:
    each = speech((0, 1), channel=0) + speech((2, 3), channel=1)
    assert agreement([({"first": each, "second": each}, 4.0)]).pairs[0].kappa == 1.0
    swapped = speech((0, 1), channel=1) + speech((2, 3), channel=0)
    assert agreement([({"first": each, "second": swapped}, 4.0)]).pairs[0].segments.f1 == 0.0
    assert agreement([({"first": each, "second": speech((0, 1), (2, 3))}, 4.0)]).pairs[0].kappa == 1.0


def test_a_mark_without_label_is_no_empty_time() -> None:
    marks = [Segment(start=0, end=5)]
    assert agreement([({"first": marks, "second": []}, 10.0)]).pairs[0].frames.counts == {
        ("", None): 500,
        (None, None): 500,
    }


def test_a_recording_of_one_annotator_says_nothing() -> None:
    found = agreement([({"first": speech((0, 5))}, 10.0)])
    assert (found.annotators, found.recordings, found.alpha, found.fleiss, found.pairs) == ((), 0, None, None, ())
