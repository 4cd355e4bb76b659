"""Live updates: who sees what, and that nothing is missed."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.library import add_project, add_user
from tests.server.conftest import AsUser

from earmark.core.people import SYSTEM, Actor, Role, Scope
from earmark.server import events as hub_module
from earmark.server import stream
from earmark.server.events import GAP_SECONDS, QUEUE, Hub, Numbers, Watcher
from earmark.server.running import GRACE_SECONDS, _Server, address_of, listen
from earmark.services.chronicle import announce
from earmark.services.platform import Platform
from earmark.store import events, projects
from earmark.store.database import now
from earmark.store.tables import events as table


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 0.02)


def happen(platform: Platform, kind: str = "job.done", project_id: str | None = None, **data: object) -> None:
    with platform.database.write() as connection:
        announce(connection, kind, subject_id="thing", project_id=project_id, data=data)


async def told(watcher: Watcher, number: int) -> list[str]:
    """The next kinds that a watcher is told, or fewer if nothing more comes."""
    kinds: list[str] = []
    for _ in range(number):
        try:
            sent = await asyncio.wait_for(watcher.queue.get(), 20.0)
        except TimeoutError:
            break
        kinds.append("end" if sent is None else sent.event.kind)
    return kinds


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


# Numbers --------------------------------------------------------------------------------------------------------------


def test_numbers_that_are_missing_are_asked_for_until_they_come() -> None:
    numbers = Numbers(10)
    numbers.note([11, 14], at=0.0)
    assert (numbers.last, numbers.missing, numbers.resume) == (14, [12, 13], 11)

    numbers.note([12], at=1.0)
    assert (numbers.missing, numbers.resume) == ([13], 12)

    numbers.note([], at=GAP_SECONDS + 1)
    assert (numbers.missing, numbers.resume) == ([], 14)


def test_a_jump_of_numbers_is_not_asked_for_one_by_one() -> None:
    numbers = Numbers(0)
    numbers.note([10_000_000], at=0.0)

    assert len(numbers.missing) == hub_module.MAX_GAPS


# The hub --------------------------------------------------------------------------------------------------------------


def test_everybody_who_watches_is_told(any_platform: Platform) -> None:
    async def test() -> None:
        hub = Hub(any_platform.database)
        happen(any_platform, "job.queued")
        async with hub.watch(SYSTEM) as first, hub.watch(SYSTEM) as second:
            happen(any_platform, "job.done")
            assert await told(first, 1) == await told(second, 1) == ["job.done"]
            assert hub.watching == 2
        assert hub.watching == 0

    run(test())


def test_what_is_committed_late_is_told_too(any_platform: Platform) -> None:
    if any_platform.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer: what is written first is committed first")

    async def test() -> None:
        hub = Hub(any_platform.database)
        async with hub.watch(SYSTEM) as watcher:
            with any_platform.database.write() as slow:
                announce(slow, "job.queued", subject_id="thing", project_id=None, data={})
                happen(any_platform, "job.done")
                assert await told(watcher, 1) == ["job.done"]
            sent = await asyncio.wait_for(watcher.queue.get(), 20.0)
            assert sent is not None
            assert sent.event.kind == "job.queued"

    run(test())


def test_who_comes_back_misses_nothing(any_platform: Platform) -> None:
    async def test() -> None:
        hub = Hub(any_platform.database)
        happen(any_platform, "job.queued")
        with any_platform.database.read() as connection:
            last = events.last_number(connection)
        for _ in range(3):
            happen(any_platform, "job.done")
        async with hub.watch(SYSTEM, after=last) as watcher:
            assert await told(watcher, 3) == ["job.done"] * 3
            happen(any_platform, "job.failed")
            assert await told(watcher, 1) == ["job.failed"]

    run(test())


def test_who_was_away_for_long_gets_it_in_parts(platform: Platform) -> None:
    row = {"at": now(), "kind": "job.done", "project_id": None, "subject_id": "x", "data": {}}
    with platform.database.write() as connection:
        connection.execute(table.insert(), [row] * (QUEUE + 300))

    async def test() -> None:
        hub = Hub(platform.database)
        after, seen = 0, set[int]()
        for _ in range(2):
            async with hub.watch(SYSTEM, after=after) as watcher:
                while len(seen) < QUEUE + 300 and (sent := await watcher.queue.get()) is not None:
                    after = sent.resume
                    seen.add(sent.event.number)
        assert seen == set(range(1, QUEUE + 301))

    run(test())


def test_a_watcher_that_does_not_keep_up_is_cut_off(platform: Platform) -> None:
    async def test() -> None:
        hub = Hub(platform.database)
        async with hub.watch(SYSTEM) as slow, hub.watch(SYSTEM) as quick:
            row = {"at": now(), "kind": "job.done", "project_id": None, "subject_id": "x", "data": {}}
            with platform.database.write() as connection:
                connection.execute(table.insert(), [row] * (QUEUE + 10))
            assert await told(quick, QUEUE + 10) == ["job.done"] * (QUEUE + 10)
            assert slow.ended
            assert (await told(slow, QUEUE + 1))[-1] == "end"

    run(test())


def test_one_sees_the_events_of_ones_own_projects(platform: Platform) -> None:
    mine, other = add_project(platform.database), add_project(platform.database)
    user = add_user(platform.database)
    with platform.database.write() as connection:
        projects.set_member(connection, mine, user.id, Role.VIEWER)
    person = Actor(user_id=user.id, name="x", scopes=frozenset({Scope.READ}))
    deaf = Actor(user_id=user.id, name="x", scopes=frozenset({Scope.ANNOTATE}))

    async def test() -> None:
        hub = Hub(platform.database)
        async with hub.watch(person) as watcher, hub.watch(deaf) as without_scope, hub.watch(SYSTEM) as all_of_it:
            for kind, where in (("a.mine", mine), ("a.other", other), ("a.server", None), ("b.mine", mine)):
                happen(platform, kind, where)
            assert await told(all_of_it, 4) == ["a.mine", "a.other", "a.server", "b.mine"]
            assert await told(watcher, 2) == ["a.mine", "b.mine"]
            assert without_scope.queue.empty()
            with platform.database.write() as connection:
                projects.remove_member(connection, mine, user.id)
            happen(platform, "c.mine", mine)
            assert await told(all_of_it, 1) == ["c.mine"]
            assert watcher.queue.empty()

    run(test())


def test_one_may_ask_for_some_only(platform: Platform) -> None:
    project = add_project(platform.database)

    async def test() -> None:
        hub = Hub(platform.database)
        async with hub.watch(SYSTEM, project_id=project, kinds=frozenset({"job.done"})) as watcher:
            happen(platform, "job.done")
            happen(platform, "job.failed", project)
            happen(platform, "job.done", project, n=1)
            sent = await watcher.queue.get()
            assert sent is not None
            assert sent.event.data == {"n": 1}

    run(test())


def test_live_updates_survive_a_database_that_is_away(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    from earmark.errors import StoreUnavailable

    async def test() -> None:
        hub = Hub(platform.database)
        async with hub.watch(SYSTEM) as watcher:
            read, broken = hub._read, threading.Event()

            def away(after: int, missing: list[int]) -> Any:
                broken.set()
                raise StoreUnavailable("x", "y")

            monkeypatch.setattr(hub, "_read", away)
            happen(platform, "job.done")
            while not broken.is_set():
                await asyncio.sleep(0.01)
            monkeypatch.setattr(hub, "_read", read)
            assert await told(watcher, 1) == ["job.done"]

    run(test())


def test_whoever_watches_is_let_go_when_reading_breaks(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        hub = Hub(platform.database)
        async with hub.watch(SYSTEM) as watcher:
            monkeypatch.setattr(hub, "_read", lambda after, missing: 1 / 0)
            assert await told(watcher, 1) == ["end"]
        monkeypatch.undo()
        monkeypatch.setattr(hub_module, "POLL_SECONDS", 0.02)
        async with hub.watch(SYSTEM) as watcher:
            happen(platform, "job.done")
            assert await told(watcher, 1) == ["job.done"]

    run(test())


# Over HTTP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def serve(app: FastAPI) -> Iterator[Callable[[], str]]:
    """Run the application on a port of this machine; the second call stops it."""
    listener = listen("127.0.0.1", 0)
    server = _Server(app, started=None)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = address_of(listener)

    def stop() -> str:
        server.should_exit = True
        thread.join()
        return address

    stop.address = address  # type: ignore[attr-defined]
    yield stop
    stop()


def lines_of(answer: httpx.Response) -> Iterator[str]:
    return (line for line in answer.iter_lines() if line and not line.startswith(("retry", ":")))


def test_a_stream_tells_what_happens_and_ends_with_the_server(
    serve: Callable[[], str], client: TestClient, platform: Platform
) -> None:
    url = f"{serve.address}/api/v1/events"  # type: ignore[attr-defined]
    with httpx.stream("GET", url, cookies=dict(client.cookies), timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        lines = lines_of(answer)
        assert next(lines) == "id: 0"
        happen(platform, "job.done", text="a\nb: ü")

        assert next(lines) == "id: 1"
        assert next(lines) == "event: job.done"
        data = json.loads(next(lines).removeprefix("data: "))
        assert (data["number"], data["kind"], data["data"]) == (1, "job.done", {"text": "a\nb: ü"})

        began = time.monotonic()
        serve()
        assert list(lines) == []
        assert time.monotonic() - began < GRACE_SECONDS


def test_a_stream_goes_on_where_it_was(serve: Callable[[], str], client: TestClient, platform: Platform) -> None:
    for _ in range(3):
        happen(platform, "job.done")
    url, headers = f"{serve.address}/api/v1/events", {"Last-Event-ID": "1"}  # type: ignore[attr-defined]
    with httpx.stream("GET", url, cookies=dict(client.cookies), headers=headers, timeout=30) as answer:
        lines = lines_of(answer)
        assert [next(lines) for _ in range(6)][::3] == ["id: 2", "id: 3"]


def test_who_loses_the_stream_before_the_first_event_misses_nothing(
    serve: Callable[[], str], client: TestClient, platform: Platform
) -> None:
    url, cookies = f"{serve.address}/api/v1/events", dict(client.cookies)  # type: ignore[attr-defined]
    happen(platform, "job.queued")
    with httpx.stream("GET", url, cookies=cookies, timeout=30) as answer:
        begun = next(lines_of(answer)).removeprefix("id: ")
    happen(platform, "job.done")
    with httpx.stream("GET", url, cookies=cookies, headers={"Last-Event-ID": begun}, timeout=30) as answer:
        lines = lines_of(answer)
        assert [next(lines), next(lines)] == ["id: 2", "event: job.done"]


def test_a_stream_ends_with_the_session(
    serve: Callable[[], str], as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user()
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.1)
    url = f"{serve.address}/api/v1/events"  # type: ignore[attr-defined]
    with httpx.stream("GET", url, cookies=dict(client.cookies), timeout=30) as answer:
        parts = answer.iter_lines()
        assert next(parts) == "retry: 2000"
        assert ":" in (next(parts), next(parts), next(parts))
        client.delete("/api/v1/session")

        assert not [line for line in parts if line.startswith("event")]


def test_many_streams_take_few_threads(serve: Callable[[], str], client: TestClient, platform: Platform) -> None:
    number = 200
    url = f"{serve.address}/api/v1/events"  # type: ignore[attr-defined]

    async def read(session: httpx.AsyncClient, ready: asyncio.Semaphore) -> str:
        async with session.stream("GET", url) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            ready.release()
            while not (line := await anext(lines)).startswith("event"):
                pass
            return line

    async def test() -> None:
        ready = asyncio.Semaphore(0)
        limits = httpx.Limits(max_connections=number)
        async with httpx.AsyncClient(cookies=dict(client.cookies), timeout=30, limits=limits) as session:
            readers = [asyncio.create_task(read(session, ready)) for _ in range(number)]
            for _ in range(number):
                await ready.acquire()
            # Those that answer other requests: at most 40, whatever number of streams is open.
            assert threading.active_count() < 60
            happen(platform, "job.done")
            assert await asyncio.gather(*readers) == ["event: job.done"] * number

    asyncio.run(asyncio.wait_for(test(), 60))


def test_a_project_that_one_may_not_see_is_not_there(as_user: AsUser, platform: Platform) -> None:
    project = add_project(platform.database)

    assert as_user().get("/api/v1/events", params={"project_id": project}).status_code == 404


@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({"project_id": "x"}, {}),
        ({"kinds": ",".join(map(str, range(100)))}, {}),
        ({}, {"Last-Event-ID": "first"}),
        ({}, {"Last-Event-ID": "-1"}),
        ({}, {"Last-Event-ID": "9" * 19}),
    ],
)
def test_questions_that_make_no_sense(params: dict[str, str], headers: dict[str, str], client: TestClient) -> None:
    assert client.get("/api/v1/events", params=params, headers=headers).status_code == 422


def test_nobody_watches_without_signing_in(anonymous: TestClient) -> None:
    assert anonymous.get("/api/v1/events").status_code == 401
