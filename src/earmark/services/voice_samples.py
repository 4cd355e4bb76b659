"""Speakers who are called by name because samples of their voices came with the recording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.channels import MIX
from earmark.audio.resample import Resampler
from earmark.core.annotation import Note, NoteKind
from earmark.core.speakers import SpeakerCount
from earmark.core.voices import KnownVoice, proposals
from earmark.errors import InvalidField
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earmark.audio.source import Source
    from earmark.core.annotation import Annotation
    from earmark.core.speakers import Voice
    from earmark.engines.protocols import Diarizer

SHORTEST, LONGEST = 2.0, 10.0
"""Seconds of a sample, as OpenAI has them."""
FIELD = "known_speaker_references"


def voice_of(source: Source, diarizer: Diarizer) -> Voice | None:
    """Give the voice in a sample with one speaker; None where the diarizer cannot compare voices, or nobody speaks.

    Raises
    ------
    InvalidField
        The sample is too short or too long.
    UnreadableMedia
        It is no recording.
    """
    rate = diarizer.sample_rate
    stream, length = diarizer.listen(), 0
    with source.open() as reader:
        resampler = Resampler(reader.rate, rate, 1)
        for block in reader.blocks():
            sound = resampler.feed(MIX.take(block))
            length += sound.shape[1]
            if length > LONGEST * rate * 1.05:
                raise InvalidField(FIELD, f"{source.name}: a sample lasts {SHORTEST:g} to {LONGEST:g} s, not longer.")
            stream.feed(np.ascontiguousarray(sound[0]))
        rest = resampler.finish(1)
        length += rest.shape[1]
        stream.feed(np.ascontiguousarray(rest[0]))
    if length < SHORTEST * rate * 0.99:
        raise InvalidField(
            FIELD, f"{source.name}: a sample lasts {SHORTEST:g} to {LONGEST:g} s, this one {length / rate:.1f} s."
        )
    voices = stream.finish(SpeakerCount.exactly(1)).voices
    return max(voices, key=lambda voice: voice.seconds, default=None)


def called_by_name(found: Annotation, samples: Mapping[str, Voice | None]) -> Annotation:
    """Call speakers by the names of the people whose voices theirs are like; notes say what was decided."""
    known = [_known(name, voice) for name, voice in samples.items() if voice is not None]
    missing = [name for name, voice in samples.items() if voice is None]
    notes = [
        Note(
            kind=NoteKind.UNAVAILABLE,
            message=f"the voice of {name} cannot be compared with the speakers: that needs the networks for speakers "
            "and voices on the server (docs/models.md), and a sample in which somebody speaks",
        )
        for name in missing
    ]
    given = proposals(found.voices, known)
    notes += [
        Note(
            kind=NoteKind.WARNING,
            message=f"speaker {speaker} sounds like {one.name} (similarity {one.similarity:.2f}) and is called so",
        )
        for speaker, one in sorted(given.items())
    ]
    names = {speaker: one.name for speaker, one in given.items()}
    return replace(
        found,
        segments=tuple(
            replace(segment, speaker=names.get(segment.speaker, segment.speaker)) if segment.speaker else segment
            for segment in found.segments
        ),
        notes=(*found.notes, *notes),
        voices=(),
    )


def _known(name: str, voice: Voice) -> KnownVoice:
    moment = now()
    return KnownVoice(
        id=name,
        project_id="",
        name=name,
        embedder=voice.embedder,
        embedding=voice.embedding,
        seconds=voice.seconds,
        created_at=moment,
        updated_at=moment,
    )
