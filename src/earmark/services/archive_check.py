"""What a project archive may look like, looked at before anything in it is unpacked or believed."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy.exc import DataError, IntegrityError

from earmark.errors import FormatError, InvalidValue, TooLarge
from earmark.services import archive_rows as rows
from earmark.services.archive import DESCRIPTION, FORMAT, LISTS, MAX_ENTRIES, VERSION
from earmark.services.model_files import check_file_name
from earmark.services.registry import check_model
from earmark.services.zips import opened_zip

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from earmark.core.model import Model
    from earmark.core.people import Role
    from earmark.core.project import Project

MAX_DESCRIPTION = 50_000_000
MAX_READ = 80_000_000
"""More than a directory of `MAX_ENTRIES` names takes."""
MAX_LINE = 16_000_000
"""Most bytes of one line: a segment with all the words that one may have."""
MAX_RATIO = 250
"""How much smaller than its content an entry may be; archives of Earmark reach a tenth of that."""
_ENTRY = re.compile(rf"archive\.json|(?:{'|'.join(LISTS)})\.jsonl|media/[0-9a-f]{{64}}|models/[0-9a-z]{{26}}/[^/]+")


@contextmanager
def opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose directory makes sense; whatever is wrong with it is said as `FormatError`."""
    what = "archive of a project"
    try:
        with opened_zip(path, name, what=what, most_entries=MAX_ENTRIES, most_read=MAX_READ) as archive:
            _check_entries(archive)
            yield archive
    except InvalidValue as error:
        raise FormatError(name, str(error)) from error
    except (IntegrityError, DataError) as error:
        raise FormatError(name, "holds rows that do not fit together") from error


def _check_entries(archive: zipfile.ZipFile) -> None:
    """Refuse names that no archive has, and entries that cannot be what they claim, before anything is unpacked."""
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    strange = next((name for name in names if not _ENTRY.fullmatch(name)), None)
    if strange is not None:
        raise InvalidValue(f"holds {strange[:80]!r}, which no archive of a project has")
    missing = {DESCRIPTION, *(f"{name}.jsonl" for name in LISTS)} - names
    if missing:
        raise InvalidValue(f"holds no {min(missing)}, so it is no archive of a project")
    for entry in entries:
        stored = entry.filename.startswith(("media/", "models/"))
        most = entry.compress_size if stored else MAX_RATIO * entry.compress_size + 10_000
        if entry.file_size > most:
            raise TooLarge(f"{entry.filename[:100]} in this archive would unpack to {entry.file_size} bytes: refused.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What an archive says of itself."""

    project: Project
    members: Mapping[str, Role]
    people: Mapping[str, str]
    models: tuple[Model, ...]
    other_models: Mapping[str, tuple[str, str]]


def described(archive: zipfile.ZipFile) -> Described:
    """Read what an archive says of itself."""
    if archive.getinfo(DESCRIPTION).file_size > MAX_DESCRIPTION:
        raise TooLarge(f"{DESCRIPTION} in this archive is larger than {MAX_DESCRIPTION} bytes: refused.")
    content = rows.from_line(archive.read(DESCRIPTION))
    if content.get("format") != FORMAT:
        raise InvalidValue(f"its {DESCRIPTION} does not say that this is a project")
    if content.get("version") != VERSION:
        raise InvalidValue(f"is of version {content.get('version')!r}; this Earmark knows {VERSION}. Upgrade it")
    found = Described(
        project=rows.project_from_json(content.get("project")),
        members=rows.members_from_json(content.get("members")),
        people=rows.people_from_json(content.get("people")),
        models=rows.models_from_json(content.get("models")),
        other_models=rows.titles_from_json(content.get("other_models")),
    )
    for model in found.models:
        check_model(model)
        for file in model.files:
            check_file_name(file.name)
    return found


def lines(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    """Read one of the lists, line by line."""
    read = 0
    with archive.open(f"{name}.jsonl") as file:
        for number, line in enumerate(_bounded(file), 1):
            read += len(line)
            try:
                yield rows.from_line(line)
            except InvalidValue as error:
                raise InvalidValue(f"line {number} of {name}.jsonl {error}") from None
    if read != archive.getinfo(f"{name}.jsonl").file_size:
        raise InvalidValue(f"holds a {name}.jsonl of another size than it says")


def _bounded(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise TooLarge(f"a line in this archive has more than {MAX_LINE} bytes: refused.")
        yield line
