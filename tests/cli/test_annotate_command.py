"""``earmark annotate`` as a user runs it."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import earmark
from earmark.cli import run

RATE = 16_000


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Results go to the current folder unless told otherwise."""
    folder = tmp_path / "current"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def timeline(test_data: Path) -> Path:
    return test_data / "audio" / "composites" / "timeline_01.flac"


@pytest.fixture
def tone_wav(write_media) -> Path:
    times = np.arange(2 * RATE) / RATE
    return write_media("tone.wav", (0.3 * np.sin(2 * np.pi * 440 * times))[None].astype(np.float32), RATE)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def annotate(*arguments: str | Path) -> int:
    return run(["annotate", *map(str, arguments)])


def test_a_recording_becomes_a_timeline_with_text_in_every_format(timeline: Path, tmp_path: Path, capsys) -> None:
    names = "json,srt,vtt,txt,tsv,csv,textgrid,audacity,raven,rttm,ctm,eaf"
    assert annotate(timeline, "--engine", "pocketsphinx", "--format", names, "--out", tmp_path, "--json") == 0
    (line,) = lines(capsys)
    assert line["ok"] is True
    assert line["language"] == "en"
    assert line["duration"] == pytest.approx(66.5076, abs=1e-3)
    assert len(line["outputs"]) == 12
    assert all(Path(path).stat().st_size > 0 for path in line["outputs"])
    speech = [segment for segment in line["segments"] if segment["label"] == "speech"]
    assert "art" in speech[0]["text"]
    assert {"word", "start", "end"} <= set(speech[0]["words"][0])
    assert line["segments"][0]["start"] == 0
    assert line["segments"][-1]["end"] == line["duration"]
    assert [s["start"] for s in line["segments"][1:]] == [s["end"] for s in line["segments"][:-1]]
    read = earmark.read(tmp_path / "timeline_01.json")
    assert len(read.segments) == len(line["segments"])
    assert any("draft" in note.message for note in read.notes)


def test_without_weights_the_timeline_is_still_there(timeline: Path, tmp_path: Path, capsys) -> None:
    assert annotate(timeline, "--out", tmp_path, "--format", "json,rttm") == 3
    printed = capsys.readouterr()
    assert "earmark models pull small" in printed.err
    assert "earmark models path" in printed.err
    result = earmark.read(tmp_path / "timeline_01.json")
    assert {segment.label for segment in result.segments} == {"speech", "noise", "silence"}
    assert [note.kind for note in result.notes] == ["unavailable"]


def test_the_whole_path_through_whisper(test_data: Path, timeline: Path, tmp_path: Path, capsys) -> None:
    model = test_data / "models" / "whisper-stub-random-ct2"
    options = ["--model", model, "--no-guards", "--max-tokens", "12", "--beam-size", "1", "--json"]
    assert annotate(timeline, *options, "--out", tmp_path) == 0
    (line,) = lines(capsys)
    speech = [segment for segment in line["segments"] if segment["label"] == "speech"]
    assert any(segment["text"] for segment in speech)
    words = [(word, segment) for segment in speech for word in segment.get("words", [])]
    assert words
    assert all(s["start"] <= w["start"] <= w["end"] <= s["end"] for w, s in words)
    assert "whisper-stub-random-ct2" in (earmark.read(tmp_path / "timeline_01.json").source or "")


def test_digital_zeros_are_all_silence(write_media, tmp_path: Path, capsys) -> None:
    path = write_media("zeros.wav", np.zeros((1, 5 * RATE), np.float32), RATE)
    assert annotate(path, "--engine", "none", "--format", "none", "--json") == 0
    (line,) = lines(capsys)
    assert [(s["start"], s["end"], s["label"]) for s in line["segments"]] == [(0.0, 5.0, "silence")]


@pytest.mark.parametrize("count", [1, 100])
def test_a_handful_of_samples_is_a_recording(write_media, count: int, capsys) -> None:
    path = write_media("short.wav", np.full((1, count), 0.5, np.float32), RATE)
    assert annotate(path, "--engine", "none", "--format", "none", "--json") == 0
    (line,) = lines(capsys)
    assert [(s["start"], s["end"]) for s in line["segments"]] == [(0.0, count / RATE)]


def test_a_quiet_recording_of_speech_is_still_speech(test_data: Path, write_media, capsys) -> None:
    from earmark.audio.decode import open_reader

    with open_reader(test_data / "audio" / "speech_en" / "jfk.flac") as reader:
        sound = np.concatenate(list(reader.blocks()), axis=1)
        path = write_media("quiet.wav", sound * 10 ** (-45 / 20), reader.rate)
    assert annotate(path, "--engine", "none", "--format", "none", "--json") == 0
    segments = lines(capsys)[0]["segments"]
    assert sum(s["end"] - s["start"] for s in segments if s["label"] == "speech") > 8


