"""Who asked for a transcription is told of its end on every database, once, whoever of several servers does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.integrations.runpod.conftest import Site
from tests.library import Work, make_work

from earmark.core.job import Job, JobState
from earmark.core.transcription import Asker
from earmark.core.webhook import DeliveryState
from earmark.errors import AddressRefused
from earmark.services import callbacks, transcription_retention, transcriptions
from earmark.services.platform import Platform
from earmark.store import callbacks as stored
from earmark.store.database import now


@pytest.fixture
def work(any_platform: Platform) -> Work:
    settings = replace(any_platform.settings, allowed_hosts=("127.0.0.1",))
    return make_work(replace(any_platform, settings=settings))


@contextmanager
def running_site() -> Iterator[Site]:
    import threading

    server = Site()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def telling(platform: Platform, job: Job) -> Mapping[str, Any]:
    return {"id": job.id, "state": job.state}


def refused(work: Work, url: str, integration: str = "theirs") -> Job:
    asker = Asker(integration=integration)
    return transcriptions.refuse(work.platform, work.manager, "wrong", name="a", asker=asker, callback=url)


def test_a_job_that_was_refused_has_failed_and_is_told(work: Work) -> None:
    with running_site() as site:
        job = refused(work, site.url("/hook"))
        assert (job.state, job.error) == (JobState.FAILED, "wrong")
        assert transcriptions.get(work.platform, work.manager, job.id) == job
        assert callbacks.deliver_due(work.platform, {"theirs": telling}) == 1
        assert callbacks.deliver_due(work.platform, {"theirs": telling}) == 0
        assert site.posted == [("/hook", {"id": job.id, "state": "failed"})]


def test_what_another_server_took_is_left_to_it_until_it_is_dead(work: Work) -> None:
    database, moment = work.platform.database, now() + timedelta(seconds=1)
    job = refused(work, "http://127.0.0.1:9/")
    for at, expected in ((moment, [1]), (moment, []), (moment + stored.LEASE, [2])):
        with database.write() as connection:
            taken = stored.claim(connection, at=at, integrations=["theirs"], most=8)
        assert [call.attempts for call in taken] == expected
    with database.write() as connection:
        late = stored.Call(job=job, integration="theirs", url="", attempts=1)
        stored.settle(connection, late, DeliveryState.FAILED, next_at=moment, status=None, error="late")
        assert stored.state_of(connection, job.id) == (DeliveryState.QUEUED, 2, None), "it is no longer its own"


def test_calls_of_integrations_that_are_not_here_wait(work: Work) -> None:
    refused(work, "http://127.0.0.1:9/", integration="elsewhere")
    assert callbacks.deliver_due(work.platform, {"theirs": telling}) == 0
    assert callbacks.deliver_due(work.platform, {}) == 0


def test_a_call_goes_with_its_job(work: Work) -> None:
    job = refused(work, "http://127.0.0.1:9/")
    transcription_retention.forget(work.platform, [job])
    with work.platform.database.read() as connection:
        assert stored.state_of(connection, job.id) is None


def test_nobody_is_called_inside(work: Work) -> None:
    with pytest.raises(AddressRefused):
        refused(work, "http://10.0.0.1/hook")


def test_pieces_are_given_once_on_every_database(work: Work) -> None:
    from earmark.core.segment import SPEECH, Segment
    from earmark.formats.earmark_json import segment_to_dict
    from earmark.store import pieces

    job = refused(work, "http://127.0.0.1:9/")

    def give(*starts: float) -> None:
        content = [segment_to_dict(Segment(start=start, end=start + 1, label=SPEECH, text="a")) for start in starts]
        with work.platform.database.write() as connection:
            pieces.write(connection, job, [content])

    def read() -> list[float]:
        return [segment.start for segment in transcriptions.next_pieces(work.platform, job.id)]

    assert read() == []
    give(0.0, 1.0)
    assert read() == [0.0, 1.0]
    assert read() == []
    give(0.0, 1.0, 2.0)
    assert read() == [2.0], "a job that is begun again gives its pieces again"
    assert transcriptions.next_pieces(work.platform, "0" * 26) == []
