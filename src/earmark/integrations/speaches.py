"""What speaches adds to OpenAI's audio API: who speaks when, and when anybody does, without a text.

Source: https://github.com/speaches-ai/speaches (src/speaches/routers/diarization.py and vad.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from earmark.core.project import Pipeline
from earmark.core.segment import SPEECH
from earmark.core.speakers import MOST_SPEAKERS, Turn, joined
from earmark.core.transcript import speaker_of
from earmark.core.transcription import Wanted
from earmark.errors import ModelNotFound
from earmark.formats import rttm
from earmark.integrations.form_fields import Fields
from earmark.integrations.openai_answers import missing_of
from earmark.integrations.openai_audio import known_speakers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from earmark.core.annotation import Annotation
    from earmark.services.platform import Platform

JSON, RTTM = "json", "rttm"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeachesAsk:
    """A request that was understood: what is wanted, how it is answered, and samples of voices."""

    wanted: Wanted
    format: str = JSON
    samples: tuple[bytes, ...] = ()


def read_diarization(_platform: Platform, pairs: Iterable[tuple[str, str]]) -> SpeachesAsk:
    """Understand the fields of ``POST /v1/audio/diarization``; any model will do, since the server has one way.

    Raises
    ------
    InvalidField
        A value makes no sense.
    """
    fields = Fields(pairs)
    known = known_speakers(fields)
    pipeline = Pipeline(
        engine="none",
        diarizer="auto",
        min_speakers=fields.whole("min_speakers", least=1, most=MOST_SPEAKERS),
        max_speakers=fields.whole("max_speakers", least=1, most=MOST_SPEAKERS),
    )
    return SpeachesAsk(
        wanted=Wanted(pipeline=pipeline, known=tuple(known)),
        format=fields.choice("response_format", (JSON, RTTM), JSON),
        samples=tuple(known.values()),
    )


def read_timestamps(_platform: Platform, _pairs: Iterable[tuple[str, str]]) -> SpeachesAsk:
    """Understand ``POST /v1/audio/speech/timestamps``; thresholds of another detector say nothing to ours."""
    return SpeachesAsk(wanted=Wanted(pipeline=Pipeline(engine="none")))


def diarization(ask: SpeachesAsk, annotation: Annotation) -> tuple[str, str]:
    """Give body and media type: who speaks when.

    Raises
    ------
    ModelNotFound
        Nothing on this server tells speakers apart.
    """
    speech = [segment for segment in annotation.segments if segment.label == SPEECH]
    spoken = [segment for segment in speech if speaker_of(segment) is not None]
    if speech and not spoken:
        raise ModelNotFound(missing_of(annotation) or "nothing on this server tells speakers apart.")
    if ask.format == RTTM:
        return rttm.dumps(replace(annotation, segments=tuple(spoken))), "text/plain; charset=utf-8"
    turns = joined(
        (
            Turn(start=segment.start, end=segment.end, speaker=speaker_of(segment) or "", channel=segment.channel)
            for segment in spoken
        ),
        gap=0.0,
    )
    segments = [{"start": round(turn.start, 3), "end": round(turn.end, 3), "speaker": turn.speaker} for turn in turns]
    return json.dumps({"duration": round(annotation.duration, 3), "segments": segments}), "application/json"


def timestamps(_ask: SpeachesAsk, annotation: Annotation) -> tuple[str, str]:
    """Give body and media type: when anybody speaks, in milliseconds."""
    found: list[dict[str, Any]] = [
        {"start": round(segment.start * 1000), "end": round(segment.end * 1000)}
        for segment in annotation.segments
        if segment.label == SPEECH
    ]
    return json.dumps(found), "application/json"
