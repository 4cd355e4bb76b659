"""Names, addresses and files that once led to a traceback, a lost result or a leaked secret."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path, PurePath

import numpy as np
import pytest

import earmark
from earmark.audio.probe import probe
from earmark.cli import run
from earmark.engines.silero import HOP, SileroVad
from earmark.errors import UnreadableMedia
from earmark.services.items import find_items
from earmark.services.ledger import LEDGER

RATE = 16_000


def hiss(seconds: int, rate: int) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.1, (1, seconds * rate)).astype(np.float32)


@pytest.fixture
def unknown_codec(tmp_path: Path) -> Path:
    """A WAV file whose format tag belongs to nobody."""
    head = b"fmt " + struct.pack("<IHHIIHH", 16, 0x1234, 1, RATE, RATE * 2, 2, 16)
    body = b"WAVE" + head + b"data" + struct.pack("<I", 3200) + bytes(3200)
    path = tmp_path / "unknown.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def test_an_unknown_codec_is_named_and_stops_nothing(unknown_codec: Path, write_media, capsys) -> None:
    good = write_media("good.wav", np.full((1, RATE), 0.1, np.float32), RATE)
    assert run(["annotate", str(unknown_codec), str(good), "--engine", "none", "--format", "none", "--json"]) == 1
    bad, fine = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "not known" in bad["error"] or "no sound" in bad["error"]
    assert fine["ok"]
    assert probe(unknown_codec).audio == ()


def test_a_text_is_no_recording(tmp_path: Path, capsys) -> None:
    (tmp_path / "notes.txt").write_text("Some notes.\n" * 99)
    assert run(["probe", str(tmp_path / "notes.txt")]) == 1
    assert "not a recording" in capsys.readouterr().err


def test_control_characters_in_names_stay_off_the_terminal(write_media, capsys) -> None:
    path = write_media("\x1b[31mred\n.wav", np.full((1, 1600), 0.1, np.float32), RATE)
    assert run(["probe", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_results_of_recordings_with_one_name_never_meet() -> None:
    items = find_items(["https://a/talk.ogg", "https://b/talk.ogg", "talk-2.wav", "TALK.flac", "x/talk.wav"])
    keys = {str(item.target).casefold() for item in items}
    assert len(keys) == len(items)


@pytest.mark.parametrize(
    "url", ["https://example.org/" + "語" * 150 + ".mp3", "https://[bad/x.mp3", "https://example.org/"]
)
def test_any_address_gives_a_file_name_that_fits(url: str) -> None:
    (item,) = find_items([url])
    assert 0 < len(str(item.target).encode()) <= 200


def test_secrets_in_addresses_are_not_shown() -> None:
    (item,) = find_items(["https://user:secret@example.org/talk.ogg?token=hidden"])
    assert "secret" not in item.name
    assert item.url is not None
    assert "secret" in item.url


def test_one_picture_for_two_recordings_is_refused(write_media, tmp_path: Path, capsys) -> None:
    files = [str(write_media(f"{n}.wav", np.full((1, 1600), 0.1, np.float32), RATE)) for n in "ab"]
    assert run(["annotate", *files, "--engine", "none", "--format", "none", "--plot", str(tmp_path / "p.png")]) == 2
    assert "name a folder" in capsys.readouterr().err


def test_a_torn_line_in_the_ledger_costs_one_recording_only(write_media, tmp_path: Path, capsys) -> None:
    files = [str(write_media(f"{n}.wav", np.full((1, 1600), 0.1, np.float32), RATE)) for n in "ab"]
    arguments = ["--engine", "none", "--out", str(tmp_path / "out"), "--resume"]
    assert run(["annotate", files[0], *arguments]) == 0
    with (tmp_path / "out" / LEDGER).open("a") as ledger:
        ledger.write('{"key": "torn')
    assert run(["annotate", files[1], *arguments]) == 0
    capsys.readouterr()
    assert run(["annotate", *files, *arguments]) == 0
    assert capsys.readouterr().out.count("done before") == 2


def test_asking_for_another_number_type_is_not_done_before(write_media, tmp_path: Path, capsys) -> None:
    path = str(write_media("a.wav", np.full((1, 1600), 0.1, np.float32), RATE))
    arguments = ["annotate", path, "--engine", "none", "--out", str(tmp_path), "--resume"]
    assert run(arguments) == 0
    assert run([*arguments, "--compute-type", "float32"]) == 0
    assert "done before" not in capsys.readouterr().out


def test_zeros_inside_speech_give_the_same_scores_however_the_blocks_fall(test_data: Path) -> None:
    from earmark.audio.decode import open_reader

    with open_reader(test_data / "audio" / "speakers" / "1688" / "1688-142285-0000.flac") as reader:
        speech = np.concatenate(list(reader.blocks()), axis=1)[0, : 3 * RATE]
    sound = np.concatenate([speech, np.zeros(3 * RATE, np.float32), speech, np.zeros(300, np.float32), speech])
    scores = []
    for size in (HOP, 5000, len(sound)):
        stream = SileroVad().listen()
        parts = [stream.feed(sound[i : i + size]) for i in range(0, len(sound), size)]
        scores.append(np.concatenate([*parts, stream.finish()]))
    assert np.abs(scores[0] - scores[1]).max() < 1e-4
    assert np.abs(scores[0] - scores[2]).max() < 1e-4


def test_base_labels_alone_need_no_class(test_data: Path, monkeypatch) -> None:
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(test_data / "models"))
    noise = np.random.default_rng(1).normal(0, 0.1, RATE)
    result = earmark.annotate(noise, RATE, engine="none", labels=["speech", "noise"])
    assert {segment.label for segment in result.segments} == {"noise"}


def test_text_that_looks_like_mathematics_is_drawn_as_it_is() -> None:
    pytest.importorskip("matplotlib")
    from earmark.services.picture import draw_picture, to_png

    segment = earmark.Segment(start=0, end=9, label="speech $x", text="it costs $5 and $6, 早く 🎙")
    assert to_png(draw_picture(earmark.Annotation(segments=(segment,)), None)).startswith(b"\x89PNG")


def test_targets_keep_their_folder() -> None:
    (item,) = find_items(["somewhere/talk.wav"])
    assert item.target == PurePath("talk")


def test_a_pipe_is_refused_at_once(tmp_path: Path, write_media, capsys) -> None:
    os.mkfifo(tmp_path / "pipe")
    good = write_media("good.wav", np.full((1, RATE), 0.1, np.float32), RATE)
    assert run(["annotate", str(tmp_path / "pipe"), str(good), "--engine", "none", "--format", "none", "--json"]) == 1
    bad, fine = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "is a pipe or a device" in bad["error"]
    assert fine["ok"]


def test_a_cut_off_mp4_is_called_so(write_media) -> None:
    path = write_media(
        "a.mp4", np.random.default_rng(1).normal(0, 0.1, (1, 10 * RATE)).astype(np.float32), RATE, codec="aac"
    )
    path.write_bytes(path.read_bytes()[:8000])
    with pytest.raises(UnreadableMedia, match="moov"):
        probe(path)


def test_a_cut_off_opus_file_is_called_so(write_media) -> None:
    path = write_media(
        "a.opus", np.random.default_rng(1).normal(0, 0.1, (1, 480_000)).astype(np.float32), 48_000, codec="libopus"
    )
    whole = earmark.annotate(path, engine="none")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    half = earmark.annotate(path, engine="none")
    assert [note.message for note in whole.notes] == []
    assert "no end mark" in half.notes[0].message


def test_a_pause_in_a_recording_without_a_duration_is_kept(tmp_path: Path) -> None:
    import av

    path = tmp_path / "live.mkv"
    tone = (np.sin(np.arange(RATE) / 5) * 9000).astype(np.int16)[None]
    with av.open(str(path), "w", options={"live": "1"}) as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for begin in (0, 20 * RATE):
            frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            frame.rate, frame.pts = RATE, begin
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    result = earmark.annotate(path, engine="none")
    assert result.duration == pytest.approx(21.0, abs=0.1)


def test_a_second_sound_track_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    import av

    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as out:
        for stream in [out.add_stream("pcm_s16le", rate=RATE, layout="mono") for _ in range(2)]:
            frame = av.AudioFrame.from_ndarray(np.zeros((1, RATE), np.int16), format="s16", layout="mono")
            frame.rate = RATE
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                out.mux(packet)
    assert "has 2 sound tracks" in earmark.annotate(path, engine="none").notes[0].message


def test_a_result_that_a_person_changed_is_not_replaced(write_media, tmp_path: Path, capsys) -> None:
    path = str(write_media("talk.wav", np.full((1, RATE), 0.1, np.float32), RATE))
    arguments = ["annotate", path, "--engine", "none", "--out", str(tmp_path / "out")]
    assert run(arguments) == 0
    assert run(arguments) == 0, "our own result may be made again"
    result = tmp_path / "out" / "talk.json"
    result.write_text("corrected by hand")
    assert run(arguments) == 1
    assert "--force" in capsys.readouterr().err
    assert result.read_text() == "corrected by hand"
    assert run([*arguments, "--force"]) == 0


def test_what_cannot_work_is_said_before_the_work(write_media, tmp_path: Path, capsys) -> None:
    path = str(write_media("talk.wav", np.full((1, RATE), 0.1, np.float32), RATE))
    for wrong in (["--format", "srt,whisperseg"], ["--plot", "p.jpg"], ["--glob", "../*.wav"], ["--silence-db", "20"]):
        assert run(["annotate", path, "--engine", "none", "--out", str(tmp_path / "out"), *wrong]) == 2
    assert run(["annotate", "", "--engine", "none"]) == 2
    assert not (tmp_path / "out").exists()


def test_a_url_is_named_by_its_address_not_by_where_it_was_put(tmp_path: Path) -> None:
    from earmark.audio.source import FileSource

    (tmp_path / "x.mp3").write_text("no sound " * 99)
    with (
        pytest.raises(UnreadableMedia, match=r"https://example\.org/talk\.mp3: is not"),
        FileSource(tmp_path / "x.mp3", "https://example.org/talk.mp3").open(),
    ):
        pass


def test_hints_that_do_not_fit_are_refused_before_work(test_data: Path, write_media, capsys) -> None:
    path = str(write_media("talk.wav", np.full((1, RATE), 0.1, np.float32), RATE))
    model = str(test_data / "models" / "whisper-stub-random-ct2")
    assert run(["annotate", path, "--model", model, "--prompt", "word " * 400]) == 2
    assert "tokens" in capsys.readouterr().err
