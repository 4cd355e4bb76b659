"""Annotated areas are sets of moments: marked and unmarked in any order, written down in one way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core import areas as module
from earmark.core.areas import MAX_AREAS, Area, changed, difference, intersection, require_areas, union
from earmark.core.recording import Recording
from earmark.errors import InvalidItems, InvalidValue

CHANNELS = 3
TICKS = 12
"""Areas begin and end at whole seconds up to this one, so that a set of them is a set of (channel, second)."""


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Spans in any order, overlapping or not."""
    bounds = st.integers(0, TICKS).map(float)
    return [(min(a, b), max(a, b)) for a, b in draw(st.lists(st.tuples(bounds, bounds), max_size=6))]


@st.composite
def area_lists(draw: st.DrawFn) -> list[Area]:
    """Areas in any order, overlapping or not."""
    channels = st.none() | st.integers(0, CHANNELS - 1)
    return [Area(start=a, end=b, channel=draw(channels)) for a, b in draw(spans()) if a < b]


def seconds(some: list[tuple[float, float]]) -> set[int]:
    return {second for start, end in some for second in range(int(start), int(end))}


def moments(some: list[Area] | tuple[Area, ...]) -> set[tuple[int, int]]:
    """What areas are: moments on channels."""
    return {
        (channel, second)
        for area in some
        for channel in (range(CHANNELS) if area.channel is None else [area.channel])
        for second in range(int(area.start), int(area.end))
    }


def is_tidy(some: list[tuple[float, float]]) -> bool:
    apart = all(before[1] < after[0] for before, after in pairwise(some))
    return apart and all(start < end for start, end in some)


@given(a=spans(), b=spans())
def test_spans_are_sets_of_moments(a: list[tuple[float, float]], b: list[tuple[float, float]]) -> None:
    for found, expected in (
        (union([*a, *b]), seconds(a) | seconds(b)),
        (difference(a, b), seconds(a) - seconds(b)),
        (intersection(a, b), seconds(a) & seconds(b)),
    ):
        assert seconds(found) == expected
        assert is_tidy(found)


@given(areas=area_lists(), mark=area_lists(), unmark=area_lists())
def test_marking_unites_and_unmarking_takes_away(areas: list[Area], mark: list[Area], unmark: list[Area]) -> None:
    found = changed(areas, mark=mark, unmark=unmark, channels=CHANNELS)
    assert moments(found) == (moments(areas) | moments(mark)) - moments(unmark)


@given(areas=area_lists())
def test_there_is_one_way_to_write_a_set_down(areas: list[Area]) -> None:
    tidy = changed(areas, channels=CHANNELS)
    second_by_second = [Area(start=t, end=t + 1, channel=c) for c, t in moments(areas)]
    assert changed(second_by_second, channels=CHANNELS) == tidy
    assert changed(tidy, channels=CHANNELS) == tidy
    assert len({(area.channel, area.start) for area in tidy}) == len(tidy)


@given(first=area_lists(), second=area_lists(), areas=area_lists())
def test_what_two_people_do_comes_to_the_same_in_any_order(
    first: list[Area], second: list[Area], areas: list[Area]
) -> None:
    def after(*steps: tuple[str, list[Area]]) -> tuple[Area, ...]:
        held = tuple(areas)
        for how, what in steps:
            held = changed(held, **{how: what}, channels=CHANNELS)  # type: ignore[arg-type]
        return held

    for how in ("mark", "unmark"):
        assert after((how, first), (how, second)) == after((how, second), (how, first))
    if not moments(first) & moments(second):
        assert after(("mark", first), ("unmark", second)) == after(("unmark", second), ("mark", first))


@pytest.mark.parametrize(
    ("channels", "areas", "mark", "unmark", "expected"),
    [
        (2, [], [(0, 2, None)], [(1, 3, 1)], [(0, 1, None), (1, 2, 0)]),
        (2, [(0, 1, 0)], [(0, 1, 1)], [], [(0, 1, None)]),
        (1, [], [(0, 1, 0)], [], [(0, 1, None)]),
        (1, [], [(0, 1, None), (1, 2, None)], [], [(0, 2, None)]),
        (3, [(0, 4, None)], [], [(1, 2, 1)], [(0, 1, None), (1, 2, 0), (1, 2, 2), (2, 4, None)]),
        (2, [(0, 4, None)], [], [(0, 4, None)], []),
        (2, [], [], [], []),
    ],
)
def test_examples(
    channels: int,
    areas: list[tuple[float, float, int | None]],
    mark: list[tuple[float, float, int | None]],
    unmark: list[tuple[float, float, int | None]],
    expected: list[tuple[float, float, int | None]],
) -> None:
    def made(some: list[tuple[float, float, int | None]]) -> tuple[Area, ...]:
        return tuple(Area(start=start, end=end, channel=channel) for start, end, channel in some)

    assert changed(made(areas), mark=made(mark), unmark=made(unmark), channels=channels) == made(expected)


@pytest.mark.parametrize("wrong", [(1, 1, None), (2, 1, None), (-1, 1, None), (0, float("inf"), None), (0, 1, -1)])
def test_areas_that_cannot_be(wrong: tuple[float, float, int | None]) -> None:
    with pytest.raises(InvalidValue):
        Area(start=wrong[0], end=wrong[1], channel=wrong[2])


def test_there_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_AREAS == 10_000
    monkeypatch.setattr(module, "MAX_AREAS", 2)
    some = [Area(start=n, end=n + 0.5) for n in range(3)]
    assert len(changed(some[:2], channels=1)) == 2
    with pytest.raises(InvalidValue, match="at most 2 areas, not 3"):
        changed(some, channels=1)


def test_areas_fit_their_recording() -> None:
    areas = [Area(start=0, end=11), Area(start=0, end=10.05, channel=1), Area(start=0, end=1, channel=2)]
    with pytest.raises(InvalidItems, match=r"area 1: ends at 11 s.*area 3: is on channel 2: the recording has 2"):
        require_areas(areas, Recording(source="a", duration=10.0, channels=2))
    require_areas(areas[1:2], Recording(source="a", duration=10.0, channels=2))
    with pytest.raises(InvalidItems, match="area 2: is on channel 1: not known yet"):
        require_areas(areas[:2], Recording(source="a"))
