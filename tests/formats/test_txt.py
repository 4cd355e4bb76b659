"""Plain transcripts."""

from __future__ import annotations

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.formats.txt import dumps


def test_without_speakers_each_segment_has_a_line() -> None:
    segments = (
        Segment(start=2, end=3, text="Second\nline."),
        Segment(start=0, end=1, text="First."),
        Segment(start=1, end=2, label="noise"),
    )
    assert dumps(Annotation(segments=segments)) == "First.\nSecond line.\n"


def test_with_speakers_each_turn_has_a_paragraph() -> None:
    said = [("host", "Hello."), ("host", "Who are you?"), ("guest", "A guest."), (None, "Applause."), ("host", "Good.")]
    segments = tuple(Segment(start=n, end=n + 1, speaker=who, text=text) for n, (who, text) in enumerate(said))
    assert dumps(Annotation(segments=segments)) == (
        "host: Hello. Who are you?\n\nguest: A guest.\n\nApplause.\n\nhost: Good.\n"
    )


def test_nothing_said_is_an_empty_file() -> None:
    assert dumps(Annotation(segments=(Segment(start=0, end=1, label="noise"),))) == ""
