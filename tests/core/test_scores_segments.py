"""Segment scores: one-to-one matches within a tolerance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.scores import Detection, joined, segment_scores
from earmark.core.segment import Segment
from earmark.errors import InvalidValue


def seg(start: float, end: float, label: str | None = "call", channel: int | None = None) -> Segment:
    return Segment(start=start, end=end, label=label, channel=channel)


def shifted(segments: list[Segment], seconds: float) -> list[Segment]:
    return [seg(s.start + seconds, s.end + seconds, s.label, s.channel) for s in segments]


@st.composite
def calls(draw: st.DrawFn, least: int = 0) -> list[Segment]:
    """Segments of two labels, more than a second long and apart, in whole hundredths."""
    rows = st.tuples(st.integers(101, 500), st.integers(101, 500), st.sampled_from(["a", "b"]))
    now, segments = 0, []
    for pause, length, label in draw(st.lists(rows, min_size=least, max_size=12)):
        segments.append(seg((now + pause) / 100, (now + pause + length) / 100, label))
        now += pause + length
    return segments


@given(segments=calls(), tolerance=st.floats(0, 0.4))
def test_an_annotation_matches_itself(segments: list[Segment], tolerance: float) -> None:
    scores = segment_scores(segments, segments[::-1], tolerance=tolerance)
    assert scores.micro == Detection(true_positives=len(segments))


@given(segments=calls(least=1), tolerance=st.floats(0.01, 0.4))
def test_a_shift_within_the_tolerance_keeps_all_matches_and_one_beyond_drops_all(
    segments: list[Segment], tolerance: float
) -> None:
    within = segment_scores(segments, shifted(segments, tolerance * 0.99), tolerance=tolerance)
    beyond = segment_scores(segments, shifted(segments, tolerance * 1.01), tolerance=tolerance)
    assert (within.micro.f1, beyond.micro.f1) == (1.0, 0.0)


@given(reference=calls(), hypothesis=calls(), tolerance=st.floats(0, 3))
def test_counts_are_consistent_and_nothing_is_matched_twice(
    reference: list[Segment], hypothesis: list[Segment], tolerance: float
) -> None:
    micro = segment_scores(reference, hypothesis, tolerance=tolerance).micro
    assert micro.true_positives + micro.false_negatives == len(reference)
    assert micro.true_positives + micro.false_positives == len(hypothesis)


@given(reference=calls(), hypothesis=calls())
def test_changing_sides_swaps_precision_and_recall(reference: list[Segment], hypothesis: list[Segment]) -> None:
    there = segment_scores(reference, hypothesis, tolerance=0.3).micro
    back = segment_scores(hypothesis, reference, tolerance=0.3).micro
    assert (there.precision, there.recall) == (back.recall, back.precision)


def test_a_difference_of_exactly_the_tolerance_matches_in_spite_of_floating_point() -> None:
    assert abs(2.2 - 2.0) > 0.2
    assert segment_scores([seg(2.0, 3.0)], [seg(2.2, 3.2)], tolerance=0.2).micro.f1 == 1.0


@pytest.mark.parametrize(
    ("hypothesis", "why"),
    [
        ([seg(1.0, 2.3)], "its end is too far"),
        ([seg(0.7, 2.0)], "its start is too far"),
        ([seg(1.0, 2.0, "song")], "it has another label"),
    ],
)
def test_what_does_not_match_is_both_invented_and_missed(hypothesis: list[Segment], why: str) -> None:
    micro = segment_scores([seg(1.0, 2.0)], hypothesis, tolerance=0.2).micro
    assert micro == Detection(false_positives=1, false_negatives=1), why


def test_segments_on_different_channels_do_not_match() -> None:
    reference = [seg(0, 1, channel=0), seg(2, 3, channel=1)]
    hypothesis = [seg(0, 1, channel=1), seg(2, 3, channel=1)]
    assert segment_scores(reference, hypothesis).micro == Detection(
        true_positives=1, false_positives=1, false_negatives=1
    )


def test_the_closest_pairs_match_first() -> None:
    # Taking the first candidate of the first reference would leave the second without any.
    reference = [seg(1.0, 2.0), seg(0.75, 1.75)]
    hypothesis = [seg(0.9, 1.9), seg(1.05, 2.05)]
    assert segment_scores(reference, hypothesis, tolerance=0.2).micro.true_positives == 2


def test_two_guesses_at_one_segment_are_one_hit_and_one_false_alarm() -> None:
    micro = segment_scores([seg(1, 2)], [seg(1, 2), seg(1.05, 2.05)]).micro
    assert micro == Detection(true_positives=1, false_positives=1)


def test_labels_are_counted_apart_and_add_up_over_files() -> None:
    one = segment_scores([seg(0, 1, "a"), seg(2, 3, "b")], [seg(0, 1, "a")])
    two = segment_scores([seg(0, 1, "a")], [seg(5, 6, "c")])
    assert (one + two).labels == {
        "a": Detection(true_positives=1, false_negatives=1),
        "b": Detection(false_negatives=1),
        "c": Detection(false_positives=1),
    }
    assert (one + two).micro == Detection(true_positives=1, false_positives=1, false_negatives=2)


@pytest.mark.parametrize("tolerance", [-0.1, float("nan"), float("inf")])
def test_a_tolerance_is_a_length_of_time(tolerance: float) -> None:
    with pytest.raises(InvalidValue, match="tolerance"):
        segment_scores([], [], tolerance=tolerance)


def test_joining_removes_cuts_between_equal_labels_only() -> None:
    segments = [seg(1, 2), seg(0, 1), seg(2, 3, "song"), seg(3.5, 4), seg(3, 4, channel=1), seg(1.5, 1.7)]
    assert joined(segments) == [seg(0, 2), seg(2, 3, "song"), seg(3, 4, channel=1), seg(3.5, 4)]
