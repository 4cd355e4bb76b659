"""Sound for ears and eyes over HTTP."""

from __future__ import annotations

import io
import struct
import wave
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image
from starlette.testclient import TestClient
from tests.library import wav, work
from tests.server.conftest import AsUser

from earmark.services.platform import Platform

API = "/api/v1"
SECONDS, RATE = 20.0, 8000
DATA = wav(1, seconds=SECONDS, rate=RATE)
SAMPLES = np.frombuffer(DATA[44:], "<i2")


@pytest.fixture
def sent(client: TestClient, platform: Platform) -> str:
    """A recording that is ready."""
    project = client.post(f"{API}/projects", json={"name": "Reef"}).json()["id"]
    files = {"file": ("Dämmerung.wav", DATA)}
    address = client.post(f"{API}/projects/{project}/recordings", files=files).headers["Location"]
    work(platform)
    return str(address)


def test_the_file_as_it_came(client: TestClient, sent: str) -> None:
    whole = client.get(f"{sent}/media")
    assert (whole.status_code, whole.content) == (200, DATA)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["content-disposition"].startswith('inline; filename="D_mmerung.wav"')
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = client.get(f"{sent}/media", headers={"Range": "bytes=100-299", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, DATA[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(DATA)}"
    assert client.get(f"{sent}/media", headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert client.get(f"{sent}/media", headers={"Range": f"bytes={len(DATA)}-"}).status_code == 416
    head = client.head(f"{sent}/media")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(DATA)))
    saved = client.get(f"{sent}/media", params={"download": True})
    assert saved.headers["content-disposition"].startswith("attachment")


def test_what_is_not_sound_is_never_shown_in_a_page(client: TestClient, platform: Platform, sent: str) -> None:
    project = client.get(sent).json()["project_id"]
    page = ("x.html", b"<script>alert(1)</script>")
    address = client.post(f"{API}/projects/{project}/recordings", files={"file": page}).headers["Location"]
    work(platform)
    answer = client.get(f"{address}/media")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    refused = client.get(f"{address}/audio")
    assert (refused.status_code, "x.html: is not a recording" in refused.json()["detail"]) == (409, True)


def test_an_excerpt_is_exact_to_the_sample(client: TestClient, sent: str) -> None:
    answer = client.get(f"{sent}/audio", params={"start": 1.25, "end": 2.5})
    assert answer.status_code == 200
    with wave.open(io.BytesIO(answer.content)) as excerpt:
        assert (excerpt.getframerate(), excerpt.getnchannels(), excerpt.getnframes()) == (RATE, 1, 10_000)
        np.testing.assert_array_equal(np.frombuffer(excerpt.readframes(10_000), "<i2"), SAMPLES[10_000:20_000])
    part = client.get(f"{sent}/audio", params={"start": 1.25, "end": 2.5}, headers={"Range": "bytes=1044-2043"})
    assert (part.status_code, part.content) == (206, answer.content[1044:2044])
    assert 'filename="D_mmerung_1.250-2.500.wav"' in answer.headers["content-disposition"]
    assert client.head(f"{sent}/audio").headers["content-length"] == str(len(DATA))


@pytest.mark.parametrize(("kind", "mime"), [("flac", "audio/flac"), ("opus", "audio/ogg")])
def test_an_excerpt_is_encoded(client: TestClient, sent: str, kind: str, mime: str) -> None:
    params = {"start": 1, "end": 3, "format": kind}
    answer = client.get(f"{sent}/audio", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, mime)
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    assert abs(len(samples) / rate - 2.0) < 0.03
    part = client.get(f"{sent}/audio", params=params, headers={"Range": "bytes=-100"})
    assert part.content == answer.content[-100:]


@pytest.mark.parametrize(
    "params",
    [
        {"start": 5, "end": 5},
        {"start": 5, "end": 4},
        {"start": 25, "end": 30},
        {"start": -1},
        {"end": "nan"},
        {"end": 1e300},
        {"channel": 1},
        {"channel": -1},
        {"rate": 0},
        {"rate": 10**9},
        {"format": "mp3"},
        {"extra": 1},
    ],
    ids=str,
)
def test_excerpts_that_make_no_sense(client: TestClient, sent: str, params: dict[str, Any]) -> None:
    answer = client.get(f"{sent}/audio", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "/data/" not in answer.text


@pytest.mark.parametrize("what", ["audio", "peaks"])
def test_a_start_after_the_end_of_the_recording_is_said_to_be_one(client: TestClient, sent: str, what: str) -> None:
    answer = client.get(f"{sent}/{what}", params={"start": 30})
    assert answer.status_code == 422
    assert "there is no sound" in answer.json()["detail"]


def test_peaks_as_numbers_and_as_bytes(client: TestClient, sent: str) -> None:
    params = {"start": 2, "end": 12, "columns": 10}
    found = client.get(f"{sent}/peaks", params=params).json()
    assert (found["start"], found["end"], found["columns"]) == (2.0, 12.0, 10)
    second = SAMPLES[16_000:24_000]
    assert found["values"][:2] == pytest.approx([int(second.min()), int(second.max())], abs=2)
    raw = client.get(f"{sent}/peaks", params=params, headers={"Accept": "application/octet-stream"})
    assert list(struct.unpack("<20h", raw.content)) == found["values"]
    assert client.get(f"{sent}/peaks").json()["end"] == SECONDS
    for bad in ({"columns": 0}, {"columns": 10_001}, {"start": 30}, {"start": 3, "end": 2}, {"channel": 5}):
        assert client.get(f"{sent}/peaks", params=bad).status_code == 422


def test_tiles_and_what_there_is_of_them(client: TestClient, sent: str) -> None:
    facts = client.get(f"{sent}/spectrogram").json()
    assert (facts["columns"][0], facts["bands"], facts["duration"]) == (2000, 128, SECONDS)
    tile = client.get(f"{sent}/tiles/0/1")
    assert tile.headers["content-type"] == "image/png"
    assert "immutable" in tile.headers["cache-control"]
    assert Image.open(io.BytesIO(tile.content)).size == (2000 - 1024, 128)
    assert client.get(f"{sent}/tiles/0/1", headers={"If-None-Match": tile.headers["etag"]}).status_code == 304
    top = client.get(f"{sent}/tiles/{len(facts['columns']) - 1}/0")
    assert top.status_code == 200
    other = {"scale": "linear", "bands": 64, "hop_seconds": 0.02, "image": "webp", "channel": 0}
    drawn = client.get(f"{sent}/tiles/0/0", params=other)
    assert drawn.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(drawn.content)).size == (1000, 64)
    assert drawn.headers["etag"] != tile.headers["etag"]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("tiles/0/2", {}, 404),
        ("tiles/9/0", {}, 404),
        ("tiles/31/0", {}, 422),
        ("tiles/-1/0", {}, 422),
        ("tiles/0/99999999999", {}, 422),
        ("tiles/0/0", {"bands": 8}, 422),
        ("tiles/0/0", {"scale": "bark"}, 422),
        ("tiles/0/0", {"floor_db": 0, "ceiling_db": 0}, 422),
        ("tiles/0/0", {"hop_seconds": 0.1}, 422),
        ("tiles/0/0", {"channel": 1}, 422),
        ("spectrogram", {"low_hz": 3000, "high_hz": 2000}, 422),
    ],
    ids=str,
)
def test_tiles_that_are_not_there(
    client: TestClient, sent: str, path: str, params: dict[str, Any], status: int
) -> None:
    assert client.get(f"{sent}/{path}", params=params).status_code == status


def test_the_waveform_is_a_picture(client: TestClient, sent: str) -> None:
    answer = client.get(f"{sent}/waveform")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.count(",") == 200


def test_who_may_not_see_a_recording_does_not_hear_it_either(
    client: TestClient, as_user: AsUser, sent: str, anonymous: TestClient
) -> None:
    stranger = as_user()
    tag = client.get(f"{sent}/tiles/0/0").headers["etag"]
    for path in ("", "/media", "/audio", "/peaks", "/spectrogram", "/tiles/0/0", "/waveform"):
        assert stranger.get(sent + path, headers={"If-None-Match": tag}).status_code == 404
        assert anonymous.get(sent + path).status_code == 401
