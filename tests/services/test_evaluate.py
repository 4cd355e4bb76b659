"""Which scores apply to two annotations, and what they say."""

from typing import Any

import pytest

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.scores import Detection, DiarizationErrors, EditCounts
from earmark.core.segment import Segment
from earmark.errors import InvalidValue
from earmark.services.evaluate import Evaluation, EvaluationOptions, Kind, character_errors, evaluate, word_errors


def said(text: str | None, start: float = 0.0, channel: int | None = None) -> Segment:
    return Segment(start=start, end=start + 1, text=text, channel=channel)


def labelled(*rows: tuple[float, float, str], channel: int | None = None) -> Annotation:
    segments = tuple(Segment(start=start, end=end, label=label, channel=channel) for start, end, label in rows)
    return Annotation(segments=segments)


def annotation(*segments: Segment, duration: float | None = None) -> Annotation:
    recording = None if duration is None else Recording(source="talk.wav", duration=duration)
    return Annotation(segments=segments, recording=recording)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "counts"),
    [
        ("the cat sat", "the cat sat", EditCounts(hits=3)),
        ("the cat sat", "the hat sat down", EditCounts(hits=2, substitutions=1, insertions=1)),
        ("the cat sat", "", EditCounts(deletions=3)),
        ("", "invented words", EditCounts(insertions=2)),
        ("", "", EditCounts()),
    ],
)
def test_word_errors_are_the_least_edits(reference: str, hypothesis: str, counts: EditCounts) -> None:
    assert word_errors(reference, hypothesis) == counts


def test_character_errors_serve_languages_without_spaces() -> None:
    scores = evaluate(annotation(said("今天天气很好。")), annotation(said("今天 天汽很好")))
    assert scores.characters == EditCounts(hits=5, substitutions=1)
    assert character_errors("abc", "abd").rate == pytest.approx(1 / 3)


def test_text_is_compared_in_order_of_time_without_case_and_punctuation() -> None:
    reference = annotation(said("Hello there,", 0), said("it's me!", 2))
    hypothesis = annotation(said("It’s me", 2.1), said("hello THERE", 0.2))
    assert evaluate(reference, hypothesis).words == EditCounts(hits=4)


def test_text_of_each_channel_is_compared_with_that_channel() -> None:
    reference = annotation(said("left words", 0, 0), said("right words", 0.5, 1))
    hypothesis = annotation(said("right words", 0.4, 1), said("left words", 0.6, 0))
    assert evaluate(reference, hypothesis).words == EditCounts(hits=4)
    mixed = annotation(said("left words right words", 0))
    assert evaluate(reference, mixed).words == EditCounts(hits=4)


def test_only_what_both_sides_tell_is_measured() -> None:
    text, labels = annotation(said("hello")), labelled((0, 1, "speech"))
    speakers = annotation(Segment(start=0, end=1, speaker="guest"))
    assert evaluate(text, text).rates == {
        "wer": 0.0,
        "cer": 0.0,
        "frame_accuracy": None,
        "frame_f1": None,
        "segment_f1": None,
        "der": None,
    }
    assert evaluate(labels, labels).rates == {
        "wer": None,
        "cer": None,
        "frame_accuracy": 1.0,
        "frame_f1": 1.0,
        "segment_f1": 1.0,
        "der": None,
    }
    assert evaluate(speakers, speakers).rates["der"] == 0.0
    nothing = evaluate(text, labels)
    assert set(nothing.rates.values()) == {None}
    assert "nothing to compare" in nothing.notes[0]


def test_an_empty_hypothesis_missed_everything() -> None:
    reference = annotation(Segment(start=0, end=2, label="speech", speaker="guest", text="two words"))
    scores = evaluate(reference, annotation())
    assert scores.words == EditCounts(deletions=2)
    assert scores.speakers == DiarizationErrors(total=2, missed=2)
    assert scores.segments is not None
    assert scores.segments.micro == Detection(false_negatives=1)
    assert scores.rates["frame_accuracy"] == 0.0


def test_from_a_source_that_transcribes_no_text_means_that_nothing_was_heard() -> None:
    reference, silent = annotation(said("two words")), labelled((0, 1, "silence"))
    assert evaluate(reference, silent).words is None
    offered = frozenset({Kind.TEXT, Kind.LABELS})
    assert evaluate(reference, silent, offered=offered).words == EditCounts(deletions=2)


def test_labels_can_be_renamed_and_left_out() -> None:
    reference = labelled((0, 1, "speech"), (1, 2, "music"), (2, 3, "noise"), (3, 4, "beep"))
    hypothesis = labelled((0, 1, "speech"), (1, 3, "noise"), (3, 4, "speech"))
    plain = evaluate(reference, hypothesis)
    assert plain.rates["frame_accuracy"] == 0.5
    options = EvaluationOptions(labels={"music": "noise"}, ignore=frozenset({"beep"}), join=True)
    scores = evaluate(reference, hypothesis, options=options)
    assert scores.rates["frame_accuracy"] == 1.0
    assert scores.segments is not None
    assert scores.segments.labels["noise"].f1 == 1.0
    assert "beep" not in scores.segments.labels


def test_background_lets_false_alarms_of_a_timeline_count_against_speech_only_references() -> None:
    reference = annotation(Segment(start=0, end=2, label="speech"), duration=10)
    hypothesis = labelled((0, 3, "speech"), (3, 10, "silence"))
    blind = evaluate(reference, hypothesis)
    assert blind.rates["frame_accuracy"] == 1.0
    assert "--background" in blind.notes[0]
    scores = evaluate(reference, hypothesis, options=EvaluationOptions(background="silence"))
    assert not scores.notes
    assert scores.frames is not None
    assert scores.frames.total == 1000
    assert scores.frames.of("speech").precision == pytest.approx(2 / 3)
    assert scores.segments is not None
    assert set(scores.segments.labels) == {"speech"}


def test_labels_of_a_mixed_side_are_not_compared_with_several_channels() -> None:
    reference = annotation(*(Segment(start=0, end=1, label="speech", text="a", channel=c) for c in (0, 1)))
    scores = evaluate(reference, annotation(Segment(start=0, end=1, label="speech", text="a a")))
    assert scores.frames is None
    assert "mixed" in scores.notes[0]
    assert scores.words == EditCounts(hits=2)


def test_tolerance_and_collar_decide_what_counts_as_right() -> None:
    reference = annotation(Segment(start=1, end=3, label="speech", speaker="guest"))
    hypothesis = annotation(Segment(start=0.9, end=3.1, label="speech", speaker="one"))
    strict = evaluate(reference, hypothesis, options=EvaluationOptions(tolerance=0.05))
    lenient = evaluate(reference, hypothesis, options=EvaluationOptions(tolerance=0.1, collar=0.25))
    assert (strict.rates["segment_f1"], lenient.rates["segment_f1"]) == (0.0, 1.0)
    assert strict.rates["der"] == pytest.approx(0.1)
    assert lenient.rates["der"] == 0.0


def test_sums_are_micro_averages_and_keep_scores_that_only_one_part_has() -> None:
    text = evaluate(annotation(said("one two three")), annotation(said("one two")))
    labels = evaluate(labelled((0, 1, "a")), labelled((0, 1, "a")))
    both = Evaluation() + text + labels + text
    assert both.words == EditCounts(hits=4, deletions=2)
    assert both.rates["segment_f1"] == 1.0


@pytest.mark.parametrize(
    "options",
    [{"tolerance": -1.0}, {"tolerance": float("nan")}, {"collar": float("inf")}, {"frame": 0.0}, {"frame": -0.01}],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        EvaluationOptions(**options)
