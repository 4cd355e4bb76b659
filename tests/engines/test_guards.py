"""Text that a model invented."""

from __future__ import annotations

import pytest

from earmark.core.segment import Word
from earmark.engines.guards import find_loop, why_invented


def spoken(text: str, pace: float = 0.3) -> list[Word]:
    return [Word(text=t, start=i * pace, end=(i + 1) * pace) for i, t in enumerate(text.split())]


LOOPS = [
    ("thank you " * 6, (2, 12)),
    ("so you you you you you said", (2, 6)),
    ("and then he said no and then he said no and then he said no and then he said no", (5, 20)),
]


@pytest.mark.parametrize(("text", "span"), LOOPS)
def test_loops_are_found_after_their_first_round(text: str, span: tuple[int, int]) -> None:
    assert find_loop(spoken(text)) == span


@pytest.mark.parametrize("text", ["no no no", "ha ha ha he laughed", "it is what it is", "", "one"])
def test_emphasis_is_no_loop(text: str) -> None:
    assert find_loop(spoken(text)) is None


INVENTED = [
    ("the train is late", 1.2, 0.8, -1.4, "hears no speech"),
    ("Thanks for watching!", 1.5, 0.4, -0.3, "known to invent"),
    ("Sous-titres réalisés par la communauté d'Amara.org", 2.0, 0.5, -0.2, "known to invent"),
    ("a b c d e f g h i j k l m n o p", 1.0, 0.1, -0.3, "more than anyone can say"),
]


@pytest.mark.parametrize(("text", "seconds", "no_speech", "log_probability", "why"), INVENTED)
def test_invented_text_is_named(text: str, seconds: float, no_speech: float, log_probability: float, why: str) -> None:
    reason = why_invented(spoken(text), text, seconds=seconds, no_speech=no_speech, log_probability=log_probability)
    assert why in (reason or "")


BELIEVED = [
    ("Thanks for watching the children.", 2.0, 0.4, -0.3),
    ("thanks for watching", 1.5, 0.05, -0.2),
    ("yes", 0.2, 0.3, -0.6),
    ("and so my fellow Americans ask not what your country can do for you", 6.0, 0.7, -0.3),
]


@pytest.mark.parametrize(("text", "seconds", "no_speech", "log_probability"), BELIEVED)
def test_real_text_is_believed(text: str, seconds: float, no_speech: float, log_probability: float) -> None:
    assert (
        why_invented(spoken(text), text, seconds=seconds, no_speech=no_speech, log_probability=log_probability) is None
    )
