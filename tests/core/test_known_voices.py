"""Who a voice belongs to: alike enough, more alike than any other, and each name once."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from earmark.core.speakers import Voice
from earmark.core.voices import (
    LEAST_SECONDS,
    KnownVoice,
    VoiceLimits,
    can_be_known,
    of_length_one,
    proposals,
    same_speakers,
    similarity,
    with_sample,
)
from earmark.errors import InvalidValue

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
LIMITS = {"plane": VoiceLimits(similarity=0.8, margin=0.1)}


def at(degrees: float) -> tuple[float, ...]:
    """A voice in the plane: similar to others by the cosine of the angle between them."""
    return (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def heard(speaker: str, degrees: float, *, embedder: str = "plane", seconds: float = 30.0) -> Voice:
    return Voice(speaker=speaker, embedding=at(degrees), embedder=embedder, seconds=seconds)


def known(name: str, degrees: float, *, embedder: str = "plane", seconds: float = 30.0) -> KnownVoice:
    return KnownVoice(
        id=name,
        project_id="p",
        name=name,
        embedder=embedder,
        embedding=at(degrees),
        seconds=seconds,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


def named(voices: list[Voice], project: list[KnownVoice]) -> dict[str, str]:
    return {speaker: found.name for speaker, found in proposals(voices, project, limits=LIMITS).items()}


def test_a_voice_that_is_alike_gets_the_name_and_says_how_alike() -> None:
    found = proposals([heard("SPEAKER_00", 20)], [known("Host", 0), known("Guest", 90)], limits=LIMITS)

    assert list(found) == ["SPEAKER_00"]
    assert found["SPEAKER_00"].name == "Host"
    assert found["SPEAKER_00"].similarity == pytest.approx(math.cos(math.radians(20)))


def test_a_stranger_gets_no_name() -> None:
    assert named([heard("SPEAKER_00", 45)], [known("Host", 0), known("Guest", 90)]) == {}
    assert named([heard("SPEAKER_00", 45)], []) == {}


def test_who_sounds_like_two_people_gets_the_name_of_neither() -> None:
    assert named([heard("SPEAKER_00", 10)], [known("Host", 0), known("Twin", 21)]) == {}
    assert named([heard("SPEAKER_00", 0)], [known("Host", 0), known("Cousin", 30)]) == {"SPEAKER_00": "Host"}


def test_each_name_goes_to_the_speaker_who_is_most_alike() -> None:
    voices = [heard("SPEAKER_00", 25), heard("SPEAKER_01", 5), heard("SPEAKER_02", 92)]

    assert named(voices, [known("Host", 0), known("Guest", 90)]) == {"SPEAKER_01": "Host", "SPEAKER_02": "Guest"}


def test_voices_of_other_embedders_are_not_compared() -> None:
    assert named([heard("SPEAKER_00", 0)], [known("Host", 0, embedder="other")]) == {}
    assert named([heard("SPEAKER_00", 0, embedder="other")], [known("Host", 0, embedder="other")]) == {}


@pytest.mark.parametrize(
    ("voice", "can"),
    [
        (heard("a", 0, embedder="ge2e-256"), True),
        (heard("a", 0, embedder="ge2e-256", seconds=LEAST_SECONDS), True),
        (heard("a", 0, embedder="ge2e-256", seconds=LEAST_SECONDS - 0.1), False),
        (heard("a", 0, embedder="of somebody else"), False),
        (Voice(speaker="a", embedding=(0.0, 0.0), embedder="ge2e-256", seconds=30.0), False),
        (Voice(speaker="a", embedding=(math.nan, 1.0), embedder="ge2e-256", seconds=30.0), False),
    ],
)
def test_only_enough_speech_of_embedders_that_were_measured_can_be_known(voice: Voice, *, can: bool) -> None:
    assert can_be_known(voice) is can


def test_a_second_sample_counts_by_its_seconds() -> None:
    after = with_sample(known("Host", 0, seconds=30.0), heard("x", 90, seconds=10.0), at=MOMENT + timedelta(days=1))

    assert (after.samples, after.seconds, after.updated_at) == (2, 40.0, MOMENT + timedelta(days=1))
    assert math.degrees(math.atan2(after.embedding[1], after.embedding[0])) == pytest.approx(18.43, abs=0.01)
    assert similarity(after.embedding, after.embedding) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("vector", [(), (0.0, 0.0), (math.nan, 1.0), (math.inf, 1.0)])
def test_what_has_no_direction_is_no_voice(vector: tuple[float, ...]) -> None:
    with pytest.raises(InvalidValue, match="not all zero"):
        of_length_one(vector)


def test_speakers_are_told_by_when_they_speak() -> None:
    theirs = [(0.0, 10.0, "SPEAKER_00"), (10.0, 20.0, "SPEAKER_01"), (20.0, 30.0, "SPEAKER_00")]
    mine = [(0.0, 9.0, "Host"), (9.5, 20.0, "Guest"), (21.0, 30.0, "Host")]

    assert same_speakers(mine, theirs) == {"SPEAKER_00": "Host", "SPEAKER_01": "Guest"}
    assert same_speakers([], theirs) == {}


def test_a_voice_of_whom_most_was_given_to_others_is_nobodys() -> None:
    """A person divided among three what the model took for one: the numbers describe none of them."""
    theirs = [(0.0, 30.0, "SPEAKER_00")]
    mine = [(0.0, 12.0, "Host"), (12.0, 22.0, "Guest"), (22.0, 30.0, "Caller")]

    assert same_speakers(mine, theirs) == {}


def test_two_voices_that_were_made_one_person_stay_apart() -> None:
    """Who was told apart into two is one: only the voice with more of the speech is that person's."""
    theirs = [(0.0, 20.0, "SPEAKER_00"), (20.0, 25.0, "SPEAKER_01")]

    assert same_speakers([(0.0, 25.0, "Host")], theirs) == {"SPEAKER_00": "Host"}


def test_people_who_speak_at_once_are_not_mixed_up() -> None:
    theirs = [(0.0, 20.0, "SPEAKER_00"), (5.0, 12.0, "SPEAKER_01")]

    assert same_speakers([(0.0, 20.0, "Host"), (5.0, 12.0, "Guest")], theirs) == {
        "SPEAKER_00": "Host",
        "SPEAKER_01": "Guest",
    }
