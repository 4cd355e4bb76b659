"""What `earmark doctor` looks at of jobs: the broker, the workers, what waits; and messages that nobody takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.webhook import DeliveryState
from earmark.errors import EarmarkError, InvalidSettings
from earmark.services.findings import Finding, Subject, failed, failed_by, ok, skipped, warning
from earmark.store import deliveries, jobs
from earmark.store.database import now
from earmark.store.migrate import require_latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Celery

    from earmark.store.database import Database

ANSWER_SECONDS = 3.0
"""How long broker and workers have to answer."""
WAITS_LONG = 600.0
"""Seconds from which a waiting job is worth a look."""


def look_at_queue(subject: Subject, database: Database | None) -> Iterator[Finding]:
    """See who does the jobs, and whether anybody does."""
    settings = subject.settings
    if settings.queue == "local":
        yield ok("queue", f"up to {settings.workers} processes of the server itself")
    elif settings.broker:
        yield from _look_at_broker(settings.broker)
    if database is None:
        yield skipped("jobs", "the database does not answer")
        return
    try:
        with database.read() as connection:
            require_latest(connection)
            since, totals = jobs.oldest_waiting(connection), jobs.totals(connection)
            messages = deliveries.counts(connection)
    except InvalidSettings:
        yield skipped("jobs", "there are no tables yet")
        return
    age = 0.0 if since is None else (now() - since).total_seconds()
    told = f"{sum(sum(one.states.values()) for one in totals)} jobs so far"
    if age > WAITS_LONG:
        do = "See that workers run: the server itself, or `earmark worker`."
        yield warning("jobs", f"one waits for {age / 60:.0f} minutes", do)
    else:
        yield ok("jobs", told)
    lost = messages.get(DeliveryState.FAILED, 0)
    if lost:
        yield warning(
            "webhooks", f"{lost} messages were given up within 30 days", "Look at the deliveries of the webhooks."
        )


def _look_at_broker(broker: str) -> Iterator[Finding]:
    from earmark.jobs.celery import make_app

    try:
        app = make_app(broker)
    except EarmarkError as error:
        yield failed_by("broker", error)
        return
    where = app.connection_for_read().as_uri()
    why = _refuses(app)
    if why is not None:
        yield failed("broker", f"{where}: {why}", "Start it, or correct address, user and password in EARMARK_BROKER.")
        return
    yield ok("broker", f"{where} answers")
    workers = app.control.ping(timeout=ANSWER_SECONDS)
    names = ", ".join(sorted(name for answer in workers for name in answer))
    if names:
        yield ok("workers", names)
    else:
        yield warning("workers", "none answers", "Start `earmark worker` with the same settings.")


def _refuses(app: Celery) -> str | None:
    """Connect to the broker; give what goes wrong, None if nothing does."""
    from kombu.exceptions import KombuError

    with app.connection_for_read(connect_timeout=ANSWER_SECONDS) as connection:
        refusals = (*connection.connection_errors, *connection.channel_errors)
        try:
            connection.ensure_connection(max_retries=1, timeout=ANSWER_SECONDS)
        except (KombuError, OSError, ValueError, *refusals) as error:
            return str(error).splitlines()[0] if str(error) else type(error).__name__
    return None
