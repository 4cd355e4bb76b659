"""What people see and hear, with the files on a real S3 server: copies on this machine are let go again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.library import add_actor, checksum, files, make_project, upload, wav, work
from tests.swift import Bucket, s3_bucket

from earmark.audio.tiles import SpectrogramSettings
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.people import Actor
from earmark.errors import Conflict, InvalidValue
from earmark.services import library, viewing
from earmark.services.platform import Platform
from earmark.store.blobs import blob_key

DATA = wav(1, seconds=4.0)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with s3_bucket(tmp_path_factory.mktemp("s3")) as bucket:
        yield bucket


@pytest.fixture(params=["folder", "s3"])
def stored(platform: Platform, request: pytest.FixtureRequest) -> Platform:
    """A platform with its files in a folder, and on S3."""
    if request.param == "folder":
        return platform
    return replace(platform, files=request.getfixturevalue("bucket").files("library"))


def begin(platform: Platform) -> tuple[Actor, StoredRecording]:
    owner = add_actor(platform.database, "owner")
    made = upload(platform, owner, make_project(platform, owner), DATA, "dawn.wav").recording
    work(platform)
    return owner, library.get(platform, owner, made.id)


def pins(platform: Platform) -> int:
    """Copies on this machine that are in use."""
    return len(list((platform.cache.folder / "pins").iterdir()))


def test_a_recording_is_sent_drawn_cut_and_deleted(stored: Platform) -> None:
    owner, recording = begin(stored)
    assert recording.state is RecordingState.READY
    media = viewing.media(stored, owner, recording.id)
    assert b"".join(media.read(0, media.size)) == DATA
    assert b"".join(media.read(44, 144)) == DATA[44:144]

    settings = SpectrogramSettings()
    drawn: dict[str, Any] = {"level": 0, "index": 0, "channel": None, "image": "png"}
    assert viewing.tile(stored, owner, recording.id, settings, **drawn).startswith(b"\x89PNG")
    end, peaks = viewing.peaks(stored, owner, recording.id, start=0.0, end=None, columns=1000, channel=None)
    assert (end, peaks.shape) == (4.0, (1000, 2))
    for audio_format in ("wav", "flac", "opus"):
        cut: dict[str, Any] = {"start": 1.0, "end": 2.0, "channel": None, "rate": None, "audio_format": audio_format}
        excerpt = viewing.excerpt(stored, owner, recording.id, **cut)
        assert len(b"".join(excerpt.read(0, excerpt.size))) == excerpt.size
        excerpt.close()
    assert pins(stored) == 0

    library.purge(stored, owner, recording.id)
    assert files(stored) == set()
    assert not stored.files.exists(blob_key(checksum(DATA)))


def test_what_is_not_ready_cannot_be_seen(platform: Platform) -> None:
    owner = add_actor(platform.database, "owner")
    made = upload(platform, owner, make_project(platform, owner), DATA).recording
    with pytest.raises(Conflict, match="waiting"):
        viewing.spectrogram(platform, owner, made.id, SpectrogramSettings())
    assert viewing.media(platform, owner, made.id).size == len(DATA)


def test_errors_do_not_say_where_files_lie(platform: Platform) -> None:
    owner, recording = begin(platform)
    cut: dict[str, Any] = {"start": 5.0, "end": 6.0, "channel": None, "rate": None, "audio_format": "wav"}
    with pytest.raises(InvalidValue, match=r"^dawn\.wav: there is no sound"):
        viewing.excerpt(platform, owner, recording.id, **cut)
