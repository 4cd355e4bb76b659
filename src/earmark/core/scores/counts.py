"""Counts that can be added over files, and the rates that follow from them.

A rate whose denominator is zero is None: there was nothing to measure, which is neither right nor wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, or None where ``whole`` is zero."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What was found, invented and missed.

    Attributes
    ----------
    true_positives, false_positives, false_negatives : int
        Number found correctly, found where there is none, and not found.
    """

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right."""
        return ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found."""
        return ratio(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, ``2 TP / (2 TP + FP + FN)``."""
        return ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    def to_dict(self) -> dict[str, float | None]:
        """Return counts and rates for a report."""
        return {**asdict(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}

    def __add__(self, other: Detection) -> Detection:
        return Detection(
            true_positives=self.true_positives + other.true_positives,
            false_positives=self.false_positives + other.false_positives,
            false_negatives=self.false_negatives + other.false_negatives,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCounts:
    """Least number of edits that turn a reference into a hypothesis, in words or in characters.

    Attributes
    ----------
    hits, substitutions, deletions, insertions : int
        Counts of the best alignment.
    """

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def total(self) -> int:
        """Length of the reference."""
        return self.hits + self.substitutions + self.deletions

    @property
    def errors(self) -> int:
        """Number of edits."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float | None:
        """Edits per unit of reference (WER, CER); above 1 where much was inserted, None for an empty reference."""
        return ratio(self.errors, self.total)

    def to_dict(self) -> dict[str, float | None]:
        """Return counts and the rate for a report."""
        return {"rate": self.rate, "total": self.total, **asdict(self)}

    def __add__(self, other: EditCounts) -> EditCounts:
        return EditCounts(
            hits=self.hits + other.hits,
            substitutions=self.substitutions + other.substitutions,
            deletions=self.deletions + other.deletions,
            insertions=self.insertions + other.insertions,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often the hypothesis said one label where the reference says another: of frames, of clips, of anything.

    Attributes
    ----------
    counts : mapping of (reference label, hypothesis label) to int
        None stands for no label.
    """

    counts: Mapping[tuple[str | None, str | None], int]

    @property
    def labels(self) -> list[str]:
        """All labels of both sides in alphabetical order."""
        return sorted({label for pair in self.counts for label in pair if label is not None})

    @property
    def total(self) -> int:
        """Number of things compared."""
        return sum(self.counts.values())

    @property
    def correct(self) -> int:
        """Number of things with the same label on both sides."""
        return sum(count for (reference, hypothesis), count in self.counts.items() if reference == hypothesis)

    @property
    def accuracy(self) -> float | None:
        """Share of things with the same label on both sides."""
        return ratio(self.correct, self.total)

    @property
    def micro(self) -> Detection:
        """Detection of all labels together: a wrong label is both invented and missed, None is background."""
        return sum((self.of(label) for label in self.labels), start=Detection())

    def of(self, label: str) -> Detection:
        """Count what was found, invented and missed of one label."""
        right = self.counts.get((label, label), 0)
        said = sum(count for (_, hypothesis), count in self.counts.items() if hypothesis == label)
        there = sum(count for (reference, _), count in self.counts.items() if reference == label)
        return Detection(true_positives=right, false_positives=said - right, false_negatives=there - right)

    def without(self, labels: Iterable[str | None]) -> Confusion:
        """Leave out what the reference gives one of ``labels``."""
        left_out = frozenset(labels)
        return Confusion(counts={pair: count for pair, count in self.counts.items() if pair[0] not in left_out})

    def to_dict(self) -> dict[str, object]:
        """Return counts and rates for a report; a pair of labels is one row of ``confusion``."""
        rows = sorted(self.counts.items(), key=lambda item: tuple((name is not None, name or "") for name in item[0]))
        return {
            "accuracy": self.accuracy,
            "total": self.total,
            "correct": self.correct,
            "labels": {label: self.of(label).to_dict() for label in self.labels},
            "confusion": [{"reference": a, "hypothesis": b, "count": count} for (a, b), count in rows],
        }

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(counts=dict(Counter(self.counts) + Counter(other.counts)))
