"""Which recordings are found, how their results are named, and what is remembered as done."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import earmark
from earmark.audio.source import Source
from earmark.core.annotation import Annotation
from earmark.core.progress import Progress, Report
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FetchFailed, InvalidValue, UnreadableMedia
from earmark.services.annotate_files import Outcome, Plan, annotate_files
from earmark.services.items import STEM_BYTES, Item, find_items
from earmark.services.ledger import LEDGER


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")


def targets(*inputs: str | Path, glob: str | None = None) -> list[str]:
    return [str(item.target) for item in find_items([str(text) for text in inputs], glob=glob)]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (["talk.wav"], ["talk"]),
        (["a/talk.wav"], ["talk"]),
        (["talk"], ["talk"]),
        (["talk.part.1.wav"], ["talk.part.1"]),
        ([".hidden"], [".hidden"]),
        (["talk.wav", "talk.mp3"], ["talk.wav", "talk.mp3"]),
        (["talk.wav", "TALK.mp3"], ["talk.wav", "TALK.mp3"]),
        (["a/talk.wav", "b/talk.wav"], ["talk.wav", "talk.wav-2"]),
        (["a/talk.wav", "other.wav", "b/talk.wav", "c/talk.mp3"], ["talk.wav", "other", "talk.wav-2", "talk.mp3"]),
        (["talk.wav", "talk.wav"], ["talk"]),
        (["https://example.org/a/talk.ogg?x=1#t"], ["talk"]),
        (["https://example.org/a/talk.ogg", "https://example.org/b/talk.ogg"], ["talk", "talk-2"]),
        (["https://example.org/talk.ogg", "talk.wav"], ["talk", "talk.wav"]),
    ],
)
def test_results_are_named_after_their_recordings_and_never_alike(inputs: list[str], expected: list[str]) -> None:
    assert targets(*inputs) == expected


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org/", "example.org"),
        ("https://example.org", "example.org"),
        ("https://example.org/a/..", "example.org"),
        ("https://example.org/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd"),
        ("https://example.org/..%5C..%5Cx.mp3", "_.._x"),
        ("https://example.org/a%00b.mp3", "ab"),
        ("https://example.org/a%0Ab%1b.mp3", "a_b_"),
        ("https://example.org/what%3F%2A%22.mp3", "what___"),
        ("https://example.org/r%C3%A9union.mp3", "réunion"),
        ("https://example.org/.mp3", "mp3"),
        ("HTTPS://EXAMPLE.ORG/A.MP3", "A"),
    ],
)
def test_no_address_leads_out_of_the_output_folder_or_to_an_odd_name(url: str, target: str) -> None:
    (item,) = find_items([url])
    assert (str(item.target), item.path, item.name) == (target, None, url)


def test_a_long_address_gives_a_name_that_fits() -> None:
    assert len(targets("https://example.org/" + "x" * 3000 + ".mp3")[0]) == STEM_BYTES
    assert len(targets("x" * 250 + ".wav")[0]) == STEM_BYTES


def test_folders_are_searched_to_the_bottom_for_media_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.WAV", "a.mp3", "x/y/c.ogg", "x/notes.txt", "x/.hidden.wav", "x/._a.wav", "cover.jpg")
    (tmp_path / "x" / "folder.wav").mkdir()
    assert targets(tmp_path) == ["a", "b", "x/y/c"]
    assert [item.path for item in find_items([str(tmp_path)])] == [
        tmp_path / n for n in ("a.mp3", "b.WAV", "x/y/c.ogg")
    ]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [("*.txt", ["x/notes"]), ("x/*", ["x/c", "x/notes"]), ("*.mp3", ["a"]), ("**/c.*", ["x/c"])],
)
def test_a_pattern_takes_what_it_names_whatever_its_ending(tmp_path: Path, glob: str, expected: list[str]) -> None:
    touch(tmp_path, "a.mp3", "b.wav", "x/c.ogg", "x/notes.txt")
    assert targets(tmp_path, glob=glob) == expected


def test_a_file_inside_a_folder_that_is_given_too_counts_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp3", "b.mp3")
    assert targets(tmp_path, tmp_path / "b.mp3", f"{tmp_path}/") == ["a", "b"]


def test_twins_in_a_folder_are_kept_apart_by_their_endings(tmp_path: Path) -> None:
    touch(tmp_path, "x/a.mp3", "x/A.wav", "y/a.mp3")
    assert targets(tmp_path) == ["x/A.wav", "x/a.mp3", "y/a"]


@pytest.mark.parametrize(("glob", "why"), [(None, "--glob"), ("*.aac", "matches '[*].aac'")])
def test_a_folder_without_recordings_is_named(tmp_path: Path, glob: str | None, why: str) -> None:
    touch(tmp_path, "notes.txt")
    with pytest.raises(InvalidValue, match=why):
        find_items([str(tmp_path)], glob=glob)


@pytest.mark.parametrize("glob", ["", " ", "/x", "..", "../*.wav", "x/../../*.wav"])
def test_a_pattern_that_leads_out_of_the_folder_or_says_nothing_is_refused(tmp_path: Path, glob: str) -> None:
    touch(tmp_path, "outside.wav", "in/a.wav")
    with pytest.raises(InvalidValue, match="is not a pattern for files inside a folder"):
        find_items([str(tmp_path / "in")], glob=glob)


def test_hidden_files_are_left_out_whatever_the_pattern(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "._a.wav", ".trash/b.wav", "x/.c.wav")
    assert targets(tmp_path, glob="*") == ["a"]
    assert targets(tmp_path, glob="**/*.wav") == ["a"]


def test_the_name_of_an_address_tells_no_secrets_but_its_address_is_whole() -> None:
    url = "https://user:secret@example.org/talk.ogg?token=hidden"
    (item,) = find_items([url])
    assert "secret" not in item.name
    assert "hidden" not in item.name
    assert (item.url, item.identity) == (url, url)


class Work:
    """Stands in for the engines: says which recordings it was given, and fails for those called bad."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, source: Source, report: Report) -> Annotation:
        self.names.append(Path(source.name).name)
        report(Progress(stage="speech", done=1.0, total=2.0))
        if "bad" in source.name:
            raise UnreadableMedia(source.name, "is broken", "Mend it.")
        segment = Segment(start=0.0, end=2.0, label="speech")
        return Annotation(segments=(segment,), recording=Recording(source=source.name, duration=2.0))


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    touch(tmp_path / "in", "a.wav", "b.wav", "x/c.wav")
    return tmp_path / "in"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(out=tmp_path / "out", formats=("json",), resume=True, options="one")


