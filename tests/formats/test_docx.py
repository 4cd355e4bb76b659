"""Word documents, opened as Word's users see them."""

from __future__ import annotations

import io
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark import formats
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.recording import Recording
from earmark.core.segment import Segment
from earmark.errors import MissingExtra, UnknownFormat
from earmark.formats.docx import dumps
from earmark.services.annotate_files import Plan
from earmark.services.convert import target_of

if TYPE_CHECKING:
    from pathlib import Path

docx = pytest.importorskip("docx")

MEETING = Annotation(
    segments=(
        Segment(start=0, end=2, text="Hello & welcome.", speaker="Host", language="en"),
        Segment(start=2, end=3, text="Sit down.", speaker="Host", language="en"),
        Segment(start=3661.5, end=3663, text="Merci.", speaker="Guest", language="fr"),
        Segment(start=3670, end=3671, text="(Applause)", language="en"),
        Segment(start=3671, end=3680, label="silence"),
    ),
    recording=Recording(source="/recordings/Board meeting.mp3", duration=3725.4),
    language="en",
    source="earmark (whisper small)",
)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def opened(annotation: Annotation, **about: date) -> object:
    return docx.Document(io.BytesIO(dumps(annotation, **about)))


def turns(document: object) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Turn"]


def test_minutes_have_a_title_facts_and_a_paragraph_for_each_turn() -> None:
    document = opened(MEETING, date=date(2026, 11, 28))
    assert [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs] == [
        ("Title", "Board meeting"),
        ("Subtitle", "2026-11-28 · 1:02:05 · English · Host, Guest"),
        ("Heading 1", "Transcript"),
        ("Turn", "Host 0:00:00\nHello & welcome. Sit down."),
        ("Turn", "Guest 1:01:01\nMerci."),
        ("Turn", "1:01:10\n(Applause)"),
    ]
    assert document.tables == []


def test_speakers_are_bold_and_times_grey_by_styles() -> None:
    document = opened(MEETING)
    turn = document.paragraphs[3]
    assert [run.style.name for run in turn.runs[:3:2]] == ["Speaker", "Time Stamp"]
    assert document.styles["Speaker"].font.bold
    assert str(document.styles["Time Stamp"].font.color.rgb) == "595959"


def test_the_document_says_in_which_language_it_is() -> None:
    document = opened(MEETING)
    assert document.core_properties.language == "en"
    assert (document.core_properties.title, document.core_properties.author) == ("Board meeting", MEETING.source)
    usual = next(document.styles.element.iter(f"{W}lang"))
    assert usual.get(f"{W}val") == "en"
    spoken = {
        paragraph.text.split()[-1]: [element.get(f"{W}val") for element in paragraph._p.iter(f"{W}lang")]
        for paragraph in document.paragraphs
    }
    assert (spoken["down."], spoken["Merci."]) == ([], ["fr"])


def test_arabic_runs_from_right_to_left() -> None:
    document = opened(Annotation(segments=(Segment(start=0, end=1, text="مرحبا بكم", speaker="مضيف"),)))
    turn = document.paragraphs[-1]
    assert turn.text == "مضيف 0:00:00\nمرحبا بكم"
    assert len(list(turn._p.iter(f"{W}bidi"))) == 1
    assert len(list(turn._p.iter(f"{W}rtl"))) == 2


def test_why_there_are_no_speakers_stands_in_the_document() -> None:
    note = Note(kind=NoteKind.UNAVAILABLE, message="speakers were not told apart: no model")
    document = opened(Annotation(segments=(Segment(start=0, end=1, text="a"),), notes=(note,)))
    assert ("Quote", note.message) in [(p.style.name, p.text) for p in document.paragraphs]


def test_many_speakers_are_counted() -> None:
    segments = tuple(Segment(start=n, end=n + 1, text="a", speaker=f"SPEAKER_{n:02d}") for n in range(13))
    assert opened(Annotation(segments=segments)).paragraphs[1].text == "0:00:13 · 13 speakers"


def test_a_document_without_words_opens() -> None:
    document = opened(Annotation(segments=()))
    assert (document.paragraphs[0].text, turns(document)) == ("Transcript", [])


@given(st.text(min_size=1, max_size=40), st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=40, deadline=timedelta(seconds=5))
def test_whatever_is_said_the_document_opens(text: str, speaker: str, name: str, source: str) -> None:
    annotation = Annotation(
        segments=(Segment(start=0, end=1, text=f"{text}\x00\x0b\ud800\ufffe.", speaker=speaker, language=name),),
        recording=Recording(source=name),
        language=speaker,
        source=source,
    )
    legal = [letter for letter in f"{text}." if letter >= " " and not "\ud800" <= letter <= "\udfff"]
    letters = "".join(letter for letter in legal if letter not in "\ufffe\uffff" and not letter.isspace())
    assert "".join(turns(opened(annotation))[0].split()).endswith(letters)


def test_a_long_recording_is_written_in_reasonable_time() -> None:
    segments = tuple(
        Segment(start=n, end=n + 1, text=f"Sentence number {n}.", speaker=f"SPEAKER_{n % 2:02d}") for n in range(20_000)
    )
    began = time.process_time()
    data = dumps(Annotation(segments=segments))
    assert time.process_time() - began < 30
    assert len(data) > 100_000


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    for attempt in (
        lambda: dumps(MEETING),
        lambda: formats.write(MEETING, tmp_path / "a.docx"),
        lambda: target_of(tmp_path / "a.docx"),
        lambda: Plan(out=tmp_path, formats=("srt", "docx")),
    ):
        with pytest.raises(MissingExtra, match=r"pip install 'earmark\[docx\]'"):
            attempt()
    assert list(tmp_path.iterdir()) == []


def test_a_document_is_no_source_of_annotations(tmp_path: Path) -> None:
    formats.write(MEETING, tmp_path / "a.docx")
    assert (tmp_path / "a.docx").read_bytes()[:2] == b"PK"
    with pytest.raises(UnknownFormat, match="not read"):
        formats.read(tmp_path / "a.docx")
