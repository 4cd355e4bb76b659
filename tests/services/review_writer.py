"""A process that edits until it is killed, and writes down which edits were answered."""

from __future__ import annotations

import random
from pathlib import Path
from typing import cast

from earmark.core.edits import Edit, EditOp
from earmark.core.people import Actor
from earmark.core.review import Viewport
from earmark.core.segment import Segment
from earmark.errors import StaleEdit
from earmark.services.annotations import view_segments
from earmark.services.platform import Platform
from earmark.services.review import edit
from earmark.store.database import Database


class _OnlyDatabase:
    """As much of a platform as edits need."""

    def __init__(self, database: Database) -> None:
        self.database = database


def main(url: str, annotation_id: str, user_id: str, name: str, log: Path) -> None:
    """Edit without end, half of the time by merging."""
    platform = cast("Platform", _OnlyDatabase(Database(url)))
    actor = Actor(user_id=user_id, name=name)
    chooser = random.Random(name)  # noqa: S311 - no secret
    with log.open("a", buffering=1) as answered:
        for step in range(1_000_000):
            header, _ = view_segments(platform, actor, annotation_id, Viewport(start=0, end=1e-9))
            own = f"{name}-{step}"
            segment = Segment(start=chooser.uniform(0, 90), end=95, label=name)
            edits = [Edit(op=EditOp.ADD, id=own, segment=segment)]
            try:
                edit(platform, actor, annotation_id, edits, base_revision=header.revision, merge=step % 2 == 0)
            except StaleEdit:
                continue
            answered.write(f"{own}\n")