Runner = Callable[..., list[Outcome]]


@pytest.fixture
def annotate(work: Work, folder: Path, plan: Plan) -> Runner:
    def run(given: Plan = plan, items: list[Item] | None = None) -> list[Outcome]:
        work.names.clear()
        chosen = find_items([str(folder)]) if items is None else items
        return list(annotate_files(chosen, work, plan=given, ledger=given.check(chosen), report=lambda *_: None))

    return run


def test_every_recording_has_its_outcome_in_order_with_its_files(annotate: Runner, plan: Plan) -> None:
    outcomes = annotate(replace(plan, formats=("json", "rttm")))
    assert [outcome.outputs for outcome in outcomes] == [
        (plan.out / f"{stem}.json", plan.out / f"{stem}.rttm") for stem in ("a", "b", "x/c")
    ]
    assert [outcome.skipped for outcome in outcomes] == [False] * 3
    assert all(outcome.error is None and outcome.elapsed >= 0 for outcome in outcomes)
    assert [earmark.read(outcome.outputs[0]).segments for outcome in outcomes] == [
        outcome.annotation.segments for outcome in outcomes if outcome.annotation
    ]


def test_a_failed_recording_stops_nothing_and_is_tried_again(
    annotate: Runner, work: Work, folder: Path, plan: Plan
) -> None:
    touch(folder, "bad.wav")
    outcomes = {outcome.item.path.name: outcome for outcome in annotate() if outcome.item.path}
    assert "is broken. Mend it." in (outcomes["bad.wav"].error or "")
    assert outcomes["bad.wav"].outputs == ()
    assert not (plan.out / "bad.json").exists()
    assert [outcome.error for name, outcome in outcomes.items() if name != "bad.wav"] == [None] * 3
    annotate()
    assert work.names == ["bad.wav"]


def test_what_is_done_is_skipped_and_its_files_are_told(annotate: Runner, work: Work) -> None:
    first = annotate()
    again = annotate()
    assert work.names == []
    assert [outcome.skipped for outcome in again] == [True] * 3
    assert [outcome.outputs for outcome in again] == [outcome.outputs for outcome in first]


def change_options(plan: Plan, folder: Path) -> Plan:
    return replace(plan, options="two")


def change_formats(plan: Plan, folder: Path) -> Plan:
    return replace(plan, formats=("json", "srt"))


def start_over(plan: Plan, folder: Path) -> Plan:
    return replace(plan, resume=False)


def change_folder(plan: Plan, folder: Path) -> Plan:
    return replace(plan, out=plan.out.with_name("elsewhere"))


