"""Segments found across the recordings of a project, to be judged side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.found import FoundSegment, LabelUse, SegmentFilter, SegmentSort
from earmark.core.people import Permission
from earmark.core.search import Order
from earmark.services import access
from earmark.store import finding, labels

if TYPE_CHECKING:
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

MOST_LABELS = 1000
"""Labels of a project of which is told how often there are; those that are rarer are left out."""


def find_segments(
    platform: Platform,
    actor: Actor,
    project_id: str,
    wanted: SegmentFilter,
    *,
    sort: SegmentSort = SegmentSort.START,
    order: Order = Order.ASC,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[FoundSegment]:
    """Find segments of a project; those of annotations and recordings in the trash are left out."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return finding.page(connection, project_id, wanted, sort=sort, order=order, cursor=cursor, limit=limit)


def label_use(platform: Platform, actor: Actor, project_id: str) -> tuple[LabelUse, ...]:
    """Tell how often a project has its labels, the most frequent first."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return labels.of_project(connection, project_id, limit=MOST_LABELS)