def test_channels_each_and_by_number(test_data: Path, capsys) -> None:
    path = test_data / "audio" / "speech_en" / "stereo_diarization.wav"
    for choice, expected in (("each", {0, 1}), ("2", {1}), ("mix", {None})):
        assert annotate(path, "--engine", "none", "--format", "none", "--json", "--channels", choice) == 0
        segments = lines(capsys)[0]["segments"]
        assert {s.get("channel") for s in segments} == expected
    assert annotate(path, "--engine", "none", "--format", "none", "--channels", "3") == 1
    assert "channel 3 was asked for, the recording has 2" in capsys.readouterr().err


def test_music_gets_its_name_from_a_sound_model(test_data: Path, timeline: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))
    options = ["--engine", "none", "--format", "none", "--json", "--labels", "speech,music,noise,silence"]
    assert annotate(timeline, *options) == 0
    assert {s["label"] for s in lines(capsys)[0]["segments"]} == {"speech", "music", "noise", "silence"}
    assert annotate(timeline, "--engine", "none", "--labels", "musik") == 2
    assert "Did you mean" in capsys.readouterr().err


def test_a_failed_file_stops_nothing(tone_wav: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "text.mp3").write_text("not a recording\n" * 100)
    assert (
        annotate(
            tmp_path / "text.mp3", tone_wav, tmp_path / "gone.wav", "--engine", "none", "--json", "--out", tmp_path
        )
        == 1
    )
    found = lines(capsys)
    assert [line["ok"] for line in found] == [False, True, False]
    assert "is not a recording" in found[0]["error"]
    assert "no such file" in found[2]["error"]


def test_folders_keep_their_shape_and_twins_stay_apart(tone_wav: Path, tmp_path: Path, capsys) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for name in ("a/one.wav", "b/one.wav", "b/one.flac.wav", "b/ünï 'q\" 🎙.wav", "b/notes.txt", "b/two.WAV"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tone_wav, folder / name)
    assert annotate(folder, "--engine", "none", "--json", "--out", out) == 0
    written = sorted(str(Path(line["outputs"][0]).relative_to(out)) for line in lines(capsys))
    assert written == ["a/one.json", "b/one.flac.json", "b/one.json", "b/two.json", "b/ünï 'q\" 🎙.json"]
    assert annotate(folder, "--glob", "*.txt", "--engine", "none", "--json", "--out", out) == 0
    shutil.copy(tone_wav, folder / "a" / "one.mp3")
    assert annotate(folder / "a", "--engine", "none", "--out", tmp_path / "twins", "--quiet") == 0
    assert {path.name for path in (tmp_path / "twins").glob("*.json")} == {"one.mp3.json", "one.wav.json"}


def test_an_empty_folder_is_a_wrong_use(tmp_path: Path, capsys) -> None:
    assert annotate(tmp_path) == 2
    assert "no file in this folder" in capsys.readouterr().err


def test_resume_skips_what_is_done_with_the_same_options(tone_wav: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    base = [tone_wav, "--engine", "none", "--out", out, "--resume"]
    assert annotate(*base) == 0
    first = (out / "tone.json").stat().st_mtime_ns
    assert annotate(*base) == 0
    assert "done before" in capsys.readouterr().out
    assert (out / "tone.json").stat().st_mtime_ns == first
    assert annotate(*base, "--min-silence", "0.2") == 0
    assert (out / "tone.json").stat().st_mtime_ns > first
    again = (out / "tone.json").stat().st_mtime_ns
    os.utime(tone_wav)
    assert annotate(*base, "--min-silence", "0.2") == 0
    assert (out / "tone.json").stat().st_mtime_ns > again, "a changed recording is done again"


def test_an_output_folder_that_cannot_be_made_is_named(tone_wav: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("")
    assert annotate(tone_wav, "--engine", "none", "--out", tmp_path / "file" / "out") == 1
    assert "--out" in capsys.readouterr().err


def test_a_truncated_recording_is_annotated_with_a_warning(timeline: Path, tmp_path: Path, capsys) -> None:
    cut = tmp_path / "cut.flac"
    cut.write_bytes(timeline.read_bytes()[:600_000])
    assert annotate(cut, "--engine", "none", "--out", tmp_path) == 0
    assert "is cut off" in capsys.readouterr().err
    assert 20 < earmark.read(tmp_path / "cut.json").duration < 45


def test_speakers_are_in_the_table_and_in_the_json(test_data: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))
    call = test_data / "audio" / "speech_en" / "stereo_diarization.wav"
    options = ["--engine", "none", "--format", "none"]
    assert annotate(call, *options, "--speakers", "auto") == 0
    table = capsys.readouterr().out
    assert "2 speakers" in table
    assert re.search(r"ch 1  speech    SPEAKER_0[01]$", table, re.MULTILINE)
    assert re.search(r"ch 2  speech    SPEAKER_0[01]$", table, re.MULTILINE)
    assert annotate(call, *options, "--max-speakers", "2", "--json") == 0
    (line,) = lines(capsys)
    assert line["speakers"] == ["SPEAKER_00", "SPEAKER_01"]
    assert {(s["channel"], s["speaker"]) for s in line["segments"] if s["label"] == "speech"} in (
        {(0, "SPEAKER_00"), (1, "SPEAKER_01")},
        {(0, "SPEAKER_01"), (1, "SPEAKER_00")},
    )
    assert annotate(call, *options, "--json") == 0
    (line,) = lines(capsys)
    assert "speakers" not in line
    assert {s.get("channel") for s in line["segments"]} == {None}, "nobody asked who speaks"


def test_the_number_of_speakers_that_is_given_is_that_of_the_result(test_data: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))
    meeting = test_data / "audio" / "diarization" / "trn03.flac"
    found = {}
    for number in ("1", "2", "3"):
        assert annotate(meeting, "--engine", "none", "--format", "none", "--speakers", number, "--json") == 0
        found[number] = lines(capsys)[0]["speakers"]
    assert {number: len(speakers) for number, speakers in found.items()} == {"1": 1, "2": 2, "3": 3}


