"""``/system``: how the server is, for its administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from earmark import __version__
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.schemas import Answer
from earmark.services.doctor import worst
from earmark.services.findings import State
from earmark.services.system import HOURS, SystemState, diagnose, look_at_system

router = APIRouter(tags=["system"])


class Room(Answer):
    """Room that there is."""

    free: int = Field(description="Bytes that are free.", examples=[120_000_000_000])
    total: int = Field(description="Bytes in all.", examples=[500_000_000_000])


class CacheAnswer(Answer):
    """Pictures and copies that are kept because they can be made again."""

    bytes: int = Field(description="How many there are now.")
    limit: int = Field(description="How many there may be.")


class QueueAnswer(Answer):
    """Jobs that are not done yet."""

    kind: Literal["local", "celery"] = Field(description="Who does them: processes of the server, or Celery.")
    queued: int = Field(description="Jobs that wait.", examples=[3])
    running: int = Field(description="Jobs that run.", examples=[1])
    waiting_since: datetime | None = Field(
        description="Since when the job waits that waits longest and might begin; null where none does."
    )
    local_workers: int | None = Field(
        description="How many processes the server starts at most; null with Celery.", examples=[1]
    )


class WorkerAnswer(Answer):
    """A worker that has a job."""

    name: str = Field(description="Host and process.", examples=["host:4711"])
    state: Literal["working", "silent"] = Field(
        description="`silent`: nothing was heard of it for a minute; its job goes to another one."
    )
    job_id: str = Field(description="What it works on, see `/jobs/{job_id}`.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    kind: str = Field(description="Kind of job.", examples=["annotate"])
    project_id: str | None = Field(description="Where.")
    recording_id: str | None = Field(description="On which recording.")
    stage: str = Field(description="What is being done now.", examples=["transcribe"])
    progress: float = Field(description="Part done, 0 to 1.", examples=[0.4])
    since: datetime | None = Field(description="When it began.")


class HourAnswer(Answer):
    """What jobs ended in one hour."""

    hour: datetime = Field(description="When it began.")
    done: int = Field(description="Jobs that ended well.", examples=[12])
    failed: int = Field(description="Jobs that failed.", examples=[0])
    audio_seconds: float = Field(description="Seconds of sound that those worked on which are done.", examples=[3600.0])
    run_seconds: float = Field(
        description="Seconds that those took: `audio_seconds / run_seconds` is how many times faster than sound.",
        examples=[240.0],
    )


class SystemAnswer(Answer):
    """How a server is."""

    version: str = Field(description="Version of Earmark.", examples=[__version__])
    at: datetime = Field(description="Now, by the clock of the server.")
    started_at: datetime = Field(description="When this process of the server began.")
    database: str = Field(description="sqlite, postgresql, mysql or mariadb.", examples=["sqlite"])
    files: Literal["folder", "s3"] = Field(description="Where files are kept.")
    disk: Room = Field(description="The disk of the data folder.")
    memory: Room = Field(description="The memory of this machine.")
    cache: CacheAnswer = Field(description="The cache of this machine.")
    queue: QueueAnswer = Field(description="What waits and runs, and who does it.")
    workers: list[WorkerAnswer] = Field(description="Workers that have a job; of idle ones nothing is known.")
    jobs_by_hour: list[HourAnswer] = Field(
        description=f"What jobs ended in each of the last {HOURS} hours, the earliest first; the last one is not over."
    )
    people: int = Field(description="Accounts that may sign in.")
    projects: int = Field(description="Projects; what lies in the trash is left out here and below.")
    recordings: int = Field(description="Recordings.")
    recorded_seconds: float = Field(description="Seconds of sound in them.")
    annotations: int = Field(description="Annotations.")
    segments: int = Field(description="Segments in them.")
    media_bytes: int = Field(description="Bytes of all media files, each content once, those in the trash too.")


class FindingAnswer(Answer):
    """What a look at one part of the server found."""

    name: str = Field(description="The part.", examples=["disk"])
    state: State = Field(description="ok, warning (it could be better), failed, or skipped (not looked at).")
    message: str = Field(description="What was seen.", examples=["120.0 GB free on the disk of /data"])
    do: str = Field(description="What to do; empty where nothing is to be done.")


class DoctorAnswer(Answer):
    """What a look at all parts of the server found."""

    version: str = Field(description="Version of Earmark.", examples=[__version__])
    state: State = Field(description="That of the part that is worst.")
    findings: list[FindingAnswer] = Field(description="Part by part.")


@router.get("/system", summary="See how the server is", response_model=SystemAnswer)
def get_system(platform: PlatformDep, actor: ActorDep) -> object:
    """Tell what the server has to do, who does it, how fast, and how much room is left. Administrators may see it."""
    return _told(look_at_system(platform, actor))


def _told(found: SystemState) -> dict[str, object]:
    same = {name: getattr(found, name) for name in ("at", "started_at", "database", "files")}
    workers = [
        {
            **{name: getattr(hand, name) for name in WorkerAnswer.model_fields if name != "state"},
            "state": "silent" if hand.heard_until is not None and hand.heard_until < found.at else "working",
        }
        for hand in found.workers
    ]
    amounts = dict(found.amounts)
    return {
        **same,
        "version": __version__,
        "workers": workers,
        "disk": {"free": found.disk_free, "total": found.disk_total},
        "memory": {"free": found.memory_free, "total": found.memory_total},
        "cache": {"bytes": found.cache_bytes, "limit": found.cache_limit},
        "queue": {
            "kind": found.queue,
            **{name: getattr(found, name) for name in ("queued", "running", "waiting_since", "local_workers")},
        },
        "jobs_by_hour": found.hours,
        "recorded_seconds": amounts.pop("seconds"),
        "media_bytes": amounts.pop("bytes"),
        **amounts,
    }


@router.get("/system/doctor", summary="Look at all parts of the server", response_model=DoctorAnswer)
def examine_system(platform: PlatformDep, actor: ActorDep) -> object:
    """Look at settings, database, files, disk, queue, models, codecs, memory, clock and network, like `earmark doctor`.

    Takes some seconds. Administrators may.
    """
    found = diagnose(platform, actor)
    return {"version": __version__, "state": worst(found), "findings": found}
