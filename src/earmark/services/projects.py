"""Projects: who is in them, their labels, and what happens to new recordings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle
from typing import TYPE_CHECKING, Any

from earmark.core.ids import new_id
from earmark.core.languages import language_code
from earmark.core.people import Permission, Role, Scope
from earmark.core.project import DIARIZERS, PALETTE, Project
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound, StaleEdit
from earmark.services import access, chronicle, voices
from earmark.services.registered import find_model
from earmark.store import jobs
from earmark.store import projects as store
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.core.project import Label, Member, Pipeline
    from earmark.services.platform import Platform

ENGINES = ("whisper", "pocketsphinx", "none")
"""Engines that a pipeline may name; `earmark.app` makes them."""
ENGLISH = "en"
"""All that PocketSphinx knows, and Whisper weights whose names end so."""
MAX_LABELS = 500
MAX_DESCRIPTION = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChange:
    """New values for a project; None leaves a value as it is."""

    name: str | None = None
    description: str | None = None
    pipeline: Pipeline | None = None
    known_voices: bool | None = None


def create(
    platform: Platform,
    actor: Actor,
    *,
    name: str,
    description: str = "",
    labels: tuple[Label, ...] = (),
    pipeline: Pipeline | None = None,
) -> Project:
    """Make a project; the one who makes it becomes its first admin.

    Raises
    ------
    InvalidValue
        Name, labels or pipeline make no sense.
    Forbidden
        The token used has no scope to manage.
    """
    if not actor.scopes & {Scope.MANAGE, Scope.ADMIN}:
        raise Forbidden("this token has no scope to manage. Make one with that scope.")
    moment = now()
    project = Project(
        id=new_id(),
        name=name.strip(),
        description=description,
        created_at=moment,
        updated_at=moment,
        created_by=actor.user_id,
    )
    project = _checked(replace(project, labels=labels, pipeline=checked_pipeline(pipeline or project.pipeline)))
    with platform.database.write() as connection:
        find_model(connection, project.pipeline, project.id)
        store.add(connection, project)
        if actor.user_id is not None:
            store.set_member(connection, project.id, actor.user_id, Role.ADMIN)
        _record(connection, actor, "project.created", project, name=project.name)
    return project


def with_colours(given: Sequence[str | None]) -> tuple[str, ...]:
    """Give a colour to each label that has none: the next of the palette that the set does not use."""
    taken = {colour.lower() for colour in given if colour}
    free = cycle([colour for colour in PALETTE if colour not in taken] or PALETTE)
    return tuple(colour or next(free) for colour in given)


def page(
    platform: Platform, actor: Actor, *, q: str = "", trashed: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[Project]:
    """List the projects that the actor may see, by name; administrators see all."""
    if not actor.scopes & {Scope.READ, Scope.ADMIN}:
        raise Forbidden("this token has no scope to read. Make one with that scope.")
    member = None if actor.is_administrator else actor.user_id or ""
    with platform.database.read() as connection:
        return store.page(connection, member=member, q=q, trashed=trashed, cursor=cursor, limit=limit)


def get(platform: Platform, actor: Actor, project_id: str) -> Project:
    """Read a project, in the trash or not."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return store.get(connection, project_id)


def change(
    platform: Platform, actor: Actor, project_id: str, wanted: ProjectChange, *, version: int | None = None
) -> Project:
    """Change name, description, pipeline, or whether voices are known; without that, those that are known are deleted.

    Raises
    ------
    StaleEdit
        Somebody else changed the project since ``version``.
    """
    values = {name: value for name in ProjectChange.__slots__ if (value := getattr(wanted, name)) is not None}
    if "name" in values:
        values["name"] = values["name"].strip()
    if "pipeline" in values:
        values["pipeline"] = checked_pipeline(values["pipeline"])
    return _change(platform, actor, project_id, values, version=version, permission=Permission.MANAGE)


def set_labels(
    platform: Platform,
    actor: Actor,
    project_id: str,
    labels: tuple[Label, ...],
    *,
    renamed: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Project:
    """Put another label set in place of the one there.

    Segments keep the label that they were given, whatever becomes of the set: a label that was renamed keeps its old
    name as an alias, so that those segments still have its colour and are found by it; a label that was left out is
    shown as it is written, without a colour of its own.

    Parameters
    ----------
    labels : tuple of Label
        The whole set, in the order in which it is shown.
    renamed : mapping of str to str
        Old names to new ones.
    """
    if len(labels) > MAX_LABELS:
        raise InvalidValue(f"a label set has at most {MAX_LABELS} labels, not {len(labels)}")
    before = {new: old for old, new in (renamed or {}).items() if old != new}
    kept = tuple(_with_alias(label, before.get(label.name)) for label in labels)
    return _change(platform, actor, project_id, {"labels": kept}, version=version, permission=Permission.MANAGE)


def _with_alias(label: Label, old: str | None) -> Label:
    return label if old is None or old in label.aliases else replace(label, aliases=(*label.aliases, old))


def _change(
    platform: Platform,
    actor: Actor,
    project_id: str,
    values: dict[str, Any],
    *,
    version: int | None,
    permission: Permission,
    action: str = "project.updated",
) -> Project:
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, permission)
        before = store.get(connection, project_id, lock=True)
        require_version(before, version, what="project")
        changed = sorted(name for name, value in values.items() if getattr(before, name) != value)
        if not changed:
            return before
        after = _checked(replace(before, **values, version=before.version + 1, updated_at=now()))
        if "pipeline" in changed:
            find_model(connection, after.pipeline, project_id)
        store.save(connection, after)
        _record(connection, actor, action, after, changed=changed)
        if "known_voices" in changed:
            voices.switched(connection, actor, after)
    return after