def test_a_diarizer_that_cannot_be_had_leaves_the_timeline_without_speakers(
    timeline: Path, tmp_path: Path, capsys
) -> None:
    assert annotate(timeline, "--engine", "none", "--diarizer", "onnx", "--out", tmp_path) == 3
    assert "onnx" in capsys.readouterr().err
    result = earmark.read(tmp_path / "timeline_01.json")
    assert {segment.label for segment in result.segments} == {"speech", "noise", "silence"}
    assert {segment.speaker for segment in result.segments} == {None}
    assert [note.kind for note in result.notes] == ["unavailable"]


def test_options_of_the_transcript_reach_the_engine(test_data: Path, timeline: Path, capsys) -> None:
    model = test_data / "models" / "whisper-stub-random-ct2"
    options = ["--model", model, "--no-guards", "--max-tokens", "8", "--beam-size", "1", "--format", "none", "--json"]
    assert annotate(timeline, *options, "--language", "auto", "--multilingual", "--temperature", "0.4") == 0
    (line,) = lines(capsys)
    languages = {s.get("language") for s in line["segments"] if s.get("words")}
    assert line["language"] in languages


@pytest.fixture
def site(timeline: Path) -> Iterator[str]:
    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = timeline.read_bytes() if "talk" in self.path else b"<html><title>Sign in</title></html>"
            self.send_response(200)
            self.send_header("Content-Type", "audio/flac" if "talk" in self.path else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_url_is_fetched_and_a_web_page_refused(site: str, tmp_path: Path, capsys) -> None:
    pages = (f"{site}/a/talk.flac?x=1", f"{site}/login.mp3")
    assert annotate(*pages, "--engine", "none", "--out", tmp_path, "--json") == 1
    good, bad = lines(capsys)
    assert good["ok"]
    assert good["duration"] == pytest.approx(66.5, abs=0.1)
    assert Path(good["outputs"][0]) == tmp_path / "talk.json"
    assert "web page" in bad["error"]


def test_a_picture_is_drawn(tone_wav: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert annotate(tone_wav, "--engine", "none", "--format", "none", "--plot", tmp_path / "p.png", "--quiet") == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--channels", "0"],
        ["--format", "odt"],
        ["--engine", "siri"],
        ["--min-silence", "-1"],
        ["--bogus"],
        ["--task", "sing"],
        ["--speakers", "some"],
        ["--speakers", "2", "--min-speakers", "1"],
        ["--min-speakers", "3", "--max-speakers", "2"],
        ["--speakers", "2", "--diarizer", "none"],
        ["--diarizer", "siri"],
        ["--temperature", "1.5"],
    ],
)
def test_wrong_usage_ends_with_2(tone_wav: Path, arguments: list[str], capsys) -> None:
    assert annotate(tone_wav, *arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_unknown_setting_stops_the_start(tone_wav: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("EARMARK_MODLE", "x")
    assert annotate(tone_wav) == 2
    assert "EARMARK_MODLE" in capsys.readouterr().err


@pytest.mark.slow
def test_ctrl_c_leaves_no_half_written_file(timeline: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for index in range(15):
        shutil.copy(timeline, folder / f"{index:02d}.flac")
    command = [sys.executable, "-m", "earmark", "annotate", str(folder), "--engine", "none", "--out", str(out)]
    with subprocess.Popen(
        [*command, "-f", "json,srt,eaf"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as job:
        deadline = time.monotonic() + 60
        while not (out / "03.json").is_file() and time.monotonic() < deadline:
            time.sleep(0.02)
        job.send_signal(signal.SIGINT)
        _, said = job.communicate(timeout=60)
    assert (job.returncode, "Traceback" in said) == (130, False), said
    assert "stopped" in said
    assert all(path.name == ".earmark-done.jsonl" or not path.name.startswith(".") for path in out.iterdir())
    for path in out.glob("*.json"):
        assert earmark.read(path).segments
    assert (
        run(["annotate", str(folder), "--engine", "none", "--out", str(out), "-f", "json,srt,eaf", "--resume", "-q"])
        == 0
    )
    assert len(list(out.glob("*.json"))) == 15
