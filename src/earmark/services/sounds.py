"""Finer names for noise, by a sound classifier."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

LEAST_SCORE = 0.3
"""Score below which a class is not believed and noise stays noise."""
SMOOTH = 5
"""Hops of the classifier over whose scores the mean is taken, so that names do not flicker."""


def wanted_classes(labels: Sequence[str], known: Sequence[str]) -> dict[str, list[int]]:
    """Find the classes that stand for the labels asked for, besides speech, noise and silence.

    Returns
    -------
    dict of str to list of int
        Indices into ``known`` per label. A label stands for the class of the same name in any case, with spaces or
        underscores.

    Raises
    ------
    InvalidValue
        A label is no class of the classifier; the message names the nearest ones.
    """
    names = [_key(name) for name in known]
    found = {}
    for label in labels:
        if label in (SPEECH, NOISE, SILENCE):
            continue
        found[label] = [i for i, name in enumerate(names) if name == _key(label)]
        if not found[label]:
            raise InvalidValue(f"no class of sound is called {label!r}. {_nearest(label, known)}")
    return found


def is_class(label: str, known: Sequence[str]) -> bool:
    """Whether a label stands for a class of a classifier."""
    return _key(label) in map(_key, known)


def _nearest(label: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    inside = [name for name in known if _key(label) in _key(name)]
    close = inside[:5] or get_close_matches(label, known, n=5, cutoff=0.5)
    return f"Did you mean: {', '.join(close)}?" if close else "See the class map in the models folder."


def _key(name: str) -> str:
    return name.casefold().replace("_", " ").strip()


def label_scores(scores: NDArray[np.float32], wanted: dict[str, list[int]]) -> NDArray[np.float32]:
    """Reduce scores of all classes, shape ``(hops, classes)``, to the labels asked for, shape ``(hops, labels)``."""
    return np.stack([scores[:, indices].max(axis=1) for indices in wanted.values()], axis=1)


def name_noise(
    row: Sequence[Segment], scores: NDArray[np.float32], *, hop: float, labels: Sequence[str]
) -> Iterator[Segment]:
    """Cut the noise of one timeline where its class changes and name the parts.

    Parameters
    ----------
    row : sequence of Segment
        A timeline without gap or overlap.
    scores : array, shape (hops, labels)
        Scores in [0, 1] every ``hop`` seconds.
    hop : float
        Seconds between two scores.
    labels : sequence of str
        The labels that the columns of ``scores`` stand for.
    """
    for segment in row:
        if segment.label == NOISE and scores.size:
            yield from _named(segment, scores, labels, hop)
        else:
            yield segment


def _named(segment: Segment, table: NDArray[np.float32], labels: Sequence[str], hop: float) -> Iterator[Segment]:
    first = min(int(segment.start / hop), len(table) - 1)
    last = max(first + 1, min(int(np.ceil(segment.end / hop - 1e-6)), len(table)))
    inside = _smoothed(table[first:last])
    best = np.where(inside.max(axis=1) >= LEAST_SCORE, inside.argmax(axis=1), -1)
    edges = np.flatnonzero(np.diff(best)) + 1
    bounds = [0, *edges.tolist(), len(best)]
    for begin, end in itertools.pairwise(bounds):
        start = segment.start if begin == 0 else (first + begin) * hop
        stop = segment.end if end == len(best) else (first + end) * hop
        code = int(best[begin])
        score = float(inside[begin:end, code].mean()) if code >= 0 else None
        yield replace(segment, start=start, end=stop, label=labels[code] if code >= 0 else NOISE, score=score)


def _smoothed(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(scores) < 2:
        return scores
    reach = SMOOTH // 2
    padded = np.pad(scores, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, SMOOTH, axis=0)
    return np.asarray(windows.mean(axis=-1), np.float32)
