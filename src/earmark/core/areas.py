"""Annotated areas: spans of a recording that are fully labelled, so that what is not labelled in them was not heard.

Areas are sets of moments on channels. To mark is to unite with one, to unmark is to take one away; hence what two
people mark, or unmark, comes to the same in whichever order it arrives. A set is written down in one way only: sorted,
with areas that touch put together, and what is marked on all channels as areas of no channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.fit import TOLERANCE
from earmark.core.time import require_span
from earmark.errors import InvalidItems, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from earmark.core.recording import Recording

MAX_AREAS = 10_000
"""Most areas of an annotation."""
Span = tuple[float, float]
"""Seconds, half-open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A span of a recording that is fully labelled.

    Attributes
    ----------
    start, end : float
        Half-open interval in seconds; never empty.
    channel : int or None
        Channel from 0; None stands for all channels.
    """

    start: float
    end: float
    channel: int | None = None

    def __post_init__(self) -> None:
        what = f"area at {self.start} s"
        require_span(self.start, self.end, what=what)
        if self.start == self.end:
            raise InvalidValue(f"{what}: it is empty")
        if self.channel is not None and self.channel < 0:
            raise InvalidValue(f"{what}: channels count from 0, not {self.channel}")


# Spans of one channel -------------------------------------------------------------------------------------------------


def union(spans: Iterable[Span]) -> list[Span]:
    """Put spans together: sorted, none of them empty, none touching another."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def difference(spans: Iterable[Span], without: Iterable[Span]) -> list[Span]:
    """Take spans away from others."""
    return list(_left(union(spans), union(without)))


def _left(spans: list[Span], holes: list[Span]) -> Iterator[Span]:
    next_hole = 0
    for start, end in spans:
        while next_hole < len(holes) and holes[next_hole][1] <= start:
            next_hole += 1
        begin, at = start, next_hole
        while at < len(holes) and holes[at][0] < end:
            if begin < holes[at][0]:
                yield begin, holes[at][0]
            begin, at = holes[at][1], at + 1
        if begin < end:
            yield begin, end


def intersection(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Give what two sets of spans share."""
    mine = union(spans)
    return difference(mine, difference(mine, others))


# Areas of a recording -------------------------------------------------------------------------------------------------


def changed(
    areas: Sequence[Area], *, mark: Sequence[Area] = (), unmark: Sequence[Area] = (), channels: int
) -> tuple[Area, ...]:
    """Mark areas, then unmark some.

    Parameters
    ----------
    channels : int
        How many the recording has.

    Raises
    ------
    InvalidValue
        There would be more than `MAX_AREAS`.
    """
    named = sorted({area.channel for area in (*areas, *mark, *unmark) if area.channel is not None})
    # All channels that nobody names are alike: one stands for them.
    apart: list[int | None] = [*named, *([None] if len(named) < channels else [])]
    sets = {channel: _spans((*areas, *mark), channel) for channel in apart}
    sets = {channel: difference(spans, _spans(unmark, channel)) for channel, spans in sets.items()}
    found = sorted(_written(sets, channels), key=_order)
    if len(found) > MAX_AREAS:
        raise InvalidValue(f"an annotation has at most {MAX_AREAS} areas, not {len(found)}. Mark longer ones.")
    return tuple(found)


def fitting_areas(areas: Sequence[Area], recording: Recording) -> tuple[Area, ...]:
    """Write areas that come from elsewhere down as a recording has them; raise `InvalidValue` where they do not fit."""
    require_areas(areas, recording)
    return changed(areas, channels=recording.channels or 1)


def _spans(areas: Iterable[Area], channel: int | None) -> list[Span]:
    return [(area.start, area.end) for area in areas if area.channel is None or area.channel == channel]


def _written(sets: dict[int | None, list[Span]], channels: int) -> Iterator[Area]:
    everywhere = union(next(iter(sets.values()), ()))
    for spans in sets.values():
        everywhere = intersection(everywhere, spans)
    yield from (Area(start=start, end=end) for start, end in everywhere)
    for channel, spans in sets.items():
        alone = difference(spans, everywhere)
        meant = [channel] if channel is not None else [n for n in range(channels) if n not in sets] if alone else []
        yield from (Area(start=start, end=end, channel=one) for one in meant for start, end in alone)


def _order(area: Area) -> tuple[float, float, int]:
    return area.start, area.end, -1 if area.channel is None else area.channel


def require_areas(areas: Sequence[Area], recording: Recording) -> None:
    """Check areas together; what is not known of the recording is not checked, but then no channel can be named.

    Raises
    ------
    InvalidItems
        Some do not fit; all of them are named.
    """
    wrong = tuple((f"area {number}", why) for number, area in enumerate(areas, 1) for why in _problems(area, recording))
    if wrong:
        raise InvalidItems("some areas do not fit", wrong)


def _problems(area: Area, recording: Recording) -> Iterator[str]:
    if recording.duration is not None and area.end > recording.duration + TOLERANCE:
        yield f"ends at {area.end} s, after the recording ({recording.duration} s)"
    if area.channel is not None and area.channel >= (recording.channels or 0):
        known = f"the recording has {recording.channels}, counted from 0" if recording.channels else "not known yet"
        yield f"is on channel {area.channel}: {known}"
