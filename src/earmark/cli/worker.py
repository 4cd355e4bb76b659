"""``earmark worker``: does jobs on this machine for a server that runs elsewhere, or that has no workers of its own."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from earmark.app import Context

_POLL = 0.2


def worker_command(
    concurrency: Annotated[
        int | None,
        typer.Option("--concurrency", "-c", min=1, help="Jobs side by side; by default as the setting 'workers' says."),
    ] = None,
    child_of: Annotated[int | None, typer.Option("--child-of", hidden=True)] = None,
    *,
    live: Annotated[bool, typer.Option("--live", hidden=True)] = False,
) -> None:
    """Do jobs until stopped; Ctrl-C puts those that run back into the queue.

    With the setting 'queue' at 'celery' this is a Celery worker that hears of jobs from the broker. Else it looks into
    the jobs table by itself.
    """
    from earmark.app import Context
    from earmark.server import logs

    context = Context.from_environment()
    logs.configure(context.settings)
    if child_of is not None and live:
        _be_live(context, child_of)
    elif child_of is not None:
        _be_child(context, child_of)
    elif context.settings.queue == "celery":
        _be_celery(context, concurrency or context.settings.workers)
    else:
        _supervise(context, concurrency or context.settings.workers)


def _be_child(context: Context, parent: int) -> None:
    """Work as one of the processes of a supervisor, and end with it."""
    from earmark.jobs.process import end_with
    from earmark.jobs.worker import work

    end_with(parent)
    # Ctrl-C is for the supervisor, which then asks this process to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    database, bodies = context.open_worker()
    work(database, bodies, stopping=_asked_by(signal.SIGTERM))


def _be_live(context: Context, parent: int) -> None:
    """Follow one live session, which comes in on standard input, and end with the process that started this one."""
    from earmark.jobs.process import end_with
    from earmark.services.live_worker import run_live

    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries that print shall not do so into what is told.
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    run_live(sys.stdin.buffer, told, context.live_engines)
    # Not by the usual way: a thread waits for input, and the engine may compute what nobody waits for.
    os._exit(0)


def _supervise(context: Context, most: int) -> None:
    stopping = _asked_by(signal.SIGTERM, signal.SIGINT)
    database = context.database()
    database.check()
    pool = context.local_pool(database, most)
    pool.start()
    typer.echo(f"up to {most} jobs side by side; Ctrl-C ends", err=True)
    while not stopping():
        time.sleep(_POLL)
    pool.stop()


def _be_celery(context: Context, concurrency: int) -> None:
    from earmark.jobs.celery import make_app, run_worker

    app = make_app(context.settings.broker)
    raise typer.Exit(run_worker(app, context.open_worker, concurrency=concurrency, limits=context.limits))


def _asked_by(*signals: signal.Signals) -> Callable[[], bool]:
    """Say whether one of some signals came; without a lock, which a handler could find taken."""
    came: list[int] = []
    for number in signals:
        signal.signal(number, lambda came_in, _frame: came.append(came_in))
    return lambda: bool(came)
