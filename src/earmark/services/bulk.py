"""One thing done with many recordings: those named, or all that a filter fits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.core.library import require_tags
from earmark.core.people import Permission
from earmark.core.search import Order, RecordingFilter
from earmark.errors import InvalidValue
from earmark.services import access, library
from earmark.services.annotate_requests import LeftOut, Reason, reason_against, tell_left_out
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
    left_out : tuple of LeftOut
        What was to be annotated and gets no job.
    next : str or None
        Where to go on: the filter fits more than are changed at once.
    """

    matched: int
    changed: int
    left_out: tuple[LeftOut, ...] = ()
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
    many = _Many(platform, actor, project_id, action, tags)
    # In the order of ids, so that two at the same time do not wait for each other in a circle.
    ordered = sorted(set(ids))
    for begin in range(0, len(ordered), BATCH):
        many.step(ordered[begin : begin + BATCH])
    return many.outcome()


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
    many = _Many(platform, actor, project_id, action, tags)
    while many.matched < MOST_AT_ONCE:
        # By the time of creation, which no action changes: none is met twice, none left out.
        found = library.page(platform, actor, project_id, wanted, order=Order.ASC, cursor=cursor, limit=BATCH)
        many.step(sorted(recording.id for recording in found.items))
        cursor = found.next
        if cursor is None:
            break
    return many.outcome(cursor)


_Outcome = bool | str | Reason
"""Of one recording: whether it is different now, the id of its new job, or why it gets none."""


@dataclass(slots=True)
class _Many:
    """One request, and what became of it so far."""

    platform: Platform
    actor: Actor
    project_id: str
    action: BulkAction
    tags: Sequence[str]
    matched: int = 0
    changed: int = 0
    left_out: dict[Reason, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.tags = require_tags(self.tags)
        if bool(self.tags) != (self.action in (BulkAction.TAG, BulkAction.UNTAG)):
            raise InvalidValue("tags are given to tag or untag recordings, and for nothing else")

    def step(self, ids: Sequence[str]) -> None:
        """Do it with some recordings in one transaction."""
        with self.platform.database.write() as connection:
            access.require(connection, self.actor, self.project_id, PERMISSION_FOR.get(self.action, Permission.MANAGE))
            project = projects.get(connection, self.project_id)
            found = [r for r in store.get_all(connection, ids, lock=True) if r.project_id == self.project_id]
            bulk = _Bulk(connection, self.actor, project, tuple(self.tags))
            outcomes = {recording.id: _ACTS[self.action](bulk, recording) for recording in found}
        self.matched += len(found)
        for recording_id in ids:
            self._note(recording_id, outcomes.get(recording_id, Reason.NOT_FOUND))

    def _note(self, recording_id: str, outcome: _Outcome) -> None:
        if isinstance(outcome, Reason):
            self.left_out[outcome].append(recording_id)
            return
        self.changed += outcome is not False
        if isinstance(outcome, str):
            self.platform.wake(outcome)

    def outcome(self, next_one: str | None = None) -> BulkOutcome:
        """Tell what became of it."""
        left_out = tell_left_out(self.left_out) if self.action is BulkAction.ANNOTATE else ()
        return BulkOutcome(matched=self.matched, changed=self.changed, left_out=left_out, next=next_one)


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


def _annotate(bulk: _Bulk, recording: StoredRecording) -> str | Reason:
    if (reason := reason_against(recording, bulk.project.id)) is not None:
        return reason
    return add_annotate_job(bulk.connection, bulk.actor, bulk.project, recording.id)


_ACTS: dict[BulkAction, Callable[[_Bulk, StoredRecording], _Outcome]] = {
    BulkAction.TAG: _tag,
    BulkAction.UNTAG: _untag,
    BulkAction.TRASH: _trash,
    BulkAction.RESTORE: _restore,
    BulkAction.ANNOTATE: _annotate,
}
