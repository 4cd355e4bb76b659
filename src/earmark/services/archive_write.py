"""The rows of a project archive on their way into the database, in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from earmark.core.areas import fitting_areas
from earmark.core.fit import require_fit
from earmark.core.ids import new_id
from earmark.core.library import RecordingState
from earmark.core.people import SYSTEM, Role
from earmark.errors import InvalidValue
from earmark.services import archive_rows as rows
from earmark.services import chronicle
from earmark.services.archive_check import lines
from earmark.store import annotations as headers
from earmark.store import history, labels, models, people, projects, recordings, segments

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Connection

    from earmark.core.edits import Change
    from earmark.core.library import StoredRecording
    from earmark.core.model import Model
    from earmark.core.recording import Recording
    from earmark.core.review import StoredAnnotation, StoredSegment
    from earmark.services.archive_check import Described

Item = TypeVar("Item")
BATCH = 2000
MAX_VERSION = 100


class NewProject:
    """A project that comes out of an archive under new ids.

    Parameters
    ----------
    archive : ZipFile
        Where it comes from.
    told : Described
        What that says of itself.
    """

    def __init__(self, archive: zipfile.ZipFile, told: Described) -> None:
        self._archive = archive
        self._told = told
        self._ids: dict[str, str] = {told.project.id: new_id()}
        self._people: dict[str, str] = {}
        self._media: dict[str, Recording] = {}
        self._headers: dict[str, StoredAnnotation] = {}
        self.models = [(model, replace(model, id=self._new(model.id))) for model in told.models]

    @property
    def id(self) -> str:
        """Its id here."""
        return self._ids[self._told.project.id]

    @property
    def name(self) -> str:
        """Its name."""
        return self._told.project.name

    def _new(self, old: str) -> str:
        """Give something of the archive its id here."""
        if old in self._ids:
            raise InvalidValue(f"holds two things called {old[:40]!r}")
        self._ids[old] = new_id()
        return self._ids[old]

    def _known(self, old: str) -> str:
        """Find what has come in before."""
        if old not in self._ids:
            raise InvalidValue(f"speaks of {old[:40]!r}, which is not in it")
        return self._ids[old]

    def _person(self, old: str | None) -> str | None:
        return self._people.get(old or "")

    def write(self, connection: Connection, *, created_by: str | None, archive_name: str) -> None:
        """Write all rows.

        Parameters
        ----------
        created_by : str or None
            Who asked for it and becomes admin.
        archive_name : str
            What the archive was called, for the audit log.
        """
        for old, login in self._told.people.items():
            if (account := people.find(connection, login)) is not None:
                self._people[old] = account[0].id
        self._write_project(connection, created_by)
        self._write_models(connection)
        for some in _batches(map(rows.recording_from_json, lines(self._archive, "recordings"))):
            recordings.add_all(connection, [self._recording(old) for old in some])
        for headers_read in _batches(map(rows.annotation_from_json, lines(self._archive, "annotations"))):
            headers.add_all(connection, [self._annotation(connection, old) for old in headers_read])
        self._write_revisions(connection)
        self._write_segments(connection)
        for made in _batches(map(rows.change_from_json, lines(self._archive, "changes"))):
            history.add_changes(connection, [self._change(*row) for row in made])
        actor = replace(SYSTEM, user_id=created_by)
        details = {"name": self.name, "archive": archive_name}
        chronicle.record(connection, actor, "project.created", subject_id=self.id, project_id=self.id, details=details)

    def _write_project(self, connection: Connection, created_by: str | None) -> None:
        by = self._person(self._told.project.created_by) or created_by
        projects.add(connection, replace(self._told.project, id=self.id, created_by=by, deleted_at=None))
        for login, role in self._told.members.items():
            if (account := people.find(connection, login)) is not None and account[0].id != created_by:
                projects.set_member(connection, self.id, account[0].id, role)
        if created_by is not None:
            projects.set_member(connection, self.id, created_by, Role.ADMIN)

    def _write_models(self, connection: Connection) -> None:
        for old, new in self.models:
            version = _free_version(connection, old)
            by = self._person(old.created_by)
            new = replace(new, version=version, project_id=self.id, parent_id=None, created_by=by)
            models.add(connection, new)
            if (parent_id := self._model(connection, old.parent_id)) is not None:
                models.save(connection, replace(new, parent_id=parent_id))

    def _model(self, connection: Connection, old: str | None) -> str | None:
        """Find a model: one of the archive, or one of the whole server with that name and version."""
        if old is None or old in {own.id for own, _ in self.models}:
            return None if old is None else self._ids[old]
        title = self._told.other_models.get(old)
        found = models.titled(connection, *title) if title else None
        return found.id if found is not None and found.project_id is None else None

    def _recording(self, old: StoredRecording) -> StoredRecording:
        new = replace(old, id=self._new(old.id), project_id=self.id, created_by=self._person(old.created_by))
        self._media[new.id] = new.media
        if old.state is not RecordingState.WAITING:
            return new
        error = "it was not imported yet when the archive was made. Import it again from where it came from."
        return replace(new, state=RecordingState.FAILED, error=error)

    def _annotation(self, connection: Connection, old: StoredAnnotation) -> StoredAnnotation:
        recording_id = self._known(old.recording_id)
        new = replace(
            old,
            id=self._new(old.id),
            recording_id=recording_id,
            project_id=self.id,
            author_id=self._person(old.author_id),
            model_id=self._model(connection, old.model_id),
            job_id=None,
            areas=fitting_areas(old.areas, self._media[recording_id]),
        )
        self._headers[new.id] = new
        return new

    def _owner(self, old: str) -> StoredAnnotation:
        owner = self._headers.get(self._known(old))
        if owner is None:
            raise InvalidValue(f"speaks of the annotation {old[:40]!r}, which is not in it")
        return owner

    def _write_revisions(self, connection: Connection) -> None:
        latest: Counter[str] = Counter()
        for some in _batches(map(rows.revision_from_json, lines(self._archive, "revisions"))):
            new = []
            for old in some:
                owner = self._owner(old.annotation_id).id
                latest[owner] += 1
                if old.number != latest[owner]:
                    raise InvalidValue(f"holds revision {old.number} of an annotation where {latest[owner]} is next")
                new.append(replace(old, annotation_id=owner, author_id=self._person(old.author_id)))
            history.add_all(connection, new)
        if any(latest[header.id] != header.revision for header in self._headers.values()):
            raise InvalidValue("does not hold all revisions of its annotations")

    def _write_segments(self, connection: Connection) -> None:
        counts: Counter[str] = Counter()
        for some in _batches(map(rows.segment_from_json, lines(self._archive, "segments"))):
            by_owner: dict[str, list[StoredSegment]] = {}
            for old, stored in some:
                owner = self._owner(old)
                self._check(owner, stored.revision, (stored.segment,))
                by_owner.setdefault(owner.id, []).append(stored)
            for owner_id, content in by_owner.items():
                counts[owner_id] += segments.add(connection, owner_id, content)
        if any(counts[header.id] != header.segment_count for header in self._headers.values()):
            raise InvalidValue("does not hold all segments of its annotations")
        for annotation_id in self._headers:
            labels.count(connection, annotation_id)

    def _change(self, old: str, number: int, change: Change) -> tuple[str, int, Change]:
        owner = self._owner(old)
        self._check(owner, number - 1, (change.before, change.after))
        return owner.id, number, change

    def _check(self, owner: StoredAnnotation, revision: int, some: tuple[Any, ...]) -> None:
        if not 1 <= revision <= owner.revision:
            raise InvalidValue(f"holds something of revision {revision} of an annotation that has {owner.revision}")
        named = ((f"at {segment.start} s", segment) for segment in some if segment is not None)
        require_fit(named, self._media[owner.recording_id])


def _free_version(connection: Connection, model: Model) -> str:
    """Find a version under which a model can be kept, the own one if nothing here is called so."""
    version, number = model.version, 2
    while models.titled(connection, model.name, version) is not None:
        ending = f" ({number})"
        version, number = model.version[: MAX_VERSION - len(ending)] + ending, number + 1
    return version


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    found = iter(items)
    while some := list(islice(found, BATCH)):
        yield some
