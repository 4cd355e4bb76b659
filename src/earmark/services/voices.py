"""Known voices: a person who was named once is named again in later recordings of the project.

What somebody sounds like identifies that person. So a project keeps it only where its managers switched that on; of
people who were named, until somebody deletes them, and of others for 30 days; it is in no export or archive, and no
answer of the API holds it. Traces of changes say which voice, not whose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.core.annotation import Note, NoteKind
from earmark.core.ids import new_id
from earmark.core.people import Permission
from earmark.core.project import require_name
from earmark.core.voices import KnownVoice, can_be_known, proposals, same_speakers, with_sample
from earmark.errors import Conflict, NotFound
from earmark.services import access, chronicle
from earmark.services.annotations import find
from earmark.store import projects
from earmark.store import voices as store
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from earmark.core.annotation import Annotation
    from earmark.core.people import Actor
    from earmark.core.project import Project
    from earmark.core.review import StoredAnnotation
    from earmark.core.speakers import Voice
    from earmark.core.voices import Proposal
    from earmark.services.platform import Platform

MAX_VOICES = 1000
"""Most voices that a project knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardSpeaker:
    """A speaker of an annotation whose voice can be remembered.

    Attributes
    ----------
    speaker : str
        What the annotation calls the speaker.
    annotation_id : str
        The annotation of the model that heard the voice.
    heard_as : str
        What that calls the speaker.
    seconds : float
        Speech that the voice was taken from.
    """

    speaker: str
    annotation_id: str
    heard_as: str
    seconds: float


# In the project.


