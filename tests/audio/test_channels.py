"""Which channels are listened to."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.audio.channels import EACH, MIX, Channels, parse_channels
from earmark.errors import InvalidValue

THREE = np.array([[0.0, 0.3], [0.3, 0.3], [0.6, 0.9]], np.float32)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("mix", MIX),
        ("each", EACH),
        (" Mix ", MIX),
        ("EACH", EACH),
        ("1", Channels((0,))),
        ("1,2", Channels((0, 1))),
        (" 3 , 1 ", Channels((2, 0))),
        ("2,2,1,2", Channels((1, 0))),
        ("300", Channels((299,))),
    ],
)
def test_choices_as_they_are_written(text: str, choice: Channels) -> None:
    assert parse_channels(text) == choice


@pytest.mark.parametrize("text", ["", " ", "0", "-1", "1,", ",", "1;2", "1-2", "1.0", "left", "mix,1", "٣", "²", "+1"])
def test_what_is_no_choice_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(InvalidValue, match="'mix', 'each' or numbers from 1"):
        parse_channels(text)


@pytest.mark.parametrize(
    ("choice", "available", "named", "taken"),
    [
        (MIX, 3, (None,), [[0.3, 0.5]]),
        (MIX, 1, (0,), [[0.0, 0.3]]),
        (EACH, 3, (0, 1, 2), THREE),
        (EACH, 1, (0,), [[0.0, 0.3]]),
        (Channels((2, 0)), 3, (2, 0), [[0.6, 0.9], [0.0, 0.3]]),
    ],
)
def test_what_is_taken_is_what_segments_will_name(
    choice: Channels, available: int, named: tuple[int | None, ...], taken: list[list[float]]
) -> None:
    block = choice.take(THREE[:available])
    assert choice.chosen(available) == named
    assert block.dtype == np.float32
    assert block == pytest.approx(np.array(taken), abs=1e-6)


def test_a_channel_that_is_not_there_is_called_by_the_number_that_the_user_gave() -> None:
    with pytest.raises(InvalidValue, match="channel 3 was asked for, the recording has 2"):
        parse_channels("1,3").chosen(2)


def test_taking_channels_leaves_the_block_as_it_was() -> None:
    before = THREE.copy()
    for choice in (MIX, EACH, Channels((1,))):
        choice.take(THREE)
    assert np.array_equal(THREE, before)
