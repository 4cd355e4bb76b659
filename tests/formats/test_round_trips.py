"""Whatever an annotation holds, each format gives back what it says it keeps (``docs/formats.md``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from earmark import formats
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.core.time import round_half_up
from earmark.errors import FormatError
from earmark.formats.tiers import UNLABELLED

HOSTILE = [
    '"quoted", ""twice""',
    "tab\there",
    "two\nlines",
    "blank\n\nline",
    "windows\r\nline",
    "00:00:01,000 --> 00:00:02,000",
    "a --> b",
    "{\\an8}top {curly} \\N \\h",
    "<b>bold</b> <v Host>x</v> & &amp; &lt;",
    "1",
    "=SUM(A1:A9)",
    "+1",
    "-1",
    "@cmd",
    " leading and trailing ",
    "; , | ;; #",
    "naïve 🎧🏳️‍🌈 日本語のテキスト、です。",
    'intervals [2]: class = "IntervalTier" item [1]:',
    "key=value;key=\\;value",
    "\\",
    "nul \x00 bell \x07 escape \x1b next\x85line para\u2029graph",
    "speech",
    "<NA>",
    "NaN",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
names = texts.filter(lambda text: bool(text.strip()))
times = st.floats(0, 90_000, allow_nan=False)
scores = st.none() | st.floats(0, 1)
channels = st.none() | st.integers(0, 40)


@st.composite
def spans(draw: st.DrawFn) -> tuple[float, float]:
    one, other = draw(times), draw(times)
    return min(one, other), max(one, other)


@st.composite
def words(draw: st.DrawFn) -> Word:
    start, end = draw(spans())
    return Word(text=draw(texts), start=start, end=end, score=draw(scores))


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    start, end = draw(spans())
    low, high = sorted((draw(st.floats(0, 2e5)), draw(st.floats(0, 2e5))))
    return Segment(
        start=start,
        end=draw(st.sampled_from([start, end])),
        channel=draw(channels),
        label=draw(st.none() | texts),
        text=draw(st.none() | texts),
        speaker=draw(st.none() | texts),
        language=draw(st.none() | texts),
        words=tuple(draw(st.lists(words(), max_size=3))),
        score=draw(scores),
        tags=tuple(draw(st.lists(st.tuples(texts, texts), max_size=3))),
        low_hz=draw(st.none() | st.just(low)),
        high_hz=draw(st.none() | st.just(high)),
    )


recordings = st.builds(
    Recording,
    source=texts,
    duration=st.none() | times,
    sample_rate=st.none() | st.integers(1, 10**6),
    channels=st.none() | st.integers(1, 300),
    container=st.none() | texts,
    codec=st.none() | texts,
)
notes = st.builds(
    Note,
    kind=st.sampled_from(NoteKind),
    message=texts,
    start=st.none() | times,
    end=st.none() | times,
    channel=channels,
    text=st.none() | texts,
)
anything = st.builds(
    Annotation,
    segments=st.lists(segments(), max_size=5).map(tuple),
    recording=st.none() | recordings,
    source=st.none() | texts,
    language=st.none() | texts,
    notes=st.lists(notes, max_size=2).map(tuple),
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def there_and_back(annotation: Annotation, name: str) -> Annotation:
    known = formats.find(name)
    assert known.dumps is not None
    assert known.loads is not None
    return known.loads(known.dumps(annotation), source="there-and-back")


def kept_by(name: str, segment: Segment) -> dict[str, Any]:
    """Return the fields that the format keeps, blank strings as none."""
    fields = formats.find(name).keeps & {"channel", "label", "text", "speaker", "language", "score", "tags"}
    kept = {
        field: getattr(segment, field) or (None if field not in ("channel", "score") else getattr(segment, field))
        for field in fields
    }
    if "band" in formats.find(name).keeps:
        kept |= {"low_hz": segment.low_hz, "high_hz": segment.high_hz}
    return kept


@given(anything)
@quick
def test_json_gives_back_everything(annotation: Annotation) -> None:
    assert there_and_back(annotation, "json") == annotation


@pytest.mark.parametrize("name", ["csv", "tsv"])
@given(annotation=anything)
@quick
def test_tables_give_back_all_but_words(name: str, annotation: Annotation) -> None:
    read = there_and_back(annotation, name).segments
    assert [(s.start, s.end) for s in read] == [(s.start, s.end) for s in annotation.segments]
    assert [kept_by(name, s) for s in read] == [kept_by(name, s) for s in annotation.segments]


@given(anything)
@quick
def test_raven_gives_back_all_in_one_line_each(annotation: Annotation) -> None:
    read = there_and_back(annotation, "raven").segments
    rate = annotation.recording.sample_rate if annotation.recording else None
    assert len(read) == len(annotation.segments)
    for got, given_ in zip(read, annotation.segments, strict=True):
        assert (got.start, got.end, got.score) == (given_.start, given_.end, given_.score)
        assert got.channel == (given_.channel or 0)
        for field in ("label", "text", "speaker", "language"):
            assert (getattr(got, field) or "") == " ".join((getattr(given_, field) or "").split())
        full_band = rate is not None or given_.high_hz is not None
        assert got.low_hz == (0.0 if given_.low_hz is None and full_band else given_.low_hz)
        assert got.high_hz == (max(rate / 2, given_.low_hz or 0) if given_.high_hz is None and rate else given_.high_hz)


@given(anything)
@quick
def test_audacity_gives_back_times_bands_and_one_string(annotation: Annotation) -> None:
    read = there_and_back(annotation, "audacity").segments
    assert [(s.start, s.end, s.low_hz, s.high_hz) for s in read] == [
        (s.start, s.end, s.low_hz, s.high_hz) for s in annotation.segments
    ]
    for got, given_ in zip(read, annotation.segments, strict=True):
        expected = " ".join((given_.text or "").split()) or " ".join((given_.label or "").split())
        assert (got.label or "").endswith(expected)


def as_tiers_keep(segment: Segment) -> tuple[Any, ...]:
    strings = [value if value and value.strip() else None for value in (segment.label, segment.text, segment.speaker)]
    return (segment.start, segment.end, segment.channel, *strings)


def sortable(fields: tuple[Any, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((field is None, repr(field)) for field in fields)


plain = anything.map(
    lambda a: replace(
        a,
        segments=tuple(replace(s, words=(), tags=()) for s in a.segments if s.label != UNLABELLED),
    )
)


@given(plain)
@quick
def test_textgrid_gives_back_labels_texts_speakers_and_channels_exactly(annotation: Annotation) -> None:
    read = there_and_back(annotation, "textgrid").segments
    expected = sorted((as_tiers_keep(s) for s in annotation.segments), key=sortable)
    assert sorted((as_tiers_keep(s) for s in read), key=sortable) == expected


def as_elan_keeps(segment: Segment) -> tuple[Any, ...]:
    start, end, channel, *strings = as_tiers_keep(segment)
    start_ms = round_half_up(start * 1000)
    end_ms = max(round_half_up(end * 1000), start_ms + 1)
    return (start_ms / 1000, end_ms / 1000, channel, *strings)


def xml_safe(text: str | None) -> str | None:
    return None if text is None else "".join(c for c in text if c >= " " and c not in "\ufffe\uffff")


@given(plain)
@quick
def test_elan_gives_back_the_same_to_a_millisecond(annotation: Annotation) -> None:
    safe = tuple(
        replace(s, label=xml_safe(s.label), text=xml_safe(s.text), speaker=xml_safe(s.speaker))
        for s in annotation.segments
    )
    read = there_and_back(replace(annotation, segments=safe, recording=None), "eaf").segments
    expected = sorted((as_elan_keeps(s) for s in safe), key=sortable)
    assert sorted((as_tiers_keep(s) for s in read), key=sortable) == expected


@st.composite
def spoken(draw: st.DrawFn) -> Segment:
    """One segment with words that follow each other, a millisecond or more each."""
    texts_ = draw(st.lists(names.map(lambda text: "".join(text.split())), min_size=1, max_size=12))
    edges = sorted(draw(st.sets(st.integers(0, 60_000), min_size=2 * len(texts_), max_size=2 * len(texts_))))
    found = tuple(
        Word(text=text, start=edges[2 * i] / 1000, end=edges[2 * i + 1] / 1000) for i, text in enumerate(texts_)
    )
    return Segment(
        start=found[0].start,
        end=found[-1].end,
        channel=draw(channels),
        text=" ".join(texts_),
        speaker=draw(st.none() | names),
        words=found,
    )


@pytest.mark.parametrize("name", ["textgrid", "eaf"])
@given(segment=spoken())
@quick
def test_tiers_give_back_words(name: str, segment: Segment) -> None:
    clean = tuple(replace(word, text=xml_safe(word.text) or "x") for word in segment.words)
    segment = replace(segment, words=clean, text=" ".join(word.text for word in clean), speaker=None)
    (read,) = there_and_back(Annotation(segments=(segment,)), name).segments
    assert read == segment


@given(spoken())
@quick
def test_ctm_gives_back_words_to_a_millisecond(segment: Segment) -> None:
    read = there_and_back(Annotation(segments=(segment,)), "ctm")
    assert [word for s in read.segments for word in s.words] == list(segment.words)
    assert {s.channel for s in read.segments} == {segment.channel or 0}


@given(anything)
@quick
def test_rttm_gives_back_turns_to_a_millisecond(annotation: Annotation) -> None:
    speech = sorted(
        (s for s in annotation.segments if s.speaker is not None or s.label == "speech" or (s.text or "").strip()),
        key=lambda s: (s.start, s.end, -1 if s.channel is None else s.channel),
    )
    read = there_and_back(annotation, "rttm").segments
    assert [s.label for s in read] == ["speech"] * len(speech)
    for got, given_ in zip(read, speech, strict=True):
        assert abs(got.start - given_.start) <= 0.00051
        assert abs(got.end - given_.end) <= 0.00051
        assert got.channel == (given_.channel or 0)
        speaker = "_".join((given_.speaker or "").split())
        assert (got.speaker or "") == ("" if speaker == "<NA>" else speaker)


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", ["srt", "vtt"])
@given(segment=segments() | spoken())
@example(segment=Segment(start=0, end=2, text="7\n{\\an8}8\n\n9", speaker="Sängerin <1> & co"))
@quick
def test_subtitles_give_back_every_letter_and_the_speaker(name: str, segment: Segment) -> None:
    text = (segment.text or "").strip()
    if name == "srt" and text.startswith("["):
        text = text.replace("[", "(")
    read = there_and_back(Annotation(segments=(replace(segment, text=text),)), name).segments
    assert "".join(letters(s.text or "") for s in read) == letters(text)
    speaker = " ".join((segment.speaker or "").split())
    expected = speaker.translate(str.maketrans("[]", "()")) if name == "srt" else speaker
    assert {s.speaker or "" for s in read} <= {expected}


READ_AND_WRITTEN = [known for known in formats.FORMATS if known.reads and known.writes]


@pytest.mark.parametrize("known", READ_AND_WRITTEN, ids=lambda known: known.name)
@given(annotation=anything)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_files_are_read_back_like_texts(
    known: formats.Format, annotation: Annotation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / f"recording{known.suffix}"
    formats.write(annotation, path)
    assert formats.read(path).segments == there_and_back(annotation, known.name).segments


@pytest.mark.parametrize("known", READ_AND_WRITTEN, ids=lambda known: known.name)
def test_an_annotation_without_segments_is_read_back(known: formats.Format) -> None:
    assert there_and_back(Annotation(segments=()), known.name).segments == ()


@pytest.mark.parametrize("known", READ_AND_WRITTEN, ids=lambda known: known.name)
@given(annotation=anything, place=st.floats(0, 1), length=st.integers(0, 40), patch=st.text(max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_read_or_refused_in_one_line(
    known: formats.Format, annotation: Annotation, place: float, length: int, patch: str
) -> None:
    assert known.dumps is not None
    text = known.dumps(annotation)
    start = int(place * len(text))
    said = complaint(known, text[:start] + patch + text[start + length :])
    assert said.startswith("damaged")
    assert "\n" not in said


def complaint(known: formats.Format, text: str) -> str:
    assert known.loads is not None
    try:
        known.loads(text, source="damaged")
    except FormatError as error:
        return str(error)
    return "damaged, and read all the same"
