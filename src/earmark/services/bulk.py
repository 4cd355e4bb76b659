"""One thing done with many recordings: those named, or all that a filter fits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.core.library import RecordingState, require_tags
from earmark.core.people import Permission
from earmark.core.search import Order, RecordingFilter
from earmark.errors import InvalidValue
from earmark.services import access, library
from earmark.services.library import add_annotate_job
from earmark.store import projects
from earmark.store import recordings as store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.core.project import Project
    from earmark.services.platform import Platform

BATCH = 500
"""Recordings that are changed in one transaction."""
MOST_AT_ONCE = 10_000
"""Recordings that one request changes; it says where to go on."""


class BulkAction(StrEnum):
    """What is done with many recordings."""

    TAG = "tag"
    UNTAG = "untag"
    TRASH = "trash"
    RESTORE = "restore"
    ANNOTATE = "annotate"


PERMISSION_FOR = {BulkAction.TAG: Permission.ANNOTATE, BulkAction.UNTAG: Permission.ANNOTATE}
"""What an action needs; the others need ``MANAGE``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """What became of an action on many recordings.

    Attributes
    ----------
    matched, changed : int
        Recordings that were meant, and those of them that are different now (or have a new job).
    next : str or None
        Where to go on: the filter fits more than are changed at once.
    """

    matched: int
    changed: int
    next: str | None = None


def bulk_by_ids(
    platform: Platform,
    actor: Actor,
    project_id: str,
    action: BulkAction,
    ids: Sequence[str],
    *,
    tags: Sequence[str] = (),
) -> BulkOutcome:
    """Do something with recordings of a project; ids that are not there, or not in this project, are left out.

    Raises
    ------
    InvalidValue
        They are more than `MOST_AT_ONCE`, or there is no tag to give or take.
    """
    if len(ids) > MOST_AT_ONCE:
        raise InvalidValue(f"at most {MOST_AT_ONCE} recordings are changed at once, not {len(ids)}")
    step = _step(platform, actor, project_id, action, tags)
    # In the order of ids, so that two at the same time do not wait for each other in a circle.
    ordered = sorted(set(ids))
    batches = [step(ordered[begin : begin + BATCH]) for begin in range(0, len(ordered), BATCH)]
    return BulkOutcome(matched=sum(batch[0] for batch in batches), changed=sum(batch[1] for batch in batches))


def bulk_by_filter(
    platform: Platform,
    actor: Actor,
    project_id: str,
    action: BulkAction,
    wanted: RecordingFilter,
    *,
    tags: Sequence[str] = (),
    cursor: str | None = None,
) -> BulkOutcome:
    """Do something with all recordings of a project that a filter fits, up to `MOST_AT_ONCE` of them.

    Raises
    ------
    InvalidValue
        There is no tag to give or take, or the cursor is not one of this action.
    """
    step, matched, changed = _step(platform, actor, project_id, action, tags), 0, 0
    while matched < MOST_AT_ONCE:
        # By the time of creation, which no action changes: none is met twice, none left out.
        found = library.page(platform, actor, project_id, wanted, order=Order.ASC, cursor=cursor, limit=BATCH)
        done = step(sorted(recording.id for recording in found.items)) if found.items else (0, 0)
        matched, changed, cursor = matched + done[0], changed + done[1], found.next
        if cursor is None:
            break
    return BulkOutcome(matched=matched, changed=changed, next=cursor)


def _step(
    platform: Platform, actor: Actor, project_id: str, action: BulkAction, tags: Sequence[str]
) -> Callable[[Sequence[str]], tuple[int, int]]:
    """Give what does the action with some recordings in one transaction; it tells how many there were and changed."""
    wanted = require_tags(tags)
    if bool(wanted) != (action in (BulkAction.TAG, BulkAction.UNTAG)):
        raise InvalidValue("tags are given to tag or untag recordings, and for nothing else")
    permission = PERMISSION_FOR.get(action, Permission.MANAGE)
    act = _ACTS[action]

    def step(ids: Sequence[str]) -> tuple[int, int]:
        with platform.database.write() as connection:
            access.require(connection, actor, project_id, permission)
            project = projects.get(connection, project_id)
            found = [r for r in store.get_all(connection, ids, lock=True) if r.project_id == project_id]
            outcomes = [act(_Bulk(connection, actor, project, wanted), recording) for recording in found]
        for job_id in outcomes:
            if isinstance(job_id, str):
                platform.wake(job_id)
        return len(found), sum(outcome is not False for outcome in outcomes)

    return step


@dataclass(frozen=True, slots=True)
class _Bulk:
    connection: Connection
    actor: Actor
    project: Project
    tags: tuple[str, ...]


def _tag(bulk: _Bulk, before: StoredRecording) -> bool:
    tags = require_tags({*before.tags, *bulk.tags})
    return library.save(bulk.connection, bulk.actor, before, {"tags": tags}, "recording.updated") is not before


def _untag(bulk: _Bulk, before: StoredRecording) -> bool:
    tags = tuple(tag for tag in before.tags if tag not in bulk.tags)
    return library.save(bulk.connection, bulk.actor, before, {"tags": tags}, "recording.updated") is not before


def _trash(bulk: _Bulk, before: StoredRecording) -> bool:
    return library.to_trash(bulk.connection, bulk.actor, before) is not before


def _restore(bulk: _Bulk, before: StoredRecording) -> bool:
    return library.save(bulk.connection, bulk.actor, before, {"deleted_at": None}, "recording.restored") is not before


def _annotate(bulk: _Bulk, recording: StoredRecording) -> bool | str:
    if recording.state is not RecordingState.READY or recording.deleted_at is not None:
        return False
    return add_annotate_job(bulk.connection, bulk.actor, bulk.project, recording.id)


_ACTS: dict[BulkAction, Callable[[_Bulk, StoredRecording], bool | str]] = {
    BulkAction.TAG: _tag,
    BulkAction.UNTAG: _untag,
    BulkAction.TRASH: _trash,
    BulkAction.RESTORE: _restore,
    BulkAction.ANNOTATE: _annotate,
}
