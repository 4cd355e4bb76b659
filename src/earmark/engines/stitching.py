"""From windows that overlap to one timeline: which local speaker is who, and who speaks when."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Numbers = NDArray[np.float32]
Bytes = NDArray[np.uint8]
"""Probabilities, 255 for 1."""
Places = NDArray[np.intp]

SAME_IN_WINDOW = 1.0
"""Taken off the similarity where two local speakers of a window are said to be the same person."""
SPEAKS = 0.4
"""Speech begins at this probability, and each further speaker at so much above the last whole number."""
HEARD = 0.05
"""Nobody speaks with less."""


def assigned(similar: Numbers, weights: Numbers) -> Places:
    """Say who each local speaker is: the best people for all speakers of a window together, mostly different ones.

    Parameters
    ----------
    similar : array
        Cosine similarity of local speakers and people, shape ``(windows, speakers, people)``.
    weights : array
        How much each local speaker counts, shape ``(windows, speakers)``; none with 0 is there.

    Returns
    -------
    array of int
        Person of each local speaker, -1 for those who are not there; shape ``(windows, speakers)``.
    """
    windows, speakers, people = similar.shape
    # With n speakers, the best choice of different people is among the n best of each.
    order = np.argsort(-similar, axis=2, kind="stable")[:, :, : min(speakers, people)]
    gains = np.take_along_axis(similar, order, axis=2) * weights[:, :, None]
    best, chosen = np.full(windows, -np.inf), np.zeros((windows, speakers), np.intp)
    for ranks in product(range(order.shape[2]), repeat=speakers):
        who = np.stack([order[:, speaker, rank] for speaker, rank in enumerate(ranks)], axis=1)
        gain = np.sum([gains[:, speaker, rank] for speaker, rank in enumerate(ranks)], axis=0)
        for one in range(speakers):
            for other in range(one):
                both = np.minimum(weights[:, one], weights[:, other])
                gain = gain - np.where(who[:, one] == who[:, other], SAME_IN_WINDOW * both, 0.0)
        better = gain > best + 1e-9
        best[better], chosen[better] = gain[better], who[better]
    return np.where(weights > 0, chosen, -1)


def speaking(
    starts: Sequence[int], windows: Sequence[Bytes | None], who: Places, *, people: int, frames: int
) -> Iterator[tuple[int, int, int]]:
    """Yield ``(person, first frame, frame after the last)`` of runs of speech, cut wherever a window begins.

    Each frame has the mean of what the windows around it say, those in whose middle it lies counting most. As many
    people speak as the windows hear at once, and those who are heard best.

    Parameters
    ----------
    starts : sequence of int
        First frame of each window, rising.
    windows : sequence of array or None
        Probabilities of local speakers in bytes, shape ``(frames, speakers)``; None where nobody speaks.
    who : array of int
        Person of each local speaker, shape ``(windows, speakers)``.
    people : int
        Number of people.
    frames : int
        Frames of a window.
    """
    ramp = np.minimum(np.arange(1, frames + 1), np.arange(frames, 0, -1)).astype(np.float32) / frames
    scores, weights = np.zeros((frames, people), np.float32), np.zeros(frames, np.float32)
    for place, start in enumerate(starts):
        window = windows[place]
        weights += ramp
        if window is not None:
            scores += ramp[:, None] * _by_person(window, who[place], people)
        ready = min(frames, starts[place + 1] - start) if place + 1 < len(starts) else frames
        yield from _runs(_active(scores[:ready] / weights[:ready, None]), start)
        scores = np.concatenate([scores[ready:], np.zeros((ready, people), np.float32)])
        weights = np.concatenate([weights[ready:], np.zeros(ready, np.float32)])


def _by_person(window: Bytes, who: Places, people: int) -> Numbers:
    out = np.zeros((len(window), people), np.float32)
    for speaker, person in enumerate(who):
        if person >= 0:
            np.maximum(out[:, person], window[:, speaker], out=out[:, person])
    return out / np.float32(255)


def _active(scores: Numbers) -> NDArray[np.bool_]:
    at_once = np.floor(scores.sum(axis=1) + (1 - SPEAKS))
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(scores.shape[1])[None], axis=1)
    active: NDArray[np.bool_] = (ranks < at_once[:, None]) & (scores > HEARD)
    return active


def _runs(active: NDArray[np.bool_], start: int) -> Iterator[tuple[int, int, int]]:
    for person in np.flatnonzero(active.any(axis=0)):
        padded = np.concatenate([[False], active[:, person], [False]])
        edges = np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2) + start
        for first, after in edges.tolist():
            yield int(person), first, after
