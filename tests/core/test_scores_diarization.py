"""DER: the same as pyannote.metrics says, and what follows from its definition."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.core.scores import DiarizationErrors, diarization_errors
from earmark.core.segment import Segment
from earmark.errors import InvalidValue
from earmark.formats.rttm import loads
from earmark.services.evaluate import assign_speakers


def turn(start: float, end: float, speaker: str | None, channel: int | None = None) -> Segment:
    return Segment(start=start, end=end, speaker=speaker, channel=channel)


def errors(reference: Sequence[Segment], hypothesis: Sequence[Segment], collar: float = 0.0) -> DiarizationErrors:
    return diarization_errors(reference, hypothesis, assign=assign_speakers, collar=collar)


@st.composite
def conversation(draw: st.DrawFn, names: str = "abc") -> list[Segment]:
    """Turns of several people who may overlap one another but not themselves, in whole milliseconds."""
    rows = st.tuples(st.integers(1, 3000), st.integers(1, 3000))
    turns = []
    for name in names:
        now = 0
        for pause, length in draw(st.lists(rows, max_size=5)):
            turns.append(turn((now + pause) / 1000, (now + pause + length) / 1000, name))
            now += pause + length
    return turns


def by_pyannote(
    reference: list[Segment], hypothesis: list[Segment], *, collar: float, scored: tuple[float, float]
) -> DiarizationErrors:
    diarization = pytest.importorskip("pyannote.metrics.diarization")
    core = pytest.importorskip("pyannote.core")
    sides = [core.Annotation(uri="talk"), core.Annotation(uri="talk")]
    for side, turns in zip(sides, (reference, hypothesis), strict=True):
        for track, one in enumerate(turns):
            side[core.Segment(one.start, one.end), track] = one.speaker
    uem = core.Timeline([core.Segment(*scored)], uri="talk")
    parts = diarization.DiarizationErrorRate(collar=2 * collar)(*sides, uem=uem, detailed=True)
    return DiarizationErrors(
        total=parts["total"],
        missed=parts["missed detection"],
        false_alarm=parts["false alarm"],
        confusion=parts["confusion"],
    )


def assert_same(ours: DiarizationErrors, theirs: DiarizationErrors) -> None:
    for name in ("total", "missed", "false_alarm", "confusion"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), abs=1e-6), name
    if theirs.rate is not None and theirs.total > 1e-6:
        assert ours.rate == pytest.approx(theirs.rate, abs=1e-6)


@pytest.mark.parametrize("collar", [0.0, 0.25])
@settings(deadline=None)
@given(
    reference=conversation("abc"),
    hypothesis=conversation("wxyz"),
    scored=st.sampled_from([(0.0, 40.0), (2.5, 6.25)]),
)
def test_errors_equal_those_of_pyannote_metrics(
    collar: float, reference: list[Segment], hypothesis: list[Segment], scored: tuple[float, float]
) -> None:
    ours = diarization_errors(reference, hypothesis, assign=assign_speakers, collar=collar, scored=[scored])
    assert_same(ours, by_pyannote(reference, hypothesis, collar=collar, scored=scored))


def perturbed(turns: list[Segment], seed: int) -> list[Segment]:
    """Move ends, swap speakers, lose and split turns as a mediocre system would."""
    chance = np.random.default_rng(seed)
    names = sorted({one.speaker or "" for one in turns})
    heard = []
    for one in turns:
        if chance.random() < 0.1:
            continue
        start = max(0.0, one.start + float(chance.normal(0, 0.2)))
        end = max(start, one.end + float(chance.normal(0, 0.2)))
        speaker = names[chance.integers(len(names))] if chance.random() < 0.2 else one.speaker
        middle = float(chance.uniform(start, end))
        heard += [turn(start, middle, f"heard {speaker}"), turn(middle, end, f"heard {speaker}")]
    return once(heard)


def once(turns: list[Segment]) -> list[Segment]:
    """Leave out what a speaker says while he speaks already: pyannote.metrics counts that twice."""
    kept: list[Segment] = []
    for one in sorted(turns, key=lambda s: s.start):
        since = max((s.end for s in kept if s.speaker == one.speaker), default=0.0)
        if one.end > since:
            kept.append(turn(max(one.start, since), one.end, one.speaker))
    return kept


@pytest.mark.parametrize("collar", [0.0, 0.1, 0.25])
def test_errors_on_real_conversations_equal_those_of_pyannote_metrics(test_data: Path, collar: float) -> None:
    paths = sorted((test_data / "audio").rglob("*.rttm"))
    assert paths
    for seed, path in enumerate(paths):
        reference = [turn(s.start, s.end, s.speaker) for s in loads(path.read_text(), source=path.name).segments]
        hypothesis = perturbed(reference, seed)
        scored = (0.0, max(s.end for s in [*reference, *hypothesis]) + 1)
        assert_same(
            errors(reference, hypothesis, collar=collar),
            by_pyannote(reference, hypothesis, collar=collar, scored=scored),
        )


@given(turns=conversation(), collar=st.floats(0, 0.5))
def test_the_same_conversation_under_other_names_is_free_of_errors(turns: list[Segment], collar: float) -> None:
    names = dict(zip("abc", "zxy", strict=True))
    renamed = [turn(s.start, s.end, names[s.speaker or ""]) for s in turns]
    assert errors(turns, renamed, collar=collar).rate in {0.0, None}


@given(reference=conversation("abc"), hypothesis=conversation("xyz"), collar=st.floats(0, 0.5))
def test_no_kind_of_error_is_negative(reference: list[Segment], hypothesis: list[Segment], collar: float) -> None:
    found = errors(reference, hypothesis, collar=collar)
    assert min(found.total, found.missed, found.false_alarm) >= 0
    assert found.confusion >= -1e-9
    assert found.missed + found.confusion <= found.total + 1e-9


@given(reference=conversation("abc"), hypothesis=conversation("xyz"))
def test_changing_sides_swaps_missed_speech_and_false_alarms(
    reference: list[Segment], hypothesis: list[Segment]
) -> None:
    there, back = errors(reference, hypothesis), errors(hypothesis, reference)
    assert there.missed == pytest.approx(back.false_alarm)
    assert there.false_alarm == pytest.approx(back.missed)
    assert there.confusion == pytest.approx(back.confusion, abs=1e-6)


@given(reference=conversation("abc"), hypothesis=conversation("xyz"))
def test_no_other_naming_of_speakers_gives_fewer_errors(reference: list[Segment], hypothesis: list[Segment]) -> None:
    best = errors(reference, hypothesis).confusion
    for names in permutations(range(3)):

        def assign(seconds: Sequence[Sequence[float]], names: tuple[int, ...] = names) -> list[tuple[int, int]]:
            return [(row, names[row]) for row in range(len(seconds)) if names[row] < len(seconds[0])]

        assert best <= diarization_errors(reference, hypothesis, assign=assign).confusion + 1e-6


def test_each_kind_of_error_is_told_apart() -> None:
    reference = [turn(0, 10, "guest"), turn(10, 20, "host")]
    hypothesis = [turn(1, 12, "one"), turn(12, 21, "two")]
    found = errors(reference, hypothesis)
    assert found == DiarizationErrors(total=20, missed=1, false_alarm=1, confusion=2)
    assert found.rate == 0.2


def test_overlapping_speech_is_scored_for_each_speaker() -> None:
    reference = [turn(0, 10, "guest"), turn(5, 10, "host")]
    assert errors(reference, [turn(0, 10, "one")]) == DiarizationErrors(total=15, missed=5)


def test_the_collar_is_the_time_on_each_side_of_an_edge_of_the_reference() -> None:
    reference, hypothesis = [turn(1, 3, "guest")], [turn(0.8, 3.2, "one")]
    assert errors(reference, hypothesis).false_alarm == pytest.approx(0.4)
    assert errors(reference, hypothesis, collar=0.1).false_alarm == pytest.approx(0.2)
    assert errors(reference, hypothesis, collar=0.25) == DiarizationErrors(total=1.5)


def test_only_the_scored_part_of_a_recording_counts() -> None:
    reference, hypothesis = [turn(0, 4, "guest")], [turn(2, 6, "one")]
    found = diarization_errors(reference, hypothesis, assign=assign_speakers, scored=[(1, 3), (5, 9)])
    assert found == DiarizationErrors(total=2, missed=1, false_alarm=1)


def test_a_speaker_who_overlaps_himself_speaks_once_and_speech_of_nobody_is_left_out() -> None:
    reference = [turn(0, 3, "guest"), turn(2, 4, "guest"), turn(0, 9, None)]
    assert errors(reference, [turn(0, 4, "one")]) == DiarizationErrors(total=4)


def test_names_hold_for_all_channels() -> None:
    reference = [turn(0, 5, "guest", channel=0), turn(0, 3, "guest", channel=1)]
    assert errors(reference, [turn(0, 5, "one", channel=0), turn(0, 3, "one", channel=1)]).rate == 0.0
    swapped = errors(reference, [turn(0, 5, "one", channel=0), turn(0, 3, "two", channel=1)])
    assert swapped == DiarizationErrors(total=8, confusion=3)


def test_nothing_heard_is_all_missed_and_nothing_said_has_no_rate() -> None:
    assert errors([turn(0, 5, "guest")], []).rate == 1.0
    assert errors([], [turn(0, 5, "one")]).rate is None


@pytest.mark.parametrize("collar", [-0.1, float("nan"), float("inf")])
def test_a_collar_is_a_length_of_time(collar: float) -> None:
    with pytest.raises(InvalidValue, match="collar"):
        errors([], [], collar=collar)