def require_version(thing: Any, version: int | None, *, what: str) -> None:
    """Raise ``StaleEdit`` unless a thing still has the version that its changer saw; None takes any."""
    if version is not None and version != thing.version:
        raise StaleEdit(
            f"somebody changed this {what} in between: it has version {thing.version}, not {version}. Read it again.",
            current=thing.version,
        )


def _checked(project: Project) -> Project:
    if len(project.description) > MAX_DESCRIPTION:
        raise InvalidValue(f"a description has at most {MAX_DESCRIPTION} characters")
    return project


def checked_pipeline(pipeline: Pipeline) -> Pipeline:
    """Return a pipeline with its language as a code.

    Raises
    ------
    InvalidValue
        There is no such engine or language, the engine does not know the language, or channels are not written as they
        should be.
    """
    from earmark.audio.channels import parse_channels

    if pipeline.engine not in ENGINES:
        raise InvalidValue(f"there is no engine {pipeline.engine!r}: choose one of {', '.join(ENGINES)}")
    if pipeline.diarizer not in DIARIZERS:
        raise InvalidValue(f"there is no diarizer {pipeline.diarizer!r}: choose one of {', '.join(DIARIZERS)}")
    parse_channels(pipeline.channels)
    # Raises where the numbers make no sense.
    _ = pipeline.speakers
    language = None if pipeline.language is None else language_code(pipeline.language)
    if pipeline.engine == "pocketsphinx" and language not in (None, ENGLISH):
        raise InvalidValue(f"pocketsphinx knows English ({ENGLISH}) only, not {language}. Choose whisper for others")
    if str(pipeline.model).endswith(f".{ENGLISH}") and language not in (None, ENGLISH):
        raise InvalidValue(f"{pipeline.model} knows English ({ENGLISH}) only, not {language}. Choose one without .en")
    return replace(pipeline, language=language)


def trash(platform: Platform, actor: Actor, project_id: str, *, version: int | None = None) -> Project:
    """Put a project into the trash, where it stays for the days that the settings say."""
    values = {"deleted_at": now()}
    return _change(
        platform,
        actor,
        project_id,
        values,
        version=version,
        permission=Permission.ADMINISTER,
        action="project.deleted",
    )


def restore(platform: Platform, actor: Actor, project_id: str) -> Project:
    """Take a project out of the trash."""
    return _change(
        platform,
        actor,
        project_id,
        {"deleted_at": None},
        version=None,
        permission=Permission.ADMINISTER,
        action="project.restored",
    )


def purge(platform: Platform, actor: Actor, project_id: str) -> Job:
    """Delete a project in the trash for good: a job does it, since it may hold a million recordings.

    Raises
    ------
    Conflict
        It is not in the trash.
    """
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.ADMINISTER)
        if store.get(connection, project_id).deleted_at is None:
            raise Conflict("only what is in the trash can be deleted for good: delete the project first")
        # The job belongs to no project: it must outlive this one.
        job = jobs.add(connection, "purge", arguments={"project_id": project_id}, created_by=actor.user_id)
        details = {"for_good": True, "job_id": job.id}
        chronicle.record(connection, actor, "project.deleted", subject_id=project_id, details=details)
    platform.wake(job.id)
    return job


def members(platform: Platform, actor: Actor, project_id: str) -> tuple[Member, ...]:
    """List the members of a project."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return store.members(connection, project_id)


def set_member(platform: Platform, actor: Actor, project_id: str, user_id: str, role: Role) -> Member:
    """Take a person into a project, or give a member another role.

    Raises
    ------
    Conflict
        The project would be left without an admin.
    NotFound
        There is no such person.
    """
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.ADMINISTER)
        # Two admins who take each other's role away wait for each other here.
        store.get(connection, project_id, lock=True)
        store.set_member(connection, project_id, user_id, role)
        _require_admin(connection, actor, project_id)
        chronicle.record(
            connection, actor, "member.set", subject_id=user_id, project_id=project_id, details={"role": role.value}
        )
        return next(member for member in store.members(connection, project_id) if member.user_id == user_id)


def remove_member(platform: Platform, actor: Actor, project_id: str, user_id: str) -> None:
    """Take a person out of a project; members may leave by themselves.

    Raises
    ------
    Conflict
        The project would be left without an admin.
    NotFound
        The person is no member.
    """
    needed = Permission.READ if user_id == actor.user_id else Permission.ADMINISTER
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, needed)
        store.get(connection, project_id, lock=True)
        if not store.remove_member(connection, project_id, user_id):
            raise NotFound("member", user_id)
        _require_admin(connection, actor, project_id)
        chronicle.record(connection, actor, "member.removed", subject_id=user_id, project_id=project_id)


def _require_admin(connection: Connection, actor: Actor, project_id: str) -> None:
    if actor.is_administrator:
        return
    if not any(member.role is Role.ADMIN for member in store.members(connection, project_id)):
        raise Conflict("a project needs an admin: give somebody else that role first")


def _record(connection: Connection, actor: Actor, action: str, project: Project, **details: Any) -> None:
    chronicle.record(connection, actor, action, subject_id=project.id, project_id=project.id, details=details)
