"""What those send who mean no good, and what networks do: jobs end in words, in time, and leave nothing behind."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.integrations.runpod.conftest import ENGLISH, RunPod, Site

from earmark.services.transcriptions import FAILURE, SOUND

NOTHING = "Transcription failed: "


def left_behind(runpod: RunPod) -> set[str]:
    """Names of files that are still there; the word why a job failed is kept with it."""
    folders = (runpod.platform.uploads_dir, runpod.platform.settings.data_dir / "files" / "transcriptions")
    names = {path.name for folder in folders if folder.exists() for path in folder.rglob("*") if path.is_file()}
    return names - {FAILURE}


def test_an_address_that_never_ends_is_given_up_at_the_largest_size(runpod: RunPod, site: Site) -> None:
    bounded = replace(runpod.platform, settings=replace(runpod.platform.settings, fetch_max_bytes=2_000_000))
    said = replace(runpod, platform=bounded).done({**ENGLISH, "audio_url": site.url("/endless-fast")})
    assert said["status"] == "FAILED"
    assert "bytes" in said["error"]
    assert left_behind(runpod) == set()


def test_an_address_that_drips_is_given_up_when_the_time_is_over(runpod: RunPod, site: Site) -> None:
    given = {**ENGLISH, "audio_url": site.url("/endless-slow")}
    said = runpod.done(given, policy={"executionTimeout": 5_000})
    assert said["status"] == "TIMED_OUT", said
    assert said["error"].startswith("Transcription failed: it took longer than the 5 seconds")
    assert 5_000 <= said["executionTime"] < 20_000
    assert left_behind(runpod) == set()


@pytest.mark.parametrize(
    ("path", "content", "kind", "error"),
    [
        ("/page", b"<html><body>Sign in</body></html>", "text/html", "a web page"),
        ("/sly.wav", b"<html><body>Sign in</body></html>" * 50, "audio/wav", "sly.wav"),
        ("/empty.wav", b"", "audio/wav", "is empty"),
        ("/list.m3u8", b"#EXTM3U\nfile:///etc/passwd\n", "audio/wav", "list.m3u8"),
    ],
)
def test_what_is_no_recording_is_called_so(
    runpod: RunPod, site: Site, path: str, content: bytes, kind: str, error: str
) -> None:
    said = runpod.done({**ENGLISH, "audio_url": site.put(path, content, kind)})
    assert said["status"] == "FAILED"
    assert said["error"].startswith(NOTHING)
    assert error in said["error"]
    assert "root:" not in str(said)
    assert left_behind(runpod) == set()


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/a.wav",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/a.wav",
        "http://100.64.0.1/a.wav",
        "http://0x0a000001/a.wav",
        "file:///etc/passwd",
        "ftp://example.org/a.wav",
        "gopher://127.0.0.1/",
        "http://",
        "http://a b/",
        "//example.org/a.wav",
        "x" * 100_000,
    ],
)
def test_addresses_inside_and_other_schemes_are_refused_at_once(runpod: RunPod, url: str) -> None:
    said = runpod.run({**ENGLISH, "audio_url": url}, "/runsync")
    assert said["status"] == "FAILED", "without waiting for a worker"
    assert said["error"].startswith(NOTHING)
    assert len(said["error"]) < 1_000


def test_a_tiny_file_that_claims_a_week_is_heard_to_its_real_end(runpod: RunPod) -> None:
    sound = (0.1 * np.sin(np.arange(8_000) / 4) * 32767).astype("<i2").tobytes()
    claimed = 0xFFFFFF00
    header = b"RIFF" + struct.pack("<I", claimed) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    bomb = header + b"data" + struct.pack("<I", claimed) + sound
    said = runpod.done({**ENGLISH, "audio_base64": base64.b64encode(bomb).decode()})
    assert said["status"] in ("COMPLETED", "FAILED")
    if said["status"] == "COMPLETED":
        assert said["output"]["duration"] <= 2.0


@pytest.mark.slow
def test_a_small_file_that_grows_to_days_ends_with_its_time(runpod: RunPod, write_media: Callable[..., Path]) -> None:
    day = write_media("day.flac", np.zeros((1, 8000 * 3600 * 2)), 8000, codec="flac")
    assert day.stat().st_size < 3_000_000
    runpod.platform.uploads_dir.mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = {**ENGLISH, "audio_base64": base64.b64encode(day.read_bytes()).decode()}
    said = runpod.done(given, policy={"executionTimeout": 5_000})
    assert said["status"] == "TIMED_OUT", said
    assert said["executionTime"] < 30_000
    assert left_behind(runpod) == {SOUND}, "it may be tried again, until it is forgotten"


def test_an_empty_recording_is_an_error(runpod: RunPod) -> None:
    assert runpod.run({"audio_base64": ""}, "/runsync")["error"] == "audio_url is required"
    assert "it is empty" in runpod.run({"audio_base64": "data:;base64,"}, "/runsync")["error"]
