"""Frame scores: what a person would count frame by frame, at a price that does not grow with the duration."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.scores import frame_confusion, frame_detection
from earmark.core.segment import Segment
from earmark.errors import InvalidValue

SECONDS_PER_TICK = 0.0001
LAST_TICK = 3000


@st.composite
def labelled(draw: st.DrawFn, channels: tuple[int | None, ...] = (None,)) -> list[Segment]:
    """Any segments on a grid of 0.1 ms, which may overlap, touch, or be points."""
    ends = st.tuples(st.integers(0, LAST_TICK), st.integers(0, LAST_TICK)).map(sorted)
    rows = draw(st.lists(st.tuples(ends, st.sampled_from(["a", "b", None]), st.sampled_from(channels)), max_size=8))
    return [
        Segment(start=start * SECONDS_PER_TICK, end=end * SECONDS_PER_TICK, label=label, channel=channel)
        for (start, end), label, channel in rows
    ]


def painted(segments: list[Segment], frame_ticks: int) -> np.ndarray:
    """Label of each frame, painted segment by segment in whole ticks; the last that starts lies on top."""
    centres = np.arange(LAST_TICK // frame_ticks) * 2 * frame_ticks + frame_ticks
    labels = np.full(centres.shape, None, dtype=object)
    for segment in sorted(segments, key=lambda s: (s.start, -s.end)):
        start, end = (2 * round(edge / SECONDS_PER_TICK) for edge in (segment.start, segment.end))
        labels[(centres >= start) & (centres < end)] = segment.label
    return labels


@pytest.mark.parametrize("frame_ticks", [100, 10, 30])
@given(reference=labelled(), hypothesis=labelled())
def test_counts_equal_those_of_a_slow_frame_by_frame_count(
    frame_ticks: int, reference: list[Segment], hypothesis: list[Segment]
) -> None:
    said, heard = painted(reference, frame_ticks), painted(hypothesis, frame_ticks)
    frame = frame_ticks * SECONDS_PER_TICK
    expected = Counter(zip(said, heard, strict=True))
    known = {pair: count for pair, count in expected.items() if pair[0] is not None}
    assert frame_confusion(reference, hypothesis, frame=frame).counts == known
    found = frame_detection(reference, hypothesis, frame=frame)
    assert found.true_positives == sum(count for (a, b), count in expected.items() if a == b and a is not None)
    assert found.true_positives + found.false_positives == sum(label is not None for label in heard)
    assert found.true_positives + found.false_negatives == sum(label is not None for label in said)


@given(segments=labelled(channels=(None, 0, 1)))
def test_an_annotation_agrees_with_itself(segments: list[Segment]) -> None:
    assert frame_confusion(segments, segments).accuracy in {1.0, None}
    assert frame_detection(segments, segments).f1 in {1.0, None}


@given(reference=labelled(channels=(0, 1)), hypothesis=labelled(channels=(0, 1)))
def test_changing_sides_swaps_precision_and_recall(reference: list[Segment], hypothesis: list[Segment]) -> None:
    there, back = frame_detection(reference, hypothesis), frame_detection(hypothesis, reference)
    assert (there.precision, there.recall, there.f1) == (back.recall, back.precision, back.f1)


def test_time_that_the_hypothesis_leaves_open_is_wrong_and_time_that_the_reference_leaves_open_is_not_scored() -> None:
    reference = [Segment(start=0, end=1, label="speech"), Segment(start=2, end=3, label="noise")]
    hypothesis = [Segment(start=0.5, end=2.5, label="speech")]
    confusion = frame_confusion(reference, hypothesis)
    assert confusion.counts == {
        ("speech", None): 50,
        ("speech", "speech"): 50,
        ("noise", "speech"): 50,
        ("noise", None): 50,
    }
    assert confusion.accuracy == 0.25
    everything = frame_confusion(reference, hypothesis, unlabelled=True)
    assert everything.counts == {**confusion.counts, (None, "speech"): 100}


def test_background_names_the_time_without_label_up_to_the_end_of_the_recording() -> None:
    reference = [Segment(start=1, end=2, label="speech")]
    confusion = frame_confusion(reference, [], background="silence", duration=10)
    assert confusion.counts == {("silence", "silence"): 900, ("speech", "silence"): 100}
    assert frame_confusion([], [], background="silence", duration=3).total == 300


def test_edges_that_floats_cannot_hold_fall_on_the_frame_that_a_person_expects() -> None:
    # 0.145 is the centre of frame 14, although 0.145 / 0.01 is 14.499999999999998.
    reference = [Segment(start=0, end=0.145, label="a"), Segment(start=0.145, end=0.3, label="b")]
    assert frame_confusion(reference, []).counts == {("a", None): 14, ("b", None): 16}


def test_each_channel_is_compared_with_the_same_channel() -> None:
    left = Segment(start=0, end=1, label="speech", channel=0)
    right = Segment(start=0, end=1, label="silence", channel=1)
    swapped = [Segment(start=0, end=1, label="silence", channel=0), Segment(start=0, end=1, label="speech", channel=1)]
    assert frame_confusion([left, right], [right, left]).accuracy == 1.0
    assert frame_confusion([left, right], swapped).accuracy == 0.0
    assert frame_confusion([left, right], [left]).accuracy == 0.5


def test_a_mixed_annotation_is_compared_with_the_only_channel() -> None:
    mixed = [Segment(start=0, end=1, label="speech")]
    assert frame_confusion([Segment(start=0, end=1, label="speech", channel=0)], mixed).accuracy == 1.0


@pytest.mark.parametrize("frame", [0.0, -1.0, float("nan"), float("inf")])
def test_a_frame_needs_a_length(frame: float) -> None:
    with pytest.raises(InvalidValue, match="frame"):
        frame_confusion([], [], frame=frame)
