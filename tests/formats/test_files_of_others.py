"""Annotation files that other programs wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from earmark import formats

if TYPE_CHECKING:
    from pathlib import Path

SYNC = ["srt", "vtt", "textgrid", "eaf", "csv", "tsv"]


@pytest.mark.parametrize("ending", SYNC)
def test_the_sonnet_has_the_same_times_in_all_formats(test_data: Path, ending: str) -> None:
    read = formats.read(test_data / "audio" / "sync" / f"sonnet001.{ending}").segments
    table = (test_data / "audio" / "sync" / "sonnet001.csv").read_text().splitlines()
    expected = [tuple(float(time) for time in line.split(",")[1:3]) for line in table]
    assert len(read) == 15
    assert [(s.start, s.end) for s in read] == expected


@pytest.mark.parametrize("ending", [ending for ending in SYNC if ending != "tsv"])
def test_the_sonnet_has_the_same_words_in_all_formats(test_data: Path, ending: str) -> None:
    read = formats.read(test_data / "audio" / "sync" / f"sonnet001.{ending}").segments
    assert [s.text for s in read][:2] == ["1", "From fairest creatures we desire increase,"]
    assert read[-1].text == "To eat the world's due, by the grave and thee."


@pytest.mark.parametrize("ending", SYNC)
@pytest.mark.parametrize("target", ["srt", "vtt", "textgrid", "eaf", "csv", "audacity", "raven"])
def test_the_sonnet_goes_from_any_format_to_any_other(
    test_data: Path, tmp_path: Path, ending: str, target: str
) -> None:
    read = formats.read(test_data / "audio" / "sync" / f"sonnet001.{ending}")
    path = tmp_path / f"sonnet{formats.find(target).suffix}"
    formats.write(read, path)
    if ending == "tsv" and target in ("srt", "vtt"):
        assert formats.read(path).segments == ()  # it has no texts
    else:
        assert [(s.start, s.end) for s in formats.read(path).segments] == [(s.start, s.end) for s in read.segments]


@pytest.mark.parametrize(
    ("pattern", "files", "segments"),
    [
        ("birdsong/*.csv", 15, 606),
        ("composites/timeline_*.csv", 3, 36),
        ("composites/*.rttm", 4, 69),
        ("diarization/*.rttm", 11, None),
        ("restricted/callmark_example/annotations.csv", 1, 408),
        ("restricted/**/zebra_finch/**/*.csv", None, None),
        ("restricted/animals/**/*.json", None, None),
        ("video/*presence.csv", 1, 6),
        ("composites/av_presence_01.csv", 1, 14),
        ("scenes/musanmix-smn-gender.csv", 1, 12),
    ],
)
def test_label_files_are_read_whole(test_data: Path, pattern: str, files: int | None, segments: int | None) -> None:
    paths = sorted((test_data / "audio").glob(pattern))
    read = [formats.read(path) for path in paths]
    assert len(paths) == files or (files is None and paths)
    total = sum(len(annotation.segments) for annotation in read)
    assert total == segments or (segments is None and total > len(paths))
    assert all(segment.label for annotation in read for segment in annotation.segments)


def test_a_callmark_table_keeps_species_individual_and_channel(test_data: Path) -> None:
    read = formats.read(test_data / "audio" / "restricted" / "callmark_example" / "annotations.csv").segments
    assert {s.label for s in read} == {"A", "B", "C", "U"}
    assert {(s.tag("species"), s.tag("individual"), s.channel) for s in read} == {("zebra finch", "bird1", 0)}
