"""Measure how well one annotation agrees with another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from earmark.core.scores import (
    Confusion,
    Detection,
    DiarizationErrors,
    EditCounts,
    SegmentScores,
    by_channel,
    diarization_errors,
    frame_confusion,
    frame_detection,
    joined,
    normalised,
    segment_scores,
)
from earmark.core.segment import Segment, in_order
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jiwer import CharacterOutput, WordOutput

    from earmark.core.annotation import Annotation


class Kind(StrEnum):
    """What an annotation can tell, and so be measured by."""

    TEXT = "text"
    LABELS = "labels"
    SPEAKERS = "speakers"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """What counts as right; every number is in seconds.

    Attributes
    ----------
    tolerance : float
        Segments match if both their ends differ by this much at most. People place the ends of speech no better than
        the default; animal calls are scored at 0.01.
    frame : float
        Frame length for the accuracy of labels.
    collar : float
        Time on each side of every change of speaker in the reference that DER does not score.
    labels : mapping of str to str
        Other names for labels, applied to both sides first, for example ``{"music": "noise"}``.
    ignore : frozenset of str
        Labels that are not scored.
    background : str or None
        The label of time that has none, for references that name only what was heard; it is never an event.
    join : bool
        Join touching segments of the same label before they are matched, as suits timelines without gaps.
    """

    tolerance: float = 0.2
    frame: float = 0.01
    collar: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    background: str | None = None
    join: bool = False

    def __post_init__(self) -> None:
        for name in ("tolerance", "collar"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidValue(f"the {name} is a number of seconds from 0, not {value}")
        if not 0.0001 <= self.frame <= 60:
            raise InvalidValue(f"a frame lasts between 0.0001 and 60 seconds, not {self.frame}")

    def to_dict(self) -> dict[str, Any]:
        """Return all options for a report."""
        options = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**options, "labels": dict(self.labels), "ignore": sorted(self.ignore)}


DEFAULTS = EvaluationOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All scores that apply to a pair of annotations, or the sum over many pairs.

    Attributes
    ----------
    words, characters : EditCounts or None
        For WER and CER.
    frames : Confusion or None
        Labels frame by frame.
    frame_events : Detection or None
        Labelled time found, at 1 ms, for frame F1.
    segments : SegmentScores or None
        Whole segments found, for segment F1.
    speakers : DiarizationErrors or None
        For DER.
    notes : tuple of str
        What was not measured, and why.
    """

    words: EditCounts | None = None
    characters: EditCounts | None = None
    frames: Confusion | None = None
    frame_events: Detection | None = None
    segments: SegmentScores | None = None
    speakers: DiarizationErrors | None = None
    notes: tuple[str, ...] = ()

    @property
    def rates(self) -> dict[str, float | None]:
        """The figure of each score that is quoted: all between 0 and 1 except error rates, which may exceed 1."""
        return {
            "wer": self.words.rate if self.words else None,
            "cer": self.characters.rate if self.characters else None,
            "frame_accuracy": self.frames.accuracy if self.frames else None,
            "frame_f1": self.frame_events.f1 if self.frame_events else None,
            "segment_f1": self.segments.micro.f1 if self.segments else None,
            "der": self.speakers.rate if self.speakers else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return all counts and rates for a report; None where a score does not apply."""
        scores = {
            "wer": self.words,
            "cer": self.characters,
            "frames": self.frames,
            "frame_events": self.frame_events,
            "segments": self.segments,
            "der": self.speakers,
        }
        return {name: None if score is None else score.to_dict() for name, score in scores.items()} | {
            "notes": list(self.notes)
        }

    def __add__(self, other: Evaluation) -> Evaluation:
        """Sum over pairs; notes stay with the pair that they speak of."""
        return Evaluation(
            words=_sum(self.words, other.words),
            characters=_sum(self.characters, other.characters),
            frames=_sum(self.frames, other.frames),
            frame_events=_sum(self.frame_events, other.frame_events),
            segments=_sum(self.segments, other.segments),
            speakers=_sum(self.speakers, other.speakers),
        )


Score = TypeVar("Score", EditCounts, Confusion, Detection, SegmentScores, DiarizationErrors)


def _sum(one: Score | None, other: Score | None) -> Score | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def kinds_of(annotations: Iterable[Annotation]) -> frozenset[Kind]:
    """Find what annotations tell between them.

    All kinds where there is no segment at all, for that says that nothing is there.
    """
    segments = [segment for annotation in annotations for segment in annotation.segments]
    told = {
        Kind.TEXT: any(segment.text is not None for segment in segments),
        Kind.LABELS: any(segment.label is not None for segment in segments),
        Kind.SPEAKERS: any(segment.speaker is not None for segment in segments),
    }
    return frozenset(kind for kind, held in told.items() if held or not segments)


def evaluate(
    reference: Annotation,
    hypothesis: Annotation,
    *,
    options: EvaluationOptions = DEFAULTS,
    offered: frozenset[Kind] | None = None,
) -> Evaluation:
    """Measure how well a hypothesis agrees with a reference, by whatever both of them tell.

    Parameters
    ----------
    reference : Annotation
        What is right.
    hypothesis : Annotation
        What is measured.
    options : EvaluationOptions
        What counts as right.
    offered : frozenset of Kind or None
        What the source of the hypothesis can tell, where that is known from other recordings: from a source that
        transcribes, a hypothesis without text means that nothing was heard. By default what this hypothesis tells.
    """
    kinds = kinds_of([reference]) & (kinds_of([hypothesis]) if offered is None else offered)
    if not kinds:
        return Evaluation(notes=("nothing to compare: reference and hypothesis tell different things",))
    scores = _labels(reference, hypothesis, options) if Kind.LABELS in kinds else Evaluation()
    if Kind.TEXT in kinds:
        words, characters = _transcripts(reference.segments, hypothesis.segments)
        scores = replace(scores, words=words, characters=characters)
    if Kind.SPEAKERS in kinds:
        pair = reference.segments, hypothesis.segments
        scores = replace(scores, speakers=diarization_errors(*pair, assign=assign_speakers, collar=options.collar))
    return scores


def word_errors(reference: str, hypothesis: str) -> EditCounts:
    """Count the word edits between two transcripts that are `normalised`, as jiwer does."""
    from jiwer import process_words

    return _edits(process_words(reference, hypothesis))


def character_errors(reference: str, hypothesis: str) -> EditCounts:
    """Count the character edits, spaces included, between two transcripts that are `normalised`, as jiwer does."""
    from jiwer import process_characters

    return _edits(process_characters(reference, hypothesis))


def _edits(output: WordOutput | CharacterOutput) -> EditCounts:
    return EditCounts(
        hits=output.hits,
        substitutions=output.substitutions,
        deletions=output.deletions,
        insertions=output.insertions,
    )


def _transcripts(reference: Sequence[Segment], hypothesis: Sequence[Segment]) -> tuple[EditCounts, EditCounts]:
    """Word and character errors, channel by channel."""
    words, characters = EditCounts(), EditCounts()
    said, heard = ([segment for segment in side if segment.text is not None] for side in (reference, hypothesis))
    for pair in by_channel(said, heard):
        texts = [normalised(" ".join(segment.text or "" for segment in sorted(side, key=in_order))) for side in pair]
        words += word_errors(*texts)
        characters += character_errors(*texts)
    return words, characters


def _labels(reference: Annotation, hypothesis: Annotation, options: EvaluationOptions) -> Evaluation:
    said, heard = (_renamed(annotation, options.labels) for annotation in (reference, hypothesis))
    if _mixed_against_many(said, heard):
        return Evaluation(notes=("labels not compared: one side tells channels apart, the other is mixed",))
    duration = max(reference.duration, hypothesis.duration)
    frames = frame_confusion(
        said, heard, frame=options.frame, unlabelled=True, background=options.background, duration=duration
    )
    said, heard = (_events(side, options) for side in (said, heard))
    return Evaluation(
        frames=frames.without({*options.ignore, None}),
        frame_events=frame_detection(said, heard),
        segments=segment_scores(said, heard, tolerance=options.tolerance),
        notes=_unscored(frames),
    )


def _unscored(frames: Confusion) -> tuple[str, ...]:
    """Warn where accuracy and precision cannot see false alarms, but for a few frames at the end of a recording."""
    unscored = sum(count for (said, heard), count in frames.counts.items() if said is None and heard is not None)
    if unscored <= 0.01 * frames.total:
        return ()
    return ("time that the reference leaves without label is not in the frame accuracy; --background LABEL scores it",)


def _renamed(annotation: Annotation, names: Mapping[str, str]) -> list[Segment]:
    """Labelled segments, under the names that are compared."""
    return [
        replace(segment, label=names.get(segment.label, segment.label))
        for segment in annotation.segments
        if segment.label is not None
    ]


def _events(segments: Iterable[Segment], options: EvaluationOptions) -> list[Segment]:
    left_out = options.ignore | {options.background}
    events = [segment for segment in segments if segment.label not in left_out]
    return joined(events) if options.join else events


def _mixed_against_many(reference: Sequence[Segment], hypothesis: Sequence[Segment]) -> bool:
    channels = [{segment.channel for segment in side} for side in (reference, hypothesis)]
    return {None} in channels and any(len(side) > 1 for side in channels)


def assign_speakers(seconds: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Solve the assignment problem, in whole nanoseconds because sums of floats need not come out at zero."""
    from munkres import Munkres

    pairs: list[tuple[int, int]] = Munkres().compute([[-round(entry * 1e9) for entry in row] for row in seconds])
    return pairs