def lose_ledger(plan: Plan, folder: Path) -> Plan:
    (plan.out / LEDGER).unlink()
    return replace(plan, force=True)


@pytest.mark.parametrize("change", [change_options, change_formats, start_over, change_folder, lose_ledger])
def test_all_is_done_again_when_something_else_is_asked(
    annotate: Runner, work: Work, folder: Path, plan: Plan, change: Callable[[Plan, Path], Plan]
) -> None:
    annotate()
    annotate(change(plan, folder))
    assert work.names == ["a.wav", "b.wav", "c.wav"]


def grow(path: Path, _: Plan) -> None:
    path.write_bytes(b"more sound")


def edit(path: Path, _: Plan) -> None:
    path.write_bytes(b"SOUND")
    os.utime(path, (1, 1))


def lose_result(path: Path, plan: Plan) -> None:
    (plan.out / "b.json").unlink()


@pytest.mark.parametrize("change", [grow, edit, lose_result])
def test_one_recording_is_done_again_when_it_or_its_result_changed(
    annotate: Runner, work: Work, folder: Path, plan: Plan, change: Callable[[Path, Plan], None]
) -> None:
    annotate()
    change(folder / "b.wav", plan)
    annotate()
    assert work.names == ["b.wav"]


@pytest.mark.parametrize(
    "torn", [b"", b"{", b"[1, 2]", b"null", b'"key"', b'{"key": "x"}', b'{"key": []}', b"\xff\xfe\x00", b"[" * 900]
)
def test_a_damaged_line_costs_that_recording_only(annotate: Runner, work: Work, plan: Plan, torn: bytes) -> None:
    annotate()
    ledger = plan.out / LEDGER
    lines = ledger.read_bytes().splitlines()
    ledger.write_bytes(b"\n".join([*lines[:3], torn, *lines[4:], b""]))
    annotate()
    assert work.names == ["b.wav"]
    annotate()
    assert work.names == []


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_ledger_cut_off_by_a_crash_still_tells_what_was_done_before(
    annotate: Runner, work: Work, plan: Plan, share: float
) -> None:
    annotate()
    ledger = plan.out / LEDGER
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:5]) + lines[5][: int(share * len(lines[5]))])
    annotate()
    assert work.names == ["c.wav"]


def test_an_interruption_keeps_what_was_finished(folder: Path, plan: Plan, annotate: Runner, work: Work) -> None:
    def stop(item: Item, _: Progress) -> None:
        if item.target.name == "b":
            raise KeyboardInterrupt

    items = find_items([str(folder)])
    ledger = plan.check(items)
    with pytest.raises(KeyboardInterrupt):
        list(annotate_files(items, work, plan=plan, ledger=ledger, report=stop))
    assert [path.name for path in plan.out.iterdir() if path.name != LEDGER] == ["a.json"]
    annotate()
    assert work.names == ["b.wav", "c.wav"]


def test_results_can_be_moved_together_with_their_ledger(annotate: Runner, work: Work, plan: Plan) -> None:
    annotate()
    moved = replace(plan, out=plan.out.with_name("moved"))
    plan.out.rename(moved.out)
    outcomes = annotate(moved)
    assert work.names == []
    assert all(path.is_file() for outcome in outcomes for path in outcome.outputs)


def test_nothing_is_remembered_of_what_left_no_file(annotate: Runner, work: Work, plan: Plan) -> None:
    nothing = replace(plan, formats=())
    annotate(nothing)
    annotate(nothing)
    assert len(work.names) == 3
    assert not plan.out.exists()


def test_progress_names_its_recording(folder: Path, plan: Plan, work: Work) -> None:
    seen: list[tuple[str, float]] = []
    items = find_items([str(folder)])

    def note(item: Item, step: Progress) -> None:
        seen.append((item.name, step.done))

    list(annotate_files(items, work, plan=plan, ledger=plan.check(items), report=note))
    assert seen == [(item.name, 1.0) for item in items]


def test_a_picture_goes_into_its_folder_or_file(annotate: Runner, folder: Path, plan: Plan, monkeypatch) -> None:
    monkeypatch.setattr("earmark.services.picture.draw_picture", lambda annotation, _: annotation)
    monkeypatch.setattr("earmark.services.picture.to_png", lambda annotation: annotation.recording.source.encode())
    pictures = plan.out.with_name("pictures")
    outcomes = annotate(replace(plan, picture=pictures))
    assert [outcome.outputs[-1] for outcome in outcomes] == [pictures / f"{stem}.png" for stem in ("a", "b", "x/c")]
    assert (pictures / "x" / "c.png").read_text() == str(folder / "x" / "c.wav")
    single = plan.out.with_name("new") / "one.PNG"
    (outcome,) = annotate(replace(plan, picture=single, resume=False), items=find_items([str(folder / "a.wav")]))
    assert outcome.outputs[-1] == single
    assert single.read_text() == str(folder / "a.wav")


