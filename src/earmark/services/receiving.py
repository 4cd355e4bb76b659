"""Several files that come in one request, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.ids import new_id
from earmark.core.library import clean_name
from earmark.errors import EarmarkError, FilesUnavailable, InvalidValue, StoreUnavailable
from earmark.services import uploads
from earmark.services.parts import Part, part_path

if TYPE_CHECKING:
    from earmark.core.people import Actor
    from earmark.services.platform import Platform
    from earmark.services.uploads import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file; ``error`` says why it was refused."""

    name: str
    taken: Taken | None = None
    error: str | None = None


class Batch:
    """Takes files into a project as they come; to be closed.

    Raises
    ------
    NotFound, Forbidden, Conflict
        The actor may not add recordings to this project.
    """

    def __init__(self, platform: Platform, actor: Actor, project_id: str) -> None:
        self._platform, self._actor, self._project_id = platform, actor, project_id
        uploads.require_may_import(platform, actor, project_id)
        self._outcomes: list[Outcome] = []
        self._refusals: list[EarmarkError] = []
        self._name = ""
        self._part: Part | None = None

    def begin(self, name: str) -> Batch:
        """Begin a file; give what takes its bytes."""
        self._name = clean_name(name)
        path = part_path(self._platform, new_id())
        self._part = Part(path, room=self._platform.settings.upload_max_bytes)
        return self

    def write(self, data: bytes) -> None:
        """Take bytes of the file; raises `TooLarge` rather than read on what cannot be kept."""
        if self._part is not None:
            self._part.write(data)

    def end(self) -> None:
        """Make a recording of the file that was begun."""
        if self._part is None:
            return
        try:
            received = self._part.complete(self._name)
            taken = uploads.take(self._platform, self._actor, self._project_id, received, name=self._name)
            self._outcomes.append(Outcome(name=self._name, taken=taken))
            self.close()
        except (StoreUnavailable, FilesUnavailable):
            # Nothing is wrong with the file: the whole request may be sent again.
            raise
        except EarmarkError as error:
            self._refuse(error)

    def _refuse(self, error: EarmarkError) -> None:
        self._refusals.append(error)
        self._outcomes.append(Outcome(name=self._name, error=str(error)))
        self.close()

    def finish(self) -> tuple[Outcome, ...]:
        """Tell what became of each; raises what was wrong where none was taken."""
        if not self._outcomes:
            raise InvalidValue("the body holds no file")
        if self._refusals and not any(outcome.taken for outcome in self._outcomes):
            raise self._refusals[0]
        return tuple(self._outcomes)

    def close(self) -> None:
        """Delete what is left of a file that broke off."""
        if self._part is not None:
            self._part.close()
            self._part.path.unlink(missing_ok=True)
            self._part = None
