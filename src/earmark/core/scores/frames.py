"""Scores on a grid of short frames, counted by arithmetic on interval edges and never frame by frame."""

from __future__ import annotations

import math
from collections import Counter, deque
from itertools import pairwise
from typing import TYPE_CHECKING

from earmark.core.scores.channels import by_channel
from earmark.core.scores.counts import Confusion, Detection
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from earmark.core.segment import Segment

Span = tuple[int, int, str | None]
"""First frame, frame after the last, label."""

_DECIMALS = 6
"""Edges closer to a frame centre than a millionth of a frame lie on it: 0.145 / 0.01 is 14.499999999999998."""


def frame_confusion(
    reference: Sequence[Segment],
    hypothesis: Sequence[Segment],
    *,
    frame: float = 0.01,
    unlabelled: bool = False,
    background: str | None = None,
    duration: float = 0.0,
) -> Confusion:
    """Compare the labels of two annotations frame by frame, on each channel.

    Frame ``i`` has the label of the segment that holds its centre, ``(i + 0.5) * frame``. Where segments overlap,
    the one that starts last counts (of several, the shortest). Time that the hypothesis leaves without label is
    compared as label None; time that the reference leaves without label is not compared unless asked for.

    Parameters
    ----------
    reference, hypothesis : sequence of Segment
        Segments in any order; those without a label count as time without label.
    frame : float
        Frame length in seconds.
    unlabelled : bool
        Also count time that the reference leaves without label, as label None.
    background : str or None
        Label of the time that has none, on both sides, from 0 to ``duration`` or to the last segment if that is later.
    duration : float
        Seconds of the recording; matters only with ``background``.

    Returns
    -------
    Confusion
        Counts of frames.
    """
    if not (math.isfinite(frame) and frame > 0):
        raise InvalidValue(f"a frame must last longer than zero seconds, not {frame}")
    counts: Counter[tuple[str | None, str | None]] = Counter()
    for pair in by_channel(reference, hypothesis):
        for (said, heard), frames in stretches(pair, frame=frame, duration=duration):
            counts[background if said is None else said, background if heard is None else heard] += frames
    confusion = Confusion(counts=dict(counts))
    return confusion if unlabelled else confusion.without({None})


def frame_detection(reference: Sequence[Segment], hypothesis: Sequence[Segment], *, frame: float = 0.001) -> Detection:
    """Count frames as events: found where both sides have the same label, time without label is background.

    Precision is over the labelled frames of the hypothesis, recall over those of the reference. This is the frame
    score of WhisperSeg at its frame length of 1 ms.

    Parameters
    ----------
    reference, hypothesis : sequence of Segment
        Segments in any order.
    frame : float
        Frame length in seconds.
    """
    return frame_confusion(reference, hypothesis, frame=frame, unlabelled=True).micro


def stretches(
    sides: Sequence[Sequence[Segment]], *, frame: float, duration: float
) -> Iterator[tuple[tuple[str | None, ...], int]]:
    """Yield the labels that all sides have on one channel, and for how many frames they hold.

    Parameters
    ----------
    sides : sequence of sequences of Segment
        Any number of annotations; their channels are not looked at.
    frame, duration : float
        Seconds of a frame, and of the recording.
    """
    spans = [_spans(side, frame) for side in sides]
    cuts = sorted({0, _edge(duration, frame), *(edge for side in spans for edge in _edges(side))})
    labels = zip(*(_labels(side, cuts) for side in spans), strict=True)
    for (first, after), held in zip(pairwise(cuts), labels, strict=False):
        yield held, after - first


def _edge(seconds: float, frame: float) -> int:
    """Index of the first frame whose centre is not before ``seconds``."""
    return math.ceil(round(seconds / frame - 0.5, _DECIMALS))


def _edges(spans: Iterable[Span]) -> Iterator[int]:
    for first, after, _ in spans:
        yield from (first, after)


def _spans(segments: Iterable[Segment], frame: float) -> list[Span]:
    ordered = sorted(segments, key=lambda segment: (segment.start, -segment.end))
    return [(_edge(segment.start, frame), _edge(segment.end, frame), segment.label) for segment in ordered]


def _labels(spans: Sequence[Span], cuts: Sequence[int]) -> Iterator[str | None]:
    """Yield the label that holds from each cut to the next; every edge of a span must be a cut."""
    waiting = deque(spans)
    open_spans: list[Span] = []
    for cut in cuts:
        while waiting and waiting[0][0] <= cut:
            open_spans.append(waiting.popleft())
        while open_spans and open_spans[-1][1] <= cut:
            open_spans.pop()
        yield open_spans[-1][2] if open_spans else None
