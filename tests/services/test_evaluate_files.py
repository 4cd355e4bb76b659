"""Files and folders are paired, measured, and what is left out is told."""

import json
from pathlib import Path

import pytest

from earmark.core.scores import EditCounts
from earmark.errors import EarmarkError, InvalidValue, SourceNotFound
from earmark.services.evaluate import EvaluationOptions
from earmark.services.evaluate_files import evaluate_paths


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def table(*rows: str) -> str:
    return "\n".join(["start,end,label,text", *rows, ""])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "reference", tmp_path / "hypothesis"


def test_two_files_are_measured_whatever_their_names(tmp_path: Path) -> None:
    reference = write(tmp_path / "truth.csv", table("0,2,speech,hello there", "2,3,silence,"))
    hypothesis = write(tmp_path / "guess.csv", table("0,1.9,speech,hello", "1.9,3,silence,"))
    report = evaluate_paths(reference, hypothesis)
    assert report.complete
    assert report.total.words == EditCounts(hits=1, deletions=1)
    assert report.total.rates["frame_accuracy"] == pytest.approx(290 / 300)
    assert report.total.rates["segment_f1"] == 1.0


def test_folders_pair_by_name_across_formats_and_subfolders(folders: tuple[Path, Path]) -> None:
    reference, hypothesis = folders
    write(reference / "one.csv", table("0,2,speech,hello there"))
    write(reference / "deep" / "two.lab", "hello there")
    for name in ("one", "deep/two"):
        write(hypothesis / f"{name}.srt", "1\n00:00:00,000 --> 00:00:02,000\nhello there\n")
    report = evaluate_paths(reference, hypothesis)
    assert [file.name for file in report.files] == ["deep/two", "one"]
    assert report.total.words == EditCounts(hits=4)
    assert report.complete


def test_the_whole_ending_of_a_format_is_left_out_of_the_name(folders: tuple[Path, Path]) -> None:
    reference, hypothesis = folders
    write(reference / "v1.2 talk.audacity.txt", "0.0\t2.0\tspeech\n")
    write(hypothesis / "v1.2 talk.csv", table("0,2,speech,"))
    assert [file.name for file in evaluate_paths(reference, hypothesis).files] == ["v1.2 talk"]


def test_files_without_a_partner_are_listed(folders: tuple[Path, Path]) -> None:
    reference, hypothesis = folders
    write(reference / "both.csv", table("0,2,speech,"))
    lonely = write(reference / "lonely.csv", table("0,2,speech,"))
    write(hypothesis / "both.csv", table("0,2,speech,"))
    extra = write(hypothesis / "extra.csv", table("0,2,speech,"))
    write(hypothesis / "both.flac", "not an annotation")
    report = evaluate_paths(reference, hypothesis)
    assert [file.name for file in report.files] == ["both"]
    assert (report.unpaired_references, report.unpaired_hypotheses) == ((lonely,), (extra,))
    assert not report.complete


def test_a_broken_file_is_told_and_the_others_go_on(folders: tuple[Path, Path]) -> None:
    reference, hypothesis = folders
    for name in ("bad", "good"):
        write(reference / f"{name}.csv", table("0,2,speech,"))
    write(hypothesis / "good.csv", table("0,2,speech,"))
    write(hypothesis / "bad.csv", table("5,2,speech,"))
    bad, good = evaluate_paths(reference, hypothesis).files
    assert bad.error is not None
    assert "bad.csv" in bad.error
    assert good.evaluation.rates["frame_accuracy"] == 1.0
    assert good.error is None


def test_a_broken_single_file_is_an_error(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "a.csv", table("0,2,speech,")), write(tmp_path / "b.csv", table("5,2,speech,"))
    with pytest.raises(EarmarkError, match=r"b\.csv"):
        evaluate_paths(good, bad)


@pytest.mark.parametrize("suffix", [".txt", ".lab"])
def test_a_plain_text_file_is_a_transcript_without_times(tmp_path: Path, suffix: str) -> None:
    reference = write(tmp_path / f"talk{suffix}", "Hello there,\nhow are you?\n")
    hypothesis = write(tmp_path / "talk.csv", table("0,2,speech,hello there", "3,4,speech,who are you"))
    report = evaluate_paths(reference, hypothesis)
    assert report.total.words == EditCounts(hits=4, substitutions=1)
    assert report.total.frames is None


