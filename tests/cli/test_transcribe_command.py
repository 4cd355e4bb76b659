"""``earmark transcribe`` as a user runs it."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import earmark
from earmark.cli import run
from earmark.formats import FORMATS

RATE = 16_000
ROOT = Path(__file__).parents[2]
LEFT = "He began a confused complaint against the wizard who had vanished behind the curtain on the left"
RIGHT = "The horizon seems extremely distant"
DRAFT = ("--engine", "pocketsphinx")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Results go to the current folder unless told otherwise."""
    folder = tmp_path / "current"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def models(test_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are networks that tell speakers apart."""
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))


@pytest.fixture
def call(test_data: Path) -> Path:
    """Two people, each on a channel of their own."""
    return test_data / "audio" / "speech_en" / "stereo_diarization.wav"


@pytest.fixture
def zeros(write_media) -> Path:
    return write_media("zeros.wav", np.zeros((1, 2 * RATE), np.float32), RATE)


def transcribe(*arguments: str | Path) -> int:
    return run(["transcribe", *map(str, arguments)])


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def heard_of(text: str, truth: str) -> float:
    """Part of the words that were said which a draft has."""
    return len(words_of(text) & words_of(truth)) / len(words_of(truth))


def by_speaker(said: dict[str, Any]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for segment in said["transcription"]["segments"]:
        texts[segment["speaker"]] = f"{texts.get(segment['speaker'], '')} {segment['text']}"
    return texts


def test_the_command_of_the_readme_gives_its_files(call: Path, models: None) -> None:
    (command,) = re.findall(r"^ {4}earmark (transcribe .*--out.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    shutil.copy(call, "meeting.mp3")
    assert run([*command.split(), *DRAFT, "--quiet"]) == 0
    out = Path("minutes")
    assert {path.name for path in out.iterdir()} == {
        ".earmark-done.jsonl",
        "meeting.transcript.json",
        "meeting.srt",
        "meeting.docx",
    }
    said = json.loads((out / "meeting.transcript.json").read_text())
    texts = by_speaker(said)
    assert sorted(texts) == said["speakers"] == ["SPEAKER_00", "SPEAKER_01"]
    one, other = sorted(texts.values(), key=len)
    assert heard_of(other, LEFT) > 0.6
    assert heard_of(one, RIGHT) > 0.3
    assert heard_of(one, LEFT) < 0.2, "what one says is not in the words of the other"
    assert (said["language"], said["duration"]) == ("en", 5.0)
    assert 0 < said["processing_time"] < 600
    words = [word for segment in said["transcription"]["segments"] for word in segment["words"]]
    assert all(0 <= word["start"] < word["end"] <= 5 for word in words)
    subtitles = (out / "meeting.srt").read_text()
    assert {"[SPEAKER_00]", "[SPEAKER_01]"} <= set(re.findall(r"\[\w+\]", subtitles))
    docx = pytest.importorskip("docx")
    minutes = "\n".join(paragraph.text for paragraph in docx.Document(str(out / "meeting.docx")).paragraphs)
    assert all(text.strip() in minutes for text in texts.values())
    assert "SPEAKER_01" in minutes


def test_what_stands_on_standard_output_is_the_transcript_and_nothing_else(
    call: Path, models: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert transcribe(call, *DRAFT, "--format", "txt") == 0
    printed = capsys.readouterr()
    first, second = printed.out.rstrip("\n").split("\n\n")
    assert re.fullmatch(r"SPEAKER_00  00:00:00\n[^\n]+", first)
    assert re.fullmatch(r"SPEAKER_01  00:00:00\n[^\n]+", second)
    written = Path("stereo_diarization.txt").read_text()
    assert [text.split("\n")[1] for text in (first, second)] == re.findall(r"SPEAKER_\d\d: (.*)", written)
    assert "2 speakers" in printed.err
    assert "wrote stereo_diarization.txt" in printed.err
    assert "told apart by channel" in printed.err


def test_people_on_one_channel_are_told_apart(test_data: Path, models: None, write_media, capsys) -> None:
    from earmark.audio.decode import open_reader

    with open_reader(test_data / "audio" / "composites" / "dialogue_01.flac") as reader:
        sound = np.concatenate(list(reader.blocks()), axis=1)[:, : 20 * reader.rate]
        path = write_media("dialogue.wav", sound, reader.rate)
    assert transcribe(path, *DRAFT, "--speakers", "2", "--json", "--format", "none") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["speakers"] == ["SPEAKER_00", "SPEAKER_01"]
    texts = by_speaker(said)
    assert {"modern", "chinese", "netherlands"} <= words_of(texts["SPEAKER_00"])
    assert {"leisure", "power"} <= words_of(texts["SPEAKER_01"])
    starts = [segment["start"] for segment in said["transcription"]["segments"]]
    assert starts == sorted(starts)


def test_json_of_one_recording_is_the_object_of_its_file(call: Path, models: None, capsys) -> None:
    assert transcribe(call, *DRAFT, "--json") == 0
    printed = capsys.readouterr().out
    assert printed == Path("stereo_diarization.transcript.json").read_text()
    said = json.loads(printed)
    assert list(said) == ["transcription", "speakers", "language", "duration", "processing_time", "diarization"]
    assert said["diarization"]["enabled"] is True
    assert transcribe(call, *DRAFT, "--json", "--resume") == 0
    assert json.loads(capsys.readouterr().out) == said, "what was done before is printed as it was"


def test_json_of_several_recordings_is_a_line_for_each(zeros: Path, tmp_path: Path, capsys) -> None:
    shutil.copy(zeros, tmp_path / "silence.wav")
    broken = tmp_path / "broken.wav"
    broken.write_text("not a recording\n" * 100)
    assert transcribe(zeros, broken, tmp_path / "silence.wav", *DRAFT, "--no-speakers", "--json", "-f", "none") == 1
    first, failed, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [first["file"], failed["file"], last["file"]] == [str(zeros), str(broken), str(tmp_path / "silence.wav")]
    assert first["transcription"] == {"text": "", "segments": []}
    assert set(failed) == {"file", "error"}
    assert "is not a recording" in failed["error"]
    assert transcribe(broken, *DRAFT, "--no-speakers", "--json") == 1
    assert "is not a recording" in json.loads(capsys.readouterr().out)["error"]


def test_several_recordings_are_printed_below_their_names_and_done_once(
    test_data: Path, zeros: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speech = test_data / "audio" / "speech_en" / "LJ001-0002.flac"
    odd = Path("a\nb\x1b[31m.flac")
    shutil.copy(speech, odd)
    options = [*DRAFT, "--no-speakers", "--resume", "--format", "txt"]
    assert transcribe(odd, zeros, *options) == 0
    printed = capsys.readouterr()
    name, _, moment, text = printed.out.splitlines()
    assert name == "==> a\\nb\\x1b[31m.flac <=="
    assert moment == "00:00:00"
    assert "comparatively" in text
    assert "zeros.wav: 2.00 s" in printed.err
    assert "no words were heard" in printed.err
    assert "2 transcribed, 0 failed." in printed.err
    assert transcribe(odd, zeros, *options) == 0
    again = capsys.readouterr()
    assert again.out == ""
    assert again.err.count("done before") == 3
    assert transcribe(odd, *options, "--json") == 2
    assert "add --format transcript" in capsys.readouterr().err


def test_where_nothing_tells_speakers_apart_the_transcript_says_so(test_data: Path, capsys) -> None:
    speech = test_data / "audio" / "speech_en" / "LJ001-0002.flac"
    assert transcribe(speech, *DRAFT, "--diarizer", "onnx", "--quiet") == 3
    assert "onnx" in capsys.readouterr().err
    said = json.loads(Path("LJ001-0002.transcript.json").read_text())
    assert said["speakers"] == []
    assert "comparatively" in said["transcription"]["text"]
    assert {segment["speaker"] for segment in said["transcription"]["segments"]} == {"UNKNOWN"}


def test_without_weights_nothing_is_written_over_what_is_there(call: Path, capsys) -> None:
    Path("stereo_diarization.transcript.json").write_text("mine")
    assert transcribe(call, "--no-speakers", "--force") == 3
    printed = capsys.readouterr()
    assert "earmark models pull small" in printed.err
    assert "no transcript" in printed.err
    assert printed.out == ""
    assert Path("stereo_diarization.transcript.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--engine", "none"], "writes nothing down"),
        (["--speakers", "many"], "a number or auto"),
        (["--speakers", "0"], "between 1 and 100"),
        (["--speakers", "2", "--max-speakers", "3"], "cannot both"),
        (["--min-speakers", "3", "--max-speakers", "2"], "cannot both"),
        (["--min-speakers", "0"], "--min-speakers"),
        (["--no-speakers", "--speakers", "2"], "--no-speakers"),
        (["--no-speakers", "--min-speakers", "2"], "--no-speakers"),
        (["--diarizer", "none"], "tells nobody apart"),
        (["--diarizer", "siri"], "no diarizer 'siri'"),
        (["--temperature", "2"], "between 0"),
    ],
)
def test_wrong_usage_ends_with_2(zeros: Path, arguments: list[str], why: str, capsys) -> None:
    assert transcribe(zeros, *arguments) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert why in said
    assert "Traceback" not in said


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **more}


def on_terminal(*arguments: str | Path, env: dict[str, str]) -> str:
    """What a terminal gets to see of a command."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "earmark", "transcribe", *map(str, arguments)]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=env) as job:
        os.close(follower)
        seen = b""
        while True:
            try:
                part = os.read(leader, 65_536)
            except OSError:  # The command has ended.
                break
            if not part:
                break
            seen += part
    os.close(leader)
    assert job.returncode == 0, seen.decode()
    return seen.decode()


def test_a_terminal_shows_speakers_in_colours_and_text_that_is_not_cut_in_words(call: Path, models: None) -> None:
    seen = on_terminal(call, *DRAFT, "--format", "none", env=environment())
    assert "\x1b[1;36mSPEAKER_00\x1b[0m" in seen
    assert "\x1b[1;33mSPEAKER_01\x1b[0m" in seen
    (first,) = re.findall(r"he began [^\r\n]*", seen)
    assert len(first) <= 80
    assert set(first.split()) <= words_of(LEFT) | {"would", "vanish"}
    plain = on_terminal(call, *DRAFT, "--format", "none", env=environment(NO_COLOR="1"))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", re.sub(r"[^\n]*[━╸╺][^\n]*", "", plain))


@pytest.mark.slow
def test_ctrl_c_leaves_whole_files_only_and_resume_goes_on(test_data: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    # So many that some are left however late the signal comes.
    for index in range(10):
        shutil.copy(test_data / "audio" / "speech_en" / "LJ001-0002.flac", folder / f"{index}.flac")
    arguments = [str(folder), *DRAFT, "--no-speakers", "--out", str(out), "--format", "transcript,docx"]
    command = [sys.executable, "-m", "earmark", "transcribe", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        deadline = time.monotonic() + 120
        while not (out / "1.docx").is_file() and time.monotonic() < deadline:
            time.sleep(0.02)
        job.send_signal(signal.SIGINT)
        said, warned = job.communicate(timeout=60)
    assert (job.returncode, "Traceback" in warned) == (130, False), warned
    assert said.count("==> ") >= 2
    done = sorted(path.name for path in out.glob("*.transcript.json"))
    assert 2 <= len(done) < 10
    assert all(json.loads((out / name).read_text())["transcription"]["text"] for name in done)
    assert run(["transcribe", *arguments, "--resume", "--quiet"]) == 0
    assert len(list(out.glob("*.transcript.json"))) == len(list(out.glob("*.docx"))) == 10


def test_a_reader_that_goes_away_is_no_failure(test_data: Path) -> None:
    speech = test_data / "audio" / "speech_en" / "LJ001-0002.flac"
    command = [sys.executable, "-m", "earmark", "transcribe", str(speech), *DRAFT, "--no-speakers"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        assert job.stderr is not None
        job.stdout.close()
        warned = job.stderr.read()
        assert job.wait(60) == 0
    assert "Traceback" not in warned


def test_commands_begin_without_what_computes() -> None:
    heavy = ["numpy", "av", "onnxruntime", "ctranslate2", "httpx", "sqlalchemy", "fastapi", "docx"]
    code = (
        "import sys; from earmark.cli import run; run(['transcribe', '--help']); "
        f"print('loaded', sorted(set({heavy}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "loaded []"
    assert "--no-speakers" in done.stdout


def test_the_default_file_makes_all_other_transcripts_later(call: Path, models: None) -> None:
    assert transcribe(call, *DRAFT, "--quiet") == 0
    kept = earmark.read("stereo_diarization.transcript.json")
    written = {known.name for known in FORMATS if known.writes and known.installed}
    for name in sorted({"srt", "vtt", "txt", "docx"} & written):
        assert run(["convert", "stereo_diarization.transcript.json", f"minutes.{name}"]) == 0
        assert Path(f"minutes.{name}").stat().st_size > 0
    assert [segment.speaker for segment in kept.segments] == ["SPEAKER_00", "SPEAKER_01"]
