"""People's work on annotations: change segments together, undo, hand in, approve.

No edit is ever lost: each batch becomes a revision with the state before and after of every segment that it changed,
the annotation's row is locked while one is made, and a batch made on an older state is refused, or merged where nobody
else touched the same segments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.core.edits import Change, changes_of
from earmark.core.fit import require_fit
from earmark.core.people import Permission
from earmark.core.review import AnnotationKind, AnnotationStatus, Revision, StoredAnnotation
from earmark.errors import Conflict, Forbidden, InvalidValue, StaleEdit
from earmark.services import access
from earmark.services.annotations import find, record, require_author, require_revision, require_usable
from earmark.store import annotations as headers
from earmark.store import history, recordings, segments
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.edits import Edit
    from earmark.core.people import Actor
    from earmark.core.recording import Recording
    from earmark.core.review import RevisionChanges
    from earmark.services.platform import Platform

MAX_EDITS = 10_000
"""Most edits that are made together."""
MAX_TOLD = 1000
"""Most revisions, and changes in all of them, of which somebody hears whose edits came late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of edits.

    Attributes
    ----------
    annotation : StoredAnnotation
        The annotation at its new revision; the old one where the edits changed nothing.
    others : tuple of RevisionChanges
        What others changed since the revision that the edits were made on, where they were merged.
    """

    annotation: StoredAnnotation
    others: tuple[RevisionChanges, ...] = ()


def edit(
    platform: Platform,
    actor: Actor,
    annotation_id: str,
    edits: Sequence[Edit],
    *,
    base_revision: int,
    merge: bool = False,
) -> Edited:
    """Change segments together: all edits are made, or none.

    Parameters
    ----------
    edits : sequence of Edit
        Up to 10,000, in the order in which they apply.
    base_revision : int
        The revision that they were made on.
    merge : bool
        Take them although there are later revisions, if those touched none of the same segments.

    Raises
    ------
    StaleEdit
        Others changed the annotation since; with the current revision and what they changed.
    Conflict
        It is the work of a model or from a file, handed in, reviewed, or in the trash.
    Forbidden, NotFound
        The actor may not change it.
    InvalidItems, InvalidValue
        Some segments do not fit the recording, are added although they are there, or are not there.
    """
    if not 1 <= len(edits) <= MAX_EDITS:
        raise InvalidValue(f"1 to {MAX_EDITS} edits are made together, not {len(edits)}.")
    with platform.database.write() as connection:
        header, media = open_for_change(connection, actor, annotation_id)
        names = {one.id for one in edits}
        others = require_base(connection, header, base_revision, names if merge else None)
        given = ((f"edit {n}, segment {one.id}", one.segment) for n, one in enumerate(edits, 1))
        require_fit(((name, segment) for name, segment in given if segment is not None), media)
        made = changes_of(edits, segments.by_id(connection, annotation_id, names))
        header = add_revision(connection, actor, header, made)
        if made:
            record(connection, actor, "annotation.edited", header, **told(actor, header, made), merged=bool(others))
        return Edited(annotation=header, others=others)


def revert(
    platform: Platform, actor: Actor, annotation_id: str, *, base_revision: int, to_revision: int | None = None
) -> Edited:
    """Bring an earlier state back, as a new revision: nothing is taken out of the history.

    Parameters
    ----------
    base_revision : int
        The revision that the actor looks at; it must be the latest.
    to_revision : int or None
        The state to bring back; None takes back the latest revision (twice: brings it back).

    Raises
    ------
    InvalidValue
        There is no such earlier revision.
    StaleEdit, Conflict, Forbidden, NotFound
        As for `edit`.
    """
    with platform.database.write() as connection:
        header, _ = open_for_change(connection, actor, annotation_id)
        require_base(connection, header, base_revision, None)
        target = header.revision - 1 if to_revision is None else to_revision
        if not 1 <= target < header.revision:
            raise InvalidValue(f"there is no revision {target} before revision {header.revision}.")
        made = _way_back(connection, annotation_id, target)
        header = add_revision(connection, actor, header, made, reverts_to=target)
        record(connection, actor, "annotation.reverted", header, **told(actor, header, made), reverts_to=target)
        return Edited(annotation=header)


def _way_back(connection: Connection, annotation_id: str, target: int) -> tuple[Change, ...]:
    """What is between now and an earlier revision, each segment once."""
    found: dict[str, Change] = {}
    for change in history.backwards(connection, annotation_id, target):
        held = found.get(change.id, change)
        found[change.id] = Change(id=change.id, before=held.before, after=change.after)
    return tuple(change for change in found.values() if change.before != change.after)


def open_for_change(connection: Connection, actor: Actor, annotation_id: str) -> tuple[StoredAnnotation, Recording]:
    """Lock an annotation, and make sure that the actor may change it as it is."""
    header = find(connection, actor, annotation_id, Permission.ANNOTATE, lock=True)
    if header.kind is not AnnotationKind.PERSON:
        raise Conflict("what models and files say stays as it is. Make a copy of this annotation and change that.")
    require_author(connection, actor, header)
    recording = recordings.get(connection, header.recording_id)
    require_usable(recording, header)
    if header.status is AnnotationStatus.REVIEWED:
        raise Conflict("the annotation was reviewed and stays as it is. Reopen it first.")
    if header.status is AnnotationStatus.SUBMITTED and not _manages(connection, actor, header):
        raise Conflict("the annotation was handed in for review. Reopen it first.")
    return header, recording.media


def _manages(connection: Connection, actor: Actor, header: StoredAnnotation) -> bool:
    try:
        access.require(connection, actor, header.project_id, Permission.MANAGE)
    except Forbidden:
        return False
    return True


def require_base(
    connection: Connection, header: StoredAnnotation, base: int, mergeable: Collection[str] | None
) -> tuple[RevisionChanges, ...]:
    """Raise ``StaleEdit`` for an older base, unless only other segments than the mergeable ones were changed since."""
    if not 1 <= base <= header.revision:
        raise InvalidValue(f"there is no revision {base}: the latest is {header.revision}.")
    if base == header.revision:
        return ()
    others = history.since(connection, header.id, base, limit=MAX_TOLD)
    if mergeable is None:
        why = "Look at what changed, or send them again with merge=true."
    elif both := history.touched(connection, header.id, base, mergeable):
        why = f"Others changed {len(both)} of the same segments, for example {min(both)}."
    else:
        return others
    message = f"the annotation is at revision {header.revision}, the edits were made on {base}. {why}"
    raise StaleEdit(message, current=header.revision, changes=others)


def add_revision(
    connection: Connection,
    actor: Actor,
    header: StoredAnnotation,
    made: tuple[Change, ...],
    *,
    reverts_to: int | None = None,
) -> StoredAnnotation:
    """Write what was changed as a new revision; without changes there is none, unless it is an undo."""
    if not made and reverts_to is None:
        return header
    moment = now()
    revision = Revision(
        annotation_id=header.id,
        number=header.revision + 1,
        author_id=actor.user_id,
        created_at=moment,
        change_count=len(made),
        reverts_to=reverts_to,
    )
    history.add_revision(connection, revision, made)
    more = sum((change.after is not None) - (change.before is not None) for change in made)
    count = header.segment_count + more
    header = replace(header, revision=revision.number, segment_count=count, updated_at=moment)
    headers.save(connection, header)
    return header


def told(actor: Actor, header: StoredAnnotation, made: tuple[Change, ...]) -> dict[str, object]:
    """What others hear of a revision: where it is, by whom, and how much was changed."""
    return {
        "recording_id": header.recording_id,
        "revision": header.revision,
        "author_id": actor.user_id,
        "added": sum(change.before is None for change in made),
        "changed": sum(change.before is not None and change.after is not None for change in made),
        "deleted": sum(change.after is None for change in made),
    }


_ACTIONS = {
    (AnnotationStatus.DRAFT, AnnotationStatus.SUBMITTED): "annotation.submitted",
    (AnnotationStatus.SUBMITTED, AnnotationStatus.REVIEWED): "annotation.reviewed",
    (AnnotationStatus.SUBMITTED, AnnotationStatus.DRAFT): "annotation.reopened",
    (AnnotationStatus.REVIEWED, AnnotationStatus.DRAFT): "annotation.reopened",
    (AnnotationStatus.REVIEWED, AnnotationStatus.SUBMITTED): "annotation.reopened",
}
"""Which status may follow which, and what it is called."""


def set_status(
    platform: Platform, actor: Actor, annotation_id: str, status: AnnotationStatus, *, revision: int | None = None
) -> StoredAnnotation:
    """Hand an annotation in, approve it, or open it again.

    Its author hands it in and may take it back; who manages the project approves it and opens again what was approved.
    The work of models and files counts as handed in from the start.

    Parameters
    ----------
    revision : int or None
        The revision that the actor has looked at; None for whichever is the latest.
    """
    with platform.database.write() as connection:
        header = find(connection, actor, annotation_id, Permission.ANNOTATE, lock=True)
        require_usable(recordings.get(connection, header.recording_id), header)
        require_revision(header, revision)
        if status is header.status:
            return header
        _require_step(connection, actor, header, status)
        action = _ACTIONS[header.status, status]
        header = replace(header, status=status, updated_at=now())
        headers.save(connection, header)
        record(connection, actor, action, header, recording_id=header.recording_id, revision=header.revision)
        return header


def _require_step(connection: Connection, actor: Actor, header: StoredAnnotation, status: AnnotationStatus) -> None:
    step = header.status, status
    if step not in _ACTIONS or (status is AnnotationStatus.DRAFT and header.kind is not AnnotationKind.PERSON):
        raise Conflict(f"an annotation that is {header.status} does not become {status}.")
    if AnnotationStatus.REVIEWED in step:
        access.require(connection, actor, header.project_id, Permission.MANAGE)
    else:
        require_author(connection, actor, header)
