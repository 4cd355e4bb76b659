"""Who speaks: turns from a diarizer, or from channels that are one person's each, brought into a timeline."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from earmark.core.annotation import Note, NoteKind
from earmark.core.segment import SPEECH, Segment
from earmark.core.speakers import Diarization, SpeakerCount, Turn, Voice, by_appearance
from earmark.core.speaking import Turns, by_speaker, with_speech_of
from earmark.services.in_time import InTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from earmark.engines.protocols import Diarizer
    from earmark.services.analyse import Analysis
    from earmark.services.listening import Heard

Rows = list[list[Segment]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldApart:
    """Who speaks when in a recording.

    Attributes
    ----------
    rows : list of list of Segment
        The timeline of each channel, in which all that anybody says is speech; no speakers in it yet, since words that
        are still to come decide where it is cut.
    turns : mapping from int or None to Turns
        The turns on each channel; empty where speakers are not told apart.
    voices : tuple of Voice
        What the speakers sound like.
    notes : tuple of Note
        What the user should know.
    """

    rows: Rows
    turns: dict[int | None, Turns] = field(default_factory=dict)
    voices: tuple[Voice, ...] = ()
    notes: tuple[Note, ...] = ()

    def spoken(self, row: Sequence[Segment]) -> list[Segment]:
        """Give the speech of a timeline its speakers."""
        return [part for segment in row for part in self._parts(segment)]

    def _parts(self, segment: Segment) -> list[Segment]:
        turns = self.turns.get(segment.channel)
        return [segment] if turns is None or segment.label != SPEECH else by_speaker(segment, turns)

    def passed_on(self, heard: Heard | None) -> Heard | None:
        """What gives segments on to ``heard`` with their speakers, in order of time over all channels."""
        return None if heard is None else InTime(self.rows, self.spoken, heard)


def tell_apart(analysis: Analysis, rows: Rows, diarizer: Diarizer | None, speakers: SpeakerCount | None) -> ToldApart:
    """Find out who speaks when; what a diarizer hears as speech is speech in the timeline, too.

    Parameters
    ----------
    analysis : Analysis
        What was heard in the first passes.
    rows : list of list of Segment
        The timeline of each channel.
    diarizer : Diarizer or None
        What listened.
    speakers : SpeakerCount or None
        How many speakers there may be; None where nobody asked.
    """
    if speakers is None:
        return ToldApart(rows=rows)
    if analysis.separate:
        return _by_channel(analysis, rows)
    if diarizer is None:
        return ToldApart(rows=rows)
    found = _together(
        (stream.finish(speakers), channel)
        for stream, channel in zip(analysis.listeners, analysis.channels, strict=True)
    )
    turns = {channel: Turns(turn for turn in found.turns if turn.channel == channel) for channel in analysis.channels}
    caution = [f"speakers told apart by {diarizer.name}: {diarizer.caution}"] if diarizer.caution else []
    return ToldApart(
        rows=[with_speech_of(row, turns[channel]) for row, channel in zip(rows, analysis.channels, strict=True)],
        turns=turns,
        voices=found.voices,
        notes=tuple(Note(kind=NoteKind.WARNING, message=text) for text in caution),
    )


def _together(several: Iterable[tuple[Diarization, int | None]]) -> Diarization:
    """Join what was heard on several channels; the same name on two of them means two people."""
    turns: list[Turn] = []
    voices: list[Voice] = []
    for found, channel in several:
        turns += [replace(turn, channel=channel, speaker=f"{channel} {turn.speaker}") for turn in found.turns]
        voices += [replace(voice, speaker=f"{channel} {voice.speaker}") for voice in found.voices]
    return by_appearance(Diarization(turns=tuple(turns), voices=tuple(voices)))


def _by_channel(analysis: Analysis, rows: Rows) -> ToldApart:
    """Take each channel for one person."""
    speech = (segment for segments in rows for segment in segments if segment.label == SPEECH)
    turns = [
        Turn(start=segment.start, end=segment.end, speaker=str(segment.channel), channel=segment.channel)
        for segment in speech
    ]
    found = by_appearance(Diarization(turns=tuple(turns)))
    number = len(analysis.channels)
    message = f"{number} channels with one person on each: speakers are told apart by channel"
    return ToldApart(
        rows=rows,
        turns={
            channel: Turns(turn for turn in found.turns if turn.channel == channel) for channel in analysis.channels
        },
        notes=(Note(kind=NoteKind.WARNING, message=message),),
    )