def list_voices(platform: Platform, actor: Actor, project_id: str) -> tuple[KnownVoice, ...]:
    """List the voices that a project knows, by name."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return store.known(connection, project_id)


def rename(platform: Platform, actor: Actor, project_id: str, voice_id: str, name: str) -> KnownVoice:
    """Give a voice another name; segments keep theirs.

    Raises
    ------
    Conflict
        Another voice of the project has this name.
    """
    name = require_name(name, what="voice")
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.ANNOTATE)
        projects.get(connection, project_id, lock=True)
        voice = store.get(connection, project_id, voice_id)
        if voice.name == name:
            return voice
        if store.find(connection, project_id, name, voice.embedder) is not None:
            raise Conflict(
                f"the project knows a voice called {name} already. Delete one of the two, or choose another."
            )
        voice = replace(voice, name=name, updated_at=now())
        store.save(connection, voice)
        chronicle.record(connection, actor, "voice.renamed", subject_id=voice_id, project_id=project_id)
        return voice


def delete(platform: Platform, actor: Actor, project_id: str, voice_id: str) -> None:
    """Delete a voice for good; segments keep its name."""
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.MANAGE)
        projects.get(connection, project_id, lock=True)
        store.get(connection, project_id, voice_id)
        store.delete(connection, voice_id)
        chronicle.record(connection, actor, "voice.deleted", subject_id=voice_id, project_id=project_id)


def delete_all(platform: Platform, actor: Actor, project_id: str) -> int:
    """Delete all voices of a project for good, also those that nobody named; return how many had a name."""
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.MANAGE)
        projects.get(connection, project_id, lock=True)
        gone = store.delete_all(connection, project_id)
        _record_all(connection, actor, "voices.deleted", project_id, gone)
        return gone


def switched(connection: Connection, actor: Actor, project: Project) -> None:
    """Leave the traces of known voices switched on, or delete them all where they were switched off."""
    if project.known_voices:
        chronicle.record(connection, actor, "voices.on", subject_id=project.id, project_id=project.id)
    else:
        _record_all(connection, actor, "voices.off", project.id, store.delete_all(connection, project.id))


def _record_all(connection: Connection, actor: Actor, action: str, project_id: str, gone: int) -> None:
    details = {"voices": gone}
    chronicle.record(connection, actor, action, subject_id=project_id, project_id=project_id, details=details)


# In an annotation.


def speakers_heard(platform: Platform, actor: Actor, annotation_id: str) -> tuple[HeardSpeaker, ...]:
    """List the speakers of an annotation whose voices can be remembered; none where the project knows no voices."""
    with platform.database.read() as connection:
        header = find(connection, actor, annotation_id, Permission.READ)
        found = _heard_in(connection, header)
    return tuple(
        HeardSpeaker(speaker=speaker, annotation_id=source, heard_as=voice.speaker, seconds=voice.seconds)
        for speaker, (source, voice) in sorted(found.items())
    )


def remember(platform: Platform, actor: Actor, annotation_id: str, speaker: str, name: str) -> KnownVoice:
    """Know a speaker's voice by a name from now on in the project; a voice of that name gets better by it.

    Parameters
    ----------
    annotation_id : str
        Of a model that heard the voice, or of a person who named the speaker.
    speaker : str
        What the annotation calls the speaker.
    name : str
        Who that is.

    Raises
    ------
    Conflict
        Known voices are switched off in the project, or there are too many.
    NotFound
        No voice of this speaker is there: nobody told speakers apart, it is too long ago, or it was named already.
    """
    name = require_name(name, what="voice")
    with platform.database.write() as connection:
        header = find(connection, actor, annotation_id, Permission.ANNOTATE)
        project = projects.get(connection, header.project_id, lock=True)
        if not project.known_voices:
            raise Conflict("this project keeps no voices. A manager can switch known voices on in its settings.")
        source, heard = _heard_in(connection, header).get(speaker) or _raise_unheard(speaker)
        known = _with(connection, actor, project.id, name, heard)
        # Its numbers are in the voice now; kept here too, they would count twice.
        store.forget_heard(connection, source, heard.speaker)
        details = {"annotation_id": annotation_id, "samples": known.samples}
        chronicle.record(connection, actor, "voice.named", subject_id=known.id, project_id=project.id, details=details)
        return known


def _raise_unheard(speaker: str) -> tuple[str, Voice]:
    raise NotFound("voice of the speaker", speaker)


def _with(connection: Connection, actor: Actor, project_id: str, name: str, heard: Voice) -> KnownVoice:
    moment = now()
    known = store.find(connection, project_id, name, heard.embedder)
    if known is not None:
        known = with_sample(known, heard, at=moment)
        store.save(connection, known)
        return known
    if store.count(connection, project_id) >= MAX_VOICES:
        raise Conflict(f"a project knows at most {MAX_VOICES} voices. Delete some that are not needed.")
    known = KnownVoice(
        id=new_id(),
        project_id=project_id,
        name=name,
        embedder=heard.embedder,
        embedding=heard.embedding,
        seconds=heard.seconds,
        created_by=actor.user_id,
        created_at=moment,
        updated_at=moment,
    )
    store.add(connection, known)
    return known


def _heard_in(connection: Connection, header: StoredAnnotation) -> dict[str, tuple[str, Voice]]:
    """Voices by the speakers of an annotation, each with the annotation of the model that heard it.

    People call speakers otherwise than the model did, and give some of its segments to others: whose voice it is, is
    told by who speaks when.
    """
    by_source = store.heard_in(connection, header.recording_id)
    if header.id in by_source:
        return {speaker: (header.id, voice) for speaker, voice in by_source[header.id].items()}
    mine = store.spoken(connection, header.id) if by_source else []
    found: dict[str, tuple[str, Voice]] = {}
    for source, heard in by_source.items():
        same = same_speakers(mine, store.spoken(connection, source))
        for heard_as, voice in heard.items():
            if heard_as in same:
                found.setdefault(same[heard_as], (source, voice))
    return found


# In the job that has engines listen.


def propose(connection: Connection, project: Project, heard: Iterable[Voice]) -> dict[str, Proposal]:
    """Find names for the speakers of a recording among the voices that its project knows.

    Parameters
    ----------
    heard : iterable of Voice
        The speakers; none gets a name that another one of them has already.
    """
    if not project.known_voices:
        return {}
    heard = tuple(heard)
    taken = {voice.speaker for voice in heard}
    return proposals(heard, [one for one in store.known(connection, project.id) if one.name not in taken])


def name_known(connection: Connection, project_id: str, found: Annotation) -> Annotation:
    """Give speakers whose voices the project knows their names, with a note that says so; locks the project.

    What comes back has voices only where the project keeps them, and only those that can be known.
    """
    if not found.voices:
        return found
    if not projects.get(connection, project_id).known_voices:
        return replace(found, voices=())
    # Who switches known voices off meanwhile waits, and finds then what was written here.
    project = projects.get(connection, project_id, lock=True)
    named = propose(connection, project, found.voices)
    kept = (voice for voice in found.voices if project.known_voices and can_be_known(voice))
    return replace(
        found,
        segments=tuple(
            replace(one, speaker=named[one.speaker].name) if one.speaker in named else one for one in found.segments
        ),
        voices=tuple(replace(v, speaker=named[v.speaker].name) if v.speaker in named else v for v in kept),
        notes=(*found.notes, *(_note(speaker, proposal) for speaker, proposal in sorted(named.items()))),
    )


def _note(speaker: str, proposal: Proposal) -> Note:
    alike = f"similarity {proposal.similarity:.2f}"
    return Note(
        kind=NoteKind.WARNING, message=f"{speaker} sounds like {proposal.name} ({alike}) and is called so; check it"
    )


def keep_heard(connection: Connection, header: StoredAnnotation, heard: Iterable[Voice]) -> None:
    """Keep what the speakers of a new annotation sound like, until somebody names them."""
    store.add_heard(connection, header.id, heard, at=header.created_at)