@pytest.mark.parametrize("suffix", [".txt", ".lab"])
def test_an_empty_transcript_says_that_nothing_was_said(tmp_path: Path, suffix: str) -> None:
    reference = write(tmp_path / f"talk{suffix}", "")
    hypothesis = write(tmp_path / "talk.csv", table("0,2,speech,invented"))
    total = evaluate_paths(reference, hypothesis).total
    assert total.words == EditCounts(insertions=1)
    assert total.segments is None


def test_a_text_file_of_audacity_is_labels(tmp_path: Path) -> None:
    reference = write(tmp_path / "talk.txt", "0.0\t2.0\tspeech\n2.0\t3.0\tsilence\n")
    hypothesis = write(tmp_path / "talk.csv", table("0,2,speech,", "2,3,silence,"))
    assert evaluate_paths(reference, hypothesis).total.rates["segment_f1"] == 1.0


def test_a_recording_in_which_nothing_was_heard_counts_against_a_source_that_transcribes(
    folders: tuple[Path, Path],
) -> None:
    reference, hypothesis = folders
    for name in ("one", "two"):
        write(reference / f"{name}.csv", table("0,2,speech,hello there"))
    write(hypothesis / "one.csv", table("0,2,speech,hello there"))
    write(hypothesis / "two.csv", table("0,2,silence,"))
    report = evaluate_paths(reference, hypothesis)
    assert report.total.words == EditCounts(hits=2, deletions=2)


def test_of_several_hypotheses_the_one_with_the_ending_of_the_reference_is_taken(folders: tuple[Path, Path]) -> None:
    reference, hypothesis = folders
    turn = "SPEAKER talk 1 0.0 2.0 <NA> <NA> guest <NA> <NA>\n"
    write(reference / "talk.rttm", turn)
    write(hypothesis / "talk.csv", table("0,2,speech,"))
    wanted = write(hypothesis / "talk.rttm", turn)
    assert evaluate_paths(reference, hypothesis).files[0].hypothesis == wanted


def test_what_cannot_be_compared_is_refused_in_one_line(folders: tuple[Path, Path], tmp_path: Path) -> None:
    reference, hypothesis = folders
    file = write(tmp_path / "talk.csv", table("0,2,speech,"))
    reference.mkdir()
    with pytest.raises(InvalidValue, match="two files or two folders"):
        evaluate_paths(file, reference)
    with pytest.raises(SourceNotFound, match="no such file"):
        evaluate_paths(file, hypothesis)
    hypothesis.mkdir()
    with pytest.raises(SourceNotFound, match="holds no annotation"):
        evaluate_paths(reference, hypothesis)


def test_the_report_holds_only_what_json_can_say(folders: tuple[Path, Path]) -> None:
    reference, hypothesis = folders
    write(reference / "talk.csv", table("0,2,speech,hello"))
    write(hypothesis / "talk.csv", table("0,2,noise,"))
    write(hypothesis / "extra.csv", table("0,2,speech,"))
    options = EvaluationOptions(ignore=frozenset({"beep"}), labels={"music": "noise"})
    report = json.loads(json.dumps(evaluate_paths(reference, hypothesis, options=options).to_dict(), allow_nan=False))
    assert report["total"]["frames"]["accuracy"] == 0.0
    assert report["total"]["frames"]["confusion"] == [{"reference": "speech", "hypothesis": "noise", "count": 200}]
    assert report["total"]["wer"] is None
    assert report["files"][0]["name"] == "talk"
    assert report["unpaired"]["hypothesis"] == [str(hypothesis / "extra.csv")]
    assert report["options"]["labels"] == {"music": "noise"}


def test_reference_timelines_agree_with_themselves_and_not_with_each_other(test_data: Path) -> None:
    folder = test_data / "audio" / "composites"
    options = EvaluationOptions(labels={"music": "noise"})
    same = evaluate_paths(folder / "timeline_01.csv", folder / "timeline_01.csv", options=options).total
    assert {name: rate for name, rate in same.rates.items() if rate is not None} == {
        "wer": 0.0,
        "cer": 0.0,
        "frame_accuracy": 1.0,
        "frame_f1": 1.0,
        "segment_f1": 1.0,
    }
    other = evaluate_paths(folder / "timeline_01.csv", folder / "timeline_02.csv", options=options).total
    assert other.frames is not None
    assert other.frames.labels == ["noise", "silence", "speech"]
    assert 0.0 < (other.rates["frame_accuracy"] or 0.0) < 0.6


def test_a_folder_of_rttm_files_agrees_with_itself(test_data: Path) -> None:
    folder = test_data / "audio" / "diarization"
    report = evaluate_paths(folder, folder)
    assert len(report.files) == len(list(folder.glob("*.rttm")))
    assert report.total.rates["der"] == 0.0
