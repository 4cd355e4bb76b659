"""Live updates: one reader of the events table for all who watch.

While anybody watches, one task asks the database twice a second what happened and hands it to a bounded queue for each
watcher; one that does not keep up is cut off and comes back by itself (`Last-Event-ID`). Two hundred watchers cost one
query and no thread.

Numbers of events are given out when they are written and seen when they are committed, so that 7 may come before 6. A
number that is missing is asked for again for half a minute. What is written as the id of an event is the number up to
which nothing is missing: who comes back may get an event twice, but misses none.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from earmark.core.people import Scope
from earmark.errors import StoreUnavailable
from earmark.store import events, people

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from earmark.core.audit import Event
    from earmark.core.people import Actor
    from earmark.store.database import Database

POLL_SECONDS = 0.5
GAP_SECONDS = 30.0
"""How long a transaction may take between writing an event and its end."""
MAX_GAPS = 1000
QUEUE = 1000
"""Events that a watcher may be behind."""
PAGE = 500

log = logging.getLogger("earmark.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An event as it is handed out.

    Attributes
    ----------
    resume : int
        No event up to this number comes any more.
    """

    event: Event
    resume: int


@dataclass(eq=False)
class Watcher:
    """Somebody who watches.

    Attributes
    ----------
    actor : Actor
        Who; replaced when rights change.
    project_id : str or None
        Only events of this project.
    kinds : frozenset of str
        Only these kinds; empty for all.
    queue : asyncio.Queue
        What is to be told; None is the end.
    begins_after : int or None
        The event after which it watches, where it did not say one itself.
    """

    actor: Actor
    project_id: str | None
    kinds: frozenset[str]
    ended: bool = False
    queue: asyncio.Queue[Sent | None] = field(default_factory=lambda: asyncio.Queue(QUEUE + 1))
    begins_after: int | None = None

    def wants(self, event: Event) -> bool:
        """Whether the watcher asked for events like this."""
        return self.project_id in (None, event.project_id) and (not self.kinds or event.kind in self.kinds)

    def tell(self, sent: Sent) -> None:
        """Hand out an event; who is too far behind is let go."""
        if self.queue.qsize() >= QUEUE:
            self.end()
        elif not self.ended:
            self.queue.put_nowait(sent)

    def end(self) -> None:
        """Let the watcher go, after what is in the queue."""
        if not self.ended:
            self.ended = True
            self.queue.put_nowait(None)


class Numbers:
    """Which events were seen, and which may still come."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._missing: dict[int, float] = {}

    @property
    def missing(self) -> list[int]:
        """Numbers below the last one that were not seen."""
        return list(self._missing)

    @property
    def resume(self) -> int:
        """The number up to which nothing is missing."""
        return min(self._missing, default=self.last + 1) - 1

    def note(self, seen: Iterable[int], *, at: float) -> None:
        """Take in numbers that were seen, and give up those that nobody sees any more: they were rolled back."""
        for number in sorted(seen):
            self._missing.pop(number, None)
            self._missing |= dict.fromkeys(range(max(self.last + 1, number - MAX_GAPS), number), at)
            self.last = max(self.last, number)
        self._missing = {number: since for number, since in self._missing.items() if at - since < GAP_SECONDS}


class Hub:
    """Hands out events to all who watch in this process.

    Attributes
    ----------
    watching : int
        How many watch.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.closed = False
        self.watching = 0
        self._watchers: set[Watcher] = set()
        self._numbers: Numbers | None = None
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(
        self,
        actor: Actor,
        *,
        project_id: str | None = None,
        kinds: frozenset[str] = frozenset(),
        after: int | None = None,
    ) -> AsyncIterator[Watcher]:
        """Watch what happens from now on, or from after an event that was seen before."""
        watcher = Watcher(actor=actor, project_id=project_id, kinds=kinds)
        self.watching += 1
        try:
            await self._join(watcher, after)
            yield watcher
        finally:
            self.watching -= 1
            self._watchers.discard(watcher)
            if not self.watching:
                self._stop()

    def close(self) -> None:
        """End all streams: the server stops."""
        self.closed = True
        self._stop()

    async def _join(self, watcher: Watcher, after: int | None) -> None:
        numbers = await self._start()
        while after is not None and after < numbers.last and not watcher.ended:
            after = await self._catch_up(watcher, after, numbers)
        if after is None:
            watcher.begins_after = numbers.resume
        # Nothing is awaited between the last look at the numbers and this: no event falls in between.
        self._watchers.add(watcher)
        if self.closed:
            watcher.end()

    async def _start(self) -> Numbers:
        if self._numbers is None:
            last = await run_in_threadpool(self._last_number)
            # Somebody else may have been as fast.
            self._numbers = self._numbers or Numbers(last)
        if self._task is None and not self.closed:
            self._task = asyncio.create_task(self._run(self._numbers))
        return self._numbers

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self._numbers = None
        for watcher in self._watchers:
            watcher.end()

    async def _run(self, numbers: Numbers) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._poll(numbers)
            except StoreUnavailable as error:
                log.warning("live updates wait for the database: %s", error, extra={"action": "events.waiting"})
            except Exception:
                log.exception("live updates broke off; those who watch come back", extra={"action": "events.broken"})
                self._task = None
                self._stop()
                return

    async def _poll(self, numbers: Numbers) -> None:
        found = await run_in_threadpool(self._read, numbers.last, numbers.missing)
        numbers.note((event.number for event in found), at=time.monotonic())
        if found:
            await self._tell(found, list(self._watchers), resume=numbers.resume)

    async def _catch_up(self, watcher: Watcher, after: int, numbers: Numbers) -> int:
        """Hand out a page of what happened while the watcher was away; return how far it went."""
        until = numbers.last
        found = [event for event in await run_in_threadpool(self._read, after, []) if event.number <= until]
        await self._tell(found, [watcher], resume=numbers.resume)
        return found[-1].number if found else until

    async def _tell(self, found: list[Event], watchers: list[Watcher], *, resume: int) -> None:
        members = await run_in_threadpool(self._members, found, watchers)
        for watcher in watchers:
            for event in found:
                if watcher.wants(event) and may_see(watcher.actor, event, members):
                    watcher.tell(Sent(event=event, resume=min(resume, event.number)))

    def _last_number(self) -> int:
        with self.database.read() as connection:
            return events.last_number(connection)

    def _read(self, after: int, missing: list[int]) -> list[Event]:
        with self.database.read() as connection:
            late = events.numbered(connection, missing) if missing else ()
            return [*late, *events.after(connection, after, limit=PAGE)]

    def _members(self, found: list[Event], watchers: list[Watcher]) -> frozenset[tuple[str, str]]:
        users = {watcher.actor.user_id for watcher in watchers if watcher.actor.user_id is not None}
        projects = {event.project_id for event in found if event.project_id is not None}
        if not users or not projects:
            return frozenset()
        with self.database.read() as connection:
            return people.members_among(connection, users, projects)


def may_see(actor: Actor, event: Event, members: frozenset[tuple[str, str]]) -> bool:
    """Whether somebody may know of an event: members of its project, and administrators of the rest."""
    if event.project_id is None:
        return actor.is_administrator and Scope.ADMIN in actor.scopes
    if not {Scope.READ, Scope.ADMIN} & actor.scopes:
        return False
    return actor.is_administrator or (actor.user_id, event.project_id) in members