def test_a_recording_from_an_address_is_fetched_for_the_time_of_the_work(
    annotate: Runner, work: Work, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[Path] = []
    asked: list[object] = []

    def fetch(url: str, folder: Path, **options: object) -> Path:
        asked.append((url, options["timeout"], options["max_bytes"]))
        if "gone" in url:
            raise FetchFailed(f"{url}: 404")
        (folder / "talk.ogg").write_bytes(b"sound")
        fetched.append(folder / "talk.ogg")
        return fetched[-1]

    monkeypatch.setattr("earmark.services.annotate_files.fetch", fetch)
    urls = ["https://user:secret@example.org/talk.ogg?token=hidden", "https://example.org/gone.ogg"]
    good, bad = annotate(replace(plan, fetch_timeout=5.0, fetch_max_bytes=1000), items=find_items(urls))
    assert asked == [(url, 5.0, 1000) for url in urls]
    assert good.outputs == (plan.out / "talk.json",)
    assert not fetched[0].exists()
    assert bad.error == "https://example.org/gone.ogg: 404"
    written = good.outputs[0].read_text()
    assert "talk.ogg" in written
    assert "secret" not in written
    assert "hidden" not in written


def test_the_ledger_holds_one_readable_object_per_line(annotate: Runner, plan: Plan) -> None:
    annotate()
    entries = [json.loads(line) for line in (plan.out / LEDGER).read_text().splitlines()][1::2]
    assert [[file["path"] for file in entry["files"]] for entry in entries] == [["a.json"], ["b.json"], ["x/c.json"]]
    assert all(Path(entry["identity"]).is_file() for entry in entries)


def test_a_result_that_a_person_changed_is_kept_until_force(annotate: Runner, plan: Plan) -> None:
    annotate()
    (plan.out / "b.json").write_text("corrected")
    kept = annotate(replace(plan, resume=False))[1]
    assert "--force" in (kept.error or "")
    assert (plan.out / "b.json").read_text() == "corrected"
    assert annotate(replace(plan, force=True))[1].error is None
    assert (plan.out / "b.json").read_text() != "corrected"


def test_files_that_a_lost_ledger_does_not_know_are_kept(annotate: Runner, work: Work, plan: Plan) -> None:
    annotate()
    (plan.out / LEDGER).unlink()
    assert all("was not written by Earmark" in (outcome.error or "") for outcome in annotate())
    assert work.names == [], "no time is spent on a result that cannot be written"


def test_the_result_of_another_recording_with_the_same_name_is_kept(
    annotate: Runner, tmp_path: Path, plan: Plan
) -> None:
    annotate()
    before = (plan.out / "a.json").read_bytes()
    touch(tmp_path / "other", "a.wav")
    (outcome,) = annotate(items=find_items([str(tmp_path / "other" / "a.wav")]))
    assert "another recording" in (outcome.error or "")
    assert (plan.out / "a.json").read_bytes() == before


def test_what_was_done_before_is_read_back(annotate: Runner) -> None:
    first, again = annotate(), annotate()
    assert [outcome.annotation for outcome in again] == [outcome.annotation for outcome in first]


def test_formats_that_hold_nothing_are_told(annotate: Runner, plan: Plan) -> None:
    assert {outcome.empty for outcome in annotate(replace(plan, formats=("json", "srt")))} == {("srt",)}


def test_what_was_done_before_is_skipped_without_its_annotation_where_no_json_was_asked(
    annotate: Runner, plan: Plan
) -> None:
    rttm = replace(plan, formats=("rttm",))
    annotate(rttm)
    assert [(outcome.skipped, outcome.annotation) for outcome in annotate(rttm)] == [(True, None)] * 3


def test_own_results_are_replaced_by_those_of_other_options(annotate: Runner, plan: Plan) -> None:
    annotate()
    before = (plan.out / "a.json").stat().st_mtime_ns
    assert {outcome.error for outcome in annotate(replace(plan, options="two"))} == {None}
    assert (plan.out / "a.json").stat().st_mtime_ns > before


def test_results_that_were_being_written_when_work_stopped_may_be_written_again(
    annotate: Runner, work: Work, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    both = replace(plan, formats=("rttm", "json"))
    with monkeypatch.context() as patch:
        patch.setattr("earmark.services.picture.require_matplotlib", lambda: None)
        patch.setattr("earmark.services.annotate_files._draw", stop)
        with pytest.raises(KeyboardInterrupt):
            annotate(replace(both, picture=plan.out))
    assert sorted(path.name for path in plan.out.glob("a.*")) == ["a.json", "a.rttm"]
    assert {outcome.error for outcome in annotate(both)} == {None}
    assert work.names == ["a.wav", "b.wav", "c.wav"]


def test_one_picture_for_several_recordings_is_refused_before_work_begins(folder: Path, plan: Plan) -> None:
    with pytest.raises(InvalidValue, match="is one picture for 3 recordings: name a folder"):
        replace(plan, picture=plan.out / "all.png").check(find_items([str(folder)]))
    assert not plan.out.exists()


def test_the_output_folder_is_made_before_work_begins_if_there_will_be_results(folder: Path, plan: Plan) -> None:
    items = find_items([str(folder)])
    assert replace(plan, formats=()).check(items) is None
    assert not plan.out.exists()
    assert plan.check(items) is not None
    assert plan.out.is_dir()


def test_a_picture_that_a_person_changed_is_kept(annotate: Runner, plan: Plan, monkeypatch) -> None:
    monkeypatch.setattr("earmark.services.picture.draw_picture", lambda annotation, _: annotation)
    monkeypatch.setattr("earmark.services.picture.to_png", lambda _: b"picture")
    drawn = replace(plan, picture=plan.out.with_name("pictures"), resume=False)
    annotate(drawn)
    (drawn.out.with_name("pictures") / "a.png").write_bytes(b"mine")
    assert "--force" in (annotate(drawn)[0].error or "")
    assert (drawn.out.with_name("pictures") / "a.png").read_bytes() == b"mine"


def test_a_file_that_appears_during_the_work_is_kept(folder: Path, plan: Plan, work: Work) -> None:
    items = find_items([str(folder / "a.wav")])

    def somebody_writes(*_: object) -> None:
        (plan.out / "a.json").write_text("mine")

    (outcome,) = annotate_files(items, work, plan=plan, ledger=plan.check(items), report=somebody_writes)
    assert "--force" in (outcome.error or "")
    assert (plan.out / "a.json").read_text() == "mine"


def test_a_damaged_result_is_made_again_and_stops_nothing(annotate: Runner, work: Work, plan: Plan) -> None:
    annotate()
    path = plan.out / "a.json"
    before = path.stat()
    path.write_bytes(b"x" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [outcome.error for outcome in annotate()] == [None] * 3
    assert work.names == ["a.wav"]


class Writing(Work):
    """Engines that hear one person say two sentences."""

    def __call__(self, source: Source, report: Report) -> Annotation:
        found = super().__call__(source, report)
        words = [("Shall", 0.0), ("we?", 0.3), ("Yes.", 1.2)]
        segment = replace(
            found.segments[0],
            text="Shall we? Yes.",
            speaker="SPEAKER_00",
            words=tuple(Word(text=text, start=start, end=start + 0.3) for text, start in words),
        )
        return replace(found, segments=(segment,))


@pytest.mark.parametrize("sentences", [True, False])
def test_transcripts_have_a_segment_for_each_sentence_where_that_is_asked(
    folder: Path, plan: Plan, *, sentences: bool
) -> None:
    wanted = replace(plan, formats=("transcript", "json", "srt"), sentences=sentences)
    item = find_items([str(folder / "a.wav")])
    (outcome,) = annotate_files(item, Writing(), plan=wanted, ledger=wanted.check(item), report=lambda *_: None)
    said = json.loads((plan.out / "a.transcript.json").read_text())
    texts = [segment["text"] for segment in said["transcription"]["segments"]]
    assert texts == (["Shall we?", "Yes."] if sentences else ["Shall we? Yes."])
    assert said["transcription"]["text"] == "Shall we? Yes."
    assert said["processing_time"] == pytest.approx(outcome.elapsed, abs=0.01)
    assert [segment.text for segment in earmark.read(plan.out / "a.json").segments] == ["Shall we? Yes."]
    assert "Shall we? Yes." in (plan.out / "a.srt").read_text(), "no piece of 0.3 s that nobody can read"


def test_a_file_in_sentences_is_not_one_without(annotate: Runner, plan: Plan, work: Work) -> None:
    annotate(replace(plan, sentences=True))
    annotate(replace(plan, sentences=True))
    assert work.names == []
    annotate(plan)
    assert work.names == ["a.wav", "b.wav", "c.wav"]
