"""Counts add up over files, and rates without a denominator are None."""

import pytest

from earmark.core.scores import Confusion, Detection, DiarizationErrors, EditCounts, SegmentScores


def test_detection_rates_follow_from_counts() -> None:
    found = Detection(true_positives=6, false_positives=2, false_negatives=4)
    assert (found.precision, found.recall) == (0.75, 0.6)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_sums_of_files_are_micro_averages() -> None:
    short = EditCounts(hits=1, substitutions=1)
    long = EditCounts(hits=97, deletions=1, insertions=4)
    assert short.rate == 0.5
    assert (short + long).rate == pytest.approx(6 / 100)


@pytest.mark.parametrize(
    "rate",
    [
        Detection().precision,
        Detection().recall,
        Detection().f1,
        Detection(false_positives=3).recall,
        Detection(false_negatives=3).precision,
        EditCounts(insertions=3).rate,
        Confusion(counts={}).accuracy,
        SegmentScores(labels={}).micro.f1,
        DiarizationErrors(false_alarm=2.0).rate,
    ],
)
def test_rates_without_denominator_are_none(rate: float | None) -> None:
    assert rate is None


def test_insertions_count_although_an_empty_reference_has_no_rate() -> None:
    assert (EditCounts(insertions=3) + EditCounts(hits=6)).rate == 0.5


def test_confusion_tells_each_label_apart() -> None:
    confusion = Confusion(counts={("bat", "bat"): 8, ("bat", "owl"): 1, ("owl", "bat"): 2, ("owl", None): 4})
    assert confusion.labels == ["bat", "owl"]
    assert confusion.accuracy == 8 / 15
    assert confusion.of("bat") == Detection(true_positives=8, false_positives=2, false_negatives=1)
    assert confusion.of("owl") == Detection(true_positives=0, false_positives=1, false_negatives=6)
    assert confusion.micro == Detection(true_positives=8, false_positives=3, false_negatives=7)
    assert confusion.without({"owl"}).accuracy == 8 / 9


def test_confusions_of_files_with_different_labels_add_up() -> None:
    both = Confusion(counts={("bat", "bat"): 1}) + Confusion(counts={("bat", "bat"): 2, ("owl", "bat"): 3})
    assert both.counts == {("bat", "bat"): 3, ("owl", "bat"): 3}


def test_report_of_a_confusion_lists_every_pair_once() -> None:
    report = Confusion(counts={("owl", None): 4, ("bat", "bat"): 8}).to_dict()
    assert report["confusion"] == [
        {"reference": "bat", "hypothesis": "bat", "count": 8},
        {"reference": "owl", "hypothesis": None, "count": 4},
    ]
