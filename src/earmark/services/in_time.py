"""Segments that become ready channel by channel, given on in the order in which they were spoken."""

from __future__ import annotations

import heapq
import math
from collections import deque
from itertools import count
from typing import TYPE_CHECKING

from earmark.core.segment import SPEECH, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from earmark.core.segment import Segment
    from earmark.services.listening import Heard


class InTime:
    """Holds finished segments back until nothing earlier can come from another channel.

    Parameters
    ----------
    rows : iterable of sequence of Segment
        The timeline of each channel; its speech will be finished in order.
    cut : callable
        Turns finished speech into the segments that are given on.
    heard : callable
        Gets them.
    """

    def __init__(
        self,
        rows: Iterable[Sequence[Segment]],
        cut: Callable[[Sequence[Segment]], Sequence[Segment]],
        heard: Heard,
    ) -> None:
        self._cut = cut
        self._heard = heard
        self._to_come: dict[int | None, deque[float]] = {}
        for row in rows:
            for segment in row:
                if segment.label == SPEECH:
                    self._to_come.setdefault(segment.channel, deque()).append(segment.start)
        self._held: list[tuple[tuple[float, float, int], int, Segment]] = []
        self._number = count()

    def __call__(self, finished: Sequence[Segment]) -> None:
        """Take speech of one channel that is finished; give on what nothing can precede any more."""
        for segment in finished:
            self._to_come[segment.channel].popleft()
        for part in self._cut(finished):
            heapq.heappush(self._held, (in_order(part), next(self._number), part))
        border = min((starts[0] for starts in self._to_come.values() if starts), default=math.inf)
        ready: list[Segment] = []
        while self._held and self._held[0][2].start < border:
            ready.append(heapq.heappop(self._held)[2])
        if ready:
            self._heard(ready)
