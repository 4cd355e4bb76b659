"""Changes to the segments of an annotation: made together, written down, and undone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.core.retiming import follow
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from earmark.core.segment import Segment

MAX_SEGMENT_ID = 64
_ID = re.compile(r"[!-~]+")


class EditOp(StrEnum):
    """What an edit does."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What somebody wants to do with one segment.

    Attributes
    ----------
    op : EditOp
        What to do.
    id : str
        The segment; chosen by the one who adds it, so that work without a connection has names too.
    segment : Segment or None
        What it shall be; None to delete it.
    """

    op: EditOp
    id: str
    segment: Segment | None = None

    def __post_init__(self) -> None:
        if len(self.id) > MAX_SEGMENT_ID or not _ID.fullmatch(self.id):
            raise InvalidValue(
                f"the id of a segment is 1 to {MAX_SEGMENT_ID} printable ASCII characters without blanks"
            )
        if (self.segment is None) != (self.op is EditOp.DELETE):
            raise InvalidValue(
                f"segment {self.id}: to {self.op} it, {'no ' * (self.segment is not None)}segment is given"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one segment in one revision; None stands for no segment."""

    id: str
    before: Segment | None
    after: Segment | None

    def inverse(self) -> Change:
        """The change that undoes this one."""
        return Change(id=self.id, before=self.after, after=self.before)


def changes_of(edits: Iterable[Edit], current: Mapping[str, Segment]) -> tuple[Change, ...]:
    """Find what edits change, several on one segment taken together; words follow a text that was changed.

    Parameters
    ----------
    edits : iterable of Edit
        In the order in which they apply.
    current : mapping from id to Segment
        At least the segments that the edits name.

    Raises
    ------
    InvalidValue
        A segment is added that is there, or changed or deleted that is not.
    """
    after: dict[str, Segment | None] = {}
    for edit in edits:
        held = after[edit.id] if edit.id in after else current.get(edit.id)
        if (held is None) != (edit.op is EditOp.ADD):
            raise InvalidValue(f"segment {edit.id} cannot be {_DONE[edit.op]}: it is {'not ' * (held is None)}there")
        after[edit.id] = edit.segment if held is None or edit.segment is None else follow(held, edit.segment)
    found = (Change(id=name, before=current.get(name), after=segment) for name, segment in after.items())
    return tuple(change for change in found if change.before != change.after)


_DONE = {EditOp.ADD: "added", EditOp.UPDATE: "changed", EditOp.DELETE: "deleted"}


def apply(changes: Iterable[Change], segments: MutableMapping[str, Segment]) -> None:
    """Bring segments to the state after the changes."""
    for change in changes:
        if change.after is None:
            segments.pop(change.id, None)
        else:
            segments[change.id] = change.after
