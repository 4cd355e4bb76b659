"""Whether each channel of a recording is one person's, as in recordings of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.levels import FRAME_RATE
from earmark.audio.silence import EMPTY_DB, loudness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio.levels import Levels

APART_DB = 10.0
"""A channel so far above all others is the only one in which somebody speaks: what a microphone hears of the
next one's speaker is weaker by that or more, what one room's microphones hear of the same person is not."""
LOUD_DB = 25.0
"""Frames at most so far below the loud parts of a channel count as sound there."""
LEAST_APART = 0.8
"""Part of the frames with sound in which one channel stands apart; the rest is people who speak at the same time."""
UNALIKE = 0.3
"""Correlation of two channels' levels, 10 a second, below which they hold different things even where both are loud: a
room's microphones have 0.8 and more, stereo recordings of scenes 0.8 to 1 (docs/benchmarks.md)."""
RANGE_DB = 40.0
AROUND = 31
"""Frames in which most decide: speech pauses for less within words."""
LEAST_SECONDS = 1.0
LEAST_PART = 0.02
"""What a channel has to have to itself before it is somebody's, in seconds and as a part of all sound."""


def separate_channels(levels: Levels) -> tuple[int, ...]:
    """Find the channels of a recording with one person on each.

    Parameters
    ----------
    levels : array, shape ``(channels, frames)``
        Level of every channel every 10 ms in dBFS.

    Returns
    -------
    tuple of int
        Indices of the channels that hold somebody; empty where channels are not separate.
    """
    if len(levels) < 2 or levels.shape[1] < FRAME_RATE:
        return ()
    below_loud = levels - np.array([loudness(row).loud for row in levels])[:, None]
    sound = (below_loud > -LOUD_DB).any(axis=0) & (levels > EMPTY_DB).any(axis=0)
    if sound.sum() < LEAST_SECONDS * FRAME_RATE:
        return ()
    order = np.sort(levels[:, sound], axis=0)
    apart = order[-1] - order[-2] >= APART_DB
    frames = np.bincount(levels[:, sound].argmax(axis=0)[apart], minlength=len(levels))
    least = max(LEAST_SECONDS * FRAME_RATE, LEAST_PART * sound.sum())
    held = np.flatnonzero(frames >= least)
    if apart.mean() < LEAST_APART:
        # Where people speak at the same time most of the time.
        held = np.flatnonzero((below_loud > -LOUD_DB).sum(axis=1) >= least)
        if not _all_unalike(below_loud[:, sound][held]):
            return ()
    return tuple(held.tolist()) if len(held) >= 2 else ()


def bleeding(levels: Levels) -> NDArray[np.bool_]:
    """Tell where a channel hears the speaker of another one better than its own.

    Parameters
    ----------
    levels : array, shape ``(channels, frames)``
        Level every 10 ms in dBFS of channels that are one person's each.

    Returns
    -------
    array, shape ``(channels, frames)``
        Whether another channel stood apart for most of the third of a second around each frame.
    """
    found = np.empty(levels.shape, bool)
    window = np.ones(AROUND) / AROUND
    for row in range(len(levels)):
        louder = np.delete(levels, row, axis=0).max(axis=0) - levels[row] >= APART_DB
        found[row] = np.convolve(louder, window, mode="same")[: levels.shape[1]] > 0.5
    return found


def _all_unalike(below_loud: Levels) -> bool:
    whole = below_loud.shape[1] // 10 * 10
    envelopes = np.clip(below_loud[:, :whole], -RANGE_DB, 0.0).reshape(len(below_loud), -1, 10).mean(axis=2)
    if len(envelopes) < 2 or not (envelopes.std(axis=1) > 0).all():
        return False
    alike = np.corrcoef(envelopes)
    return bool((alike[~np.eye(len(alike), dtype=bool)] < UNALIKE).all())
