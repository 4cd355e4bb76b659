"""Which format a file has, how it is decoded and how it is written."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from earmark import formats
from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError, OutputFailed, SourceNotFound, UnknownFormat

if TYPE_CHECKING:
    from pathlib import Path

ONE = Annotation(segments=(Segment(start=0.5, end=1.25, label="speech", text="Grüße, 世界"),))
RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\n1\tSpectrogram 1\t1\t0.5\t1.25\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("meeting.json", "json"),
        ("meeting.transcript.json", "transcript"),
        ("meeting.SRT", "srt"),
        ("meeting.docx", "docx"),
        ("a.b.vtt", "vtt"),
        ("meeting.txt", "txt"),
        ("birds.TextGrid", "textgrid"),
        ("birds.textgrid", "textgrid"),
        ("birds.audacity.txt", "audacity"),
        ("birds.selections.txt", "raven"),
        ("birds.Table.1.selections.txt", "raven"),
        ("birds.BirdNET.selection.table.txt", "raven"),
        ("meeting.rttm", "rttm"),
        ("meeting.ctm", "ctm"),
        ("story.eaf", "eaf"),
        ("notes.csv", "csv"),
        ("notes.tsv", "tsv"),
    ],
)
def test_the_file_ending_names_the_format(name: str, expected: str) -> None:
    assert formats.for_path(name).name == expected


def test_files_of_all_formats_have_different_names() -> None:
    endings = [known.suffix.lower() for known in formats.FORMATS if known.writes]
    assert len(set(endings)) == len(endings)


@pytest.mark.parametrize("name", ["TextGrid", "praat", " elan ", "WebVTT", "json"])
def test_formats_have_names_in_any_case(name: str) -> None:
    assert formats.find(name).writes


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match=r"'odt'.*json, transcript, srt.*docx.*textgrid"):
        formats.find("odt")


def test_an_unknown_ending_lists_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match=r"a\.odt: .*\.srt.*\.TextGrid"):
        formats.for_path("a.odt")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a/b.srt", "b"), ("b.Selections.TXT", "b"), ("b.audacity.txt", "b"), ("b.v2.TextGrid", "b.v2"), ("b", "b")],
)
def test_the_stem_is_the_name_without_the_ending_of_the_format(name: str, expected: str) -> None:
    assert formats.stem(name) == expected


@pytest.mark.parametrize(("content", "label"), [("0,5\t1,25\tcall\n", "call"), (RAVEN, None)])
def test_a_txt_file_is_read_as_what_it_holds(tmp_path: Path, content: str, label: str | None) -> None:
    path = tmp_path / "labels.txt"
    path.write_text(content)
    assert formats.read(path).segments == (Segment(start=0.5, end=1.25, label=label, channel=None if label else 0),)


def test_a_transcript_has_no_times_to_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Guest: hello\n")
    with pytest.raises(FormatError, match="neither Audacity labels nor Raven selection table"):
        formats.read(path)
    with pytest.raises(UnknownFormat, match="no times"):
        formats.read(path, name="txt")
    with pytest.raises(UnknownFormat, match=r"minutes\.docx: Word document can be written, but not read"):
        formats.read(tmp_path / "minutes.docx")


def test_what_is_only_read_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="not written"):
        formats.write(ONE, tmp_path / "a.json", name="whisperseg")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["csv", "srt", "textgrid", "eaf", "json", "vtt"])
def test_files_come_in_many_encodings(tmp_path: Path, name: str, encoding: str) -> None:
    text = "Grüße" if encoding == "cp1252" else "Grüße, 世界"
    path = tmp_path / "file"
    dumps = formats.find(name).dumps
    assert dumps is not None
    path.write_bytes(dumps(Annotation(segments=(Segment(start=0, end=2, text=text),))).encode(encoding))
    assert [s.text for s in formats.read(path, name=name).segments] == [text]


@pytest.mark.parametrize("name", [known.name for known in formats.FORMATS if known.reads])
@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"RIFF\x24\x80\x00\x00WAVEfmt \xff\xfe", bytes(range(256)), b"\x00" * 99],
)
def test_binary_data_is_told_in_one_line(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / "song.bin"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"^\S*song\.bin\b") as raised:
        formats.read(path, name=name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", [known.name for known in formats.FORMATS if known.reads])
def test_prose_is_no_annotation(tmp_path: Path, name: str) -> None:
    path = tmp_path / "letter"
    path.write_text("Dear all,\nplease find the recordings enclosed.\n")
    with pytest.raises(FormatError, match="letter"):
        formats.read(path, name=name)


@pytest.mark.parametrize("missing", ["nothing.srt", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SourceNotFound, match="Check the name"):
        formats.read(tmp_path / missing, name="srt")


def test_a_missing_folder_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed, match="No such file"):
        formats.write(ONE, tmp_path / "missing" / "a.srt")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.srt"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputFailed, match="No space left"):
        formats.write(ONE, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_and_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "a b ☂.json"
    path.write_text("old")
    formats.write(ONE, path)
    assert formats.read(path) == ONE
    plain = tmp_path / "plain"
    plain.write_text("")
    assert path.stat().st_mode == plain.stat().st_mode


def test_names_that_are_no_unicode_are_written(tmp_path: Path) -> None:
    """Names of files on Linux are bytes; Python keeps those that are no UTF-8 as surrogates."""
    from earmark.core.recording import Recording

    named = Annotation(segments=(), recording=Recording(source="caf\udce9.wav"))
    formats.write(named, tmp_path / "a.json")
    assert formats.read(tmp_path / "a.json") == named


def test_formats_need_no_heavy_library() -> None:
    heavy = {"pysubs2", "praatio", "numpy", "xml", "pympi", "docx", "lxml"}
    code = f"import sys, earmark.formats; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
