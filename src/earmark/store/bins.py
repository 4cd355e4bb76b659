"""Which segments hold a moment, found by index whatever their length.

Time is cut into bins of 8 s, eight of which make one of 64 s, and so on up to one that holds everything. A segment has
the number of the smallest bin that holds the whole of it. Whatever reaches over a moment lies in one of the few bins
around that moment, one of each size. This is the binning scheme of the UCSC genome browser (Kent et al. 2002, Genome
Research 12: 996-1006), in seconds instead of bases.
"""

from __future__ import annotations

FINEST = 8.0
"""Seconds of the smallest bins."""
STEP = 8
"""How many bins make one of the next size."""
SIZES = tuple(FINEST * STEP**level for level in range(6))
"""Seconds of the bins of each size but the largest: 8 s to 73 h."""
EVERYTHING = 0
"""Number of the bin that holds whatever fits into no other."""
LAST = FINEST * STEP ** len(SIZES)
"""Seconds (24 days) from which on there are no other bins."""


def _first_number(level: int) -> int:
    """Number of the first bin of a size: larger ones come before it."""
    return (int(STEP ** (len(SIZES) - level)) - 1) // (STEP - 1)


def bin_of(start: float, end: float) -> int:
    """Number of the smallest bin that holds a segment from ``start`` to ``end`` seconds."""
    if end < LAST:
        for level, size in enumerate(SIZES):
            place = int(start // size)
            if place == int(end // size):
                return _first_number(level) + place
    return EVERYTHING


def bins_at(moment: float) -> tuple[int, ...]:
    """Numbers of all bins around a moment: only there lie segments with ``start < moment < end``."""
    if moment >= LAST:
        return (EVERYTHING,)
    return (EVERYTHING, *(_first_number(level) + int(moment // size) for level, size in enumerate(SIZES)))
