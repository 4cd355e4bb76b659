"""Broker, database and S3 go away in the middle of work: requests fail cleanly or not at all, and all is well then.

The servers are real; what breaks is the line to them.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from starlette.testclient import TestClient
from tests.conftest import make_platform
from tests.databases import URLS, fresh_database
from tests.jobs.queues import BROKERS, broker_of, celery, wait_for
from tests.library import add_user, checksum, files, make_project, parts, rows, wav, work
from tests.lines import Line, line_to
from tests.server.conftest import BASE, BROWSER, sign_in_as
from tests.swift import Bucket, s3_bucket

from earmark.app import Context, environment_of
from earmark.config import Settings
from earmark.core.job import JobState
from earmark.core.people import Actor
from earmark.jobs.celery import make_app
from earmark.server.app import create_app
from earmark.server.problems import MEDIA_TYPE
from earmark.services.platform import Platform
from earmark.store import jobs
from earmark.store.blobs import blob_key
from earmark.store.database import Database
from earmark.store.tables import blobs, recordings, uploads

API = "/api/v1"
BOUND = 60.0
"""Seconds in which any request has to be answered, on a machine that does much else."""


class Caller:
    """An administrator who uses the API, and measures how long it takes."""

    def __init__(self, client: TestClient, project_id: str) -> None:
        self.client, self.project_id = client, project_id
        self.slowest = 0.0

    def upload(self, data: bytes, name: str = "a.wav") -> Any:
        """Send a file in one piece."""
        began = time.monotonic()
        answer = self.client.post(f"{API}/projects/{self.project_id}/recordings", files={"file": (name, data)})
        self.slowest = max(self.slowest, time.monotonic() - began)
        return answer

    def recordings(self) -> dict[str, str]:
        """States of the recordings by name."""
        found = self.client.get(f"{API}/projects/{self.project_id}/recordings").json()["items"]
        return {one["name"]: one["state"] for one in found}


@contextmanager
def calling(platform: Platform) -> Iterator[Caller]:
    owner = add_user(platform.database, "owner", administrator=True)
    actor = Actor(user_id=owner.id, name="owner", is_administrator=True)
    project = make_project(platform, actor)
    with TestClient(create_app(platform), base_url=BASE, headers=BROWSER) as client:
        yield Caller(sign_in_as(client, platform, owner), project.id)


# The message broker ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", BROKERS)
def test_a_broker_that_goes_away_loses_no_job_and_breaks_off_none(platform: Platform, kind: str) -> None:
    with line_to(broker_of(kind)) as (line, broker), celery(platform.database, broker, resend=2.0) as queue:
        running = queue.add("write_row", steps=100, pause=0.05)
        queue.wait(running, JobState.RUNNING)
        line.cut()
        waiting = [queue.add("write_row") for _ in range(3)]

        assert queue.wait(running).state is JobState.DONE
        assert {queue.read(job).state for job in waiting} == {JobState.QUEUED}
        line.mend()
        ended = [queue.wait(job) for job in (running, *waiting)]

        assert [(job.state, job.attempt) for job in ended] == [(JobState.DONE, 1)] * 4
        assert [queue.rows(job) for job in ended] == [1] * 4


@contextmanager
def separate(broker: str) -> Iterator[str]:
    """Give a database of a Redis server to one test, since the queue of real workers has one name."""
    url = urlunsplit(urlsplit(broker)._replace(path=f"/{1 + secrets.randbelow(15)}"))
    yield url
    app = make_app(url)
    with app.connection_for_write() as connection:
        connection.default_channel.queue_delete(app.conf.task_default_queue)
    app.close()


@pytest.mark.slow
def test_people_do_not_notice_a_broker_that_is_away(tmp_path: Path) -> None:
    with separate(broker_of("redis")) as url, line_to(url) as (line, broker):
        settings = Settings(
            data_dir=tmp_path, models_dir=tmp_path / "models", offline=True, queue="celery", broker=broker
        )
        serving = Context(settings).serving()
        serving.platform.database.migrate()
        serving.start()
        command = [sys.executable, "-m", "earmark", "worker", "--concurrency", "1"]
        worker = subprocess.Popen(command, env={**os.environ, **environment_of(settings)}, stdin=subprocess.DEVNULL)
        try:
            with calling(serving.platform) as caller:
                assert caller.upload(wav(1), "before.wav").status_code == 201
                wait_for(lambda: caller.recordings()["before.wav"] == "ready")
                line.cut()
                taken = [caller.upload(wav(seed), f"{seed}.wav").status_code for seed in (2, 3)]
                ready = caller.client.get("/health/ready").status_code
                assert (taken, ready) == ([201, 201], 200)
                assert caller.recordings() == {"before.wav": "ready", "2.wav": "waiting", "3.wav": "waiting"}
                line.mend()
                wait_for(lambda: set(caller.recordings().values()) == {"ready"})
        finally:
            worker.terminate()
            worker.wait(BOUND)
            serving.stop()
    assert caller.slowest < BOUND


# The database ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", URLS)
@pytest.mark.parametrize("after", [0, 1000, 3000])
def test_a_database_that_goes_away_is_said_and_nothing_is_left_half_done(kind: str, after: int, tmp_path: Path) -> None:
    with fresh_database(kind, tmp_path) as direct, ExitStack() as stack:
        line, url = stack.enter_context(line_to(direct.url.render_as_string(hide_password=False)))
        database = stack.enter_context(closing(Database(url)))
        caller = stack.enter_context(calling(make_platform(database, tmp_path)))
        assert caller.upload(wav(1), "before.wav").status_code == 201
        line.cut(after=after)

        refused = caller.upload(wav(2), "cut.wav")

        assert line.is_cut
        assert (refused.status_code, refused.headers["content-type"]) == (503, MEDIA_TYPE)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("store_unavailable", "5")
        assert caller.client.get("/health/ready").status_code == 503
        assert caller.slowest < BOUND
        line.mend()
        assert caller.recordings() == {"before.wav": "waiting"}
        assert caller.client.get("/health/ready").status_code == 200
        assert caller.upload(wav(2), "cut.wav").status_code == 201
        platform = make_platform(database, tmp_path)
        assert [job.state for job in work(platform)] == [JobState.DONE] * 2
        assert caller.recordings() == {"before.wav": "ready", "cut.wav": "ready"}
        assert parts(platform) == []


# S3 -------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with s3_bucket(tmp_path_factory.mktemp("s3")) as bucket:
        yield bucket


@pytest.fixture
def line(bucket: Bucket) -> Iterator[tuple[Line, str]]:
    with line_to(bucket.endpoint) as laid:
        yield laid


@pytest.fixture
def on_s3(platform: Platform, bucket: Bucket, line: tuple[Line, str]) -> Platform:
    """A platform whose files lie on S3, at the other end of a line."""
    prefix = f"cut-{secrets.token_hex(4)}"
    return replace(platform, files=replace(bucket, endpoint=line[1]).files(prefix, timeout=10.0))


SOUND = wav(1, seconds=100.0)
"""More than lies in the buffers between both ends."""


def test_an_upload_that_s3_does_not_take_to_its_end_leaves_nothing_and_can_be_sent_again(
    on_s3: Platform, line: tuple[Line, str]
) -> None:
    with calling(on_s3) as caller:
        assert caller.upload(wav(2), "before.wav").status_code == 201
        there = files(on_s3)
        line[0].cut(after=len(SOUND) // 2)

        answer = caller.upload(SOUND)

        assert line[0].is_cut
        assert (answer.status_code, answer.headers["content-type"]) == (503, MEDIA_TYPE)
        assert (answer.json()["code"], answer.headers["retry-after"]) == ("files_unavailable", "5")
        assert caller.slowest < BOUND
        assert caller.client.get("/health/ready").status_code == 503
        assert [*caller.recordings()] == ["before.wav"]
        assert (parts(on_s3), rows(on_s3, uploads), rows(on_s3, recordings)) == ([], 0, 1)

        line[0].mend()
        assert files(on_s3) == there
        assert caller.client.get("/health/ready").status_code == 200
        assert caller.upload(SOUND).status_code == 201
        assert [job.state for job in work(on_s3)] == [JobState.DONE] * 2
        assert caller.recordings() == {"before.wav": "ready", "a.wav": "ready"}
        assert on_s3.files.get(blob_key(checksum(SOUND))) == SOUND
        assert rows(on_s3, blobs) == 2


def test_an_import_that_loses_s3_in_the_middle_is_done_when_it_is_back(on_s3: Platform, line: tuple[Line, str]) -> None:
    with calling(on_s3) as caller:
        assert caller.upload(SOUND).status_code == 201
        # The request for the file still goes through, what is drawn of it no more.
        line[0].cut(after=2000)
        (job,) = work(on_s3)

        assert line[0].is_cut
        assert (job.state, job.error) == (JobState.QUEUED, None)
        assert caller.recordings() == {"a.wav": "waiting"}
        line[0].mend()
        with on_s3.database.write() as connection:
            jobs.change(connection, job, available_at=job.created_at)
        (job,) = work(on_s3)

        assert job.state is JobState.DONE
        assert caller.recordings() == {"a.wav": "ready"}
        assert len(files(on_s3)) > 1
