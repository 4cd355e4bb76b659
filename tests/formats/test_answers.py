"""Transcripts in the very shape in which other services answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.formats import srt, tsv, vtt
from earmark.formats.answers import hearback_srt, hearback_vtt, whisper_tsv

LONG = "word " * 60
TALK = Annotation(
    segments=(
        Segment(start=1.0015, end=3661.9996, text=" Salt & <pepper> --> here\n\nand there ", speaker="SPEAKER_00"),
        Segment(start=0, end=1.001, text="Who?"),
        Segment(start=0.5, end=0.9, label="noise"),
    )
)


def test_srt_as_hearback_answers() -> None:
    assert hearback_srt(TALK) == (
        "1\n00:00:00,000 --> 00:00:01,001\n[UNKNOWN] Who?\n"
        "\n"
        "2\n00:00:01,002 --> 01:01:02,000\n[SPEAKER_00] Salt & <pepper> --> here and there\n"
    )


def test_vtt_as_hearback_answers() -> None:
    assert hearback_vtt(TALK) == (
        "WEBVTT\n"
        "\n"
        "00:00:00.000 --> 00:00:01.001\n<v UNKNOWN>Who?\n"
        "\n"
        "00:00:01.002 --> 01:01:02.000\n<v SPEAKER_00>Salt &amp; &lt;pepper&gt; --&gt; here and there\n"
    )


def test_tsv_as_whisper_writes() -> None:
    assert whisper_tsv(TALK) == ("start\tend\ttext\n0\t1001\tWho?\n1002\t3662000\tSalt & <pepper> --> here and there\n")
    assert [s.start for s in tsv.FORMAT.loads(whisper_tsv(TALK), source="x").segments] == [0.0, 1.002]  # type: ignore[misc]


def test_silence_is_an_empty_answer() -> None:
    nothing = Annotation(segments=())
    assert (hearback_srt(nothing), hearback_vtt(nothing)) == ("", "WEBVTT\n")
    assert whisper_tsv(nothing) == "start\tend\ttext\n"


def test_a_long_segment_is_one_cue() -> None:
    assert hearback_srt(Annotation(segments=(Segment(start=0, end=60, text=LONG),))).count("-->") == 1


names = st.text(max_size=12).filter(lambda name: "UNKNOWN" not in name)


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), st.text(max_size=30), names), max_size=5))
def test_cues_are_read_back_with_their_speakers(said: list[tuple[int, int, str, str]]) -> None:
    segments = tuple(
        Segment(start=start / 1000, end=(start + length) / 1000, text=text, speaker=speaker)
        for start, length, text, speaker in said
    )
    kept = sorted((s for s in segments if (s.text or "").strip()), key=lambda s: (s.start, s.end))
    expected = [(" ".join((s.text or "").split()), " ".join((s.speaker or "").split()) or "UNKNOWN") for s in kept]
    read_vtt = vtt.loads(hearback_vtt(Annotation(segments=segments)), source="x").segments
    assert [(s.text, s.speaker) for s in read_vtt] == expected
    read_srt = srt.loads(hearback_srt(Annotation(segments=segments)), source="x").segments
    brackets = str.maketrans("[]", "()")
    assert [(s.text, s.speaker) for s in read_srt] == [(text, name.translate(brackets)) for text, name in expected]
