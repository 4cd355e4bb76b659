"""Requests to OpenAI's audio API, translated: what is wanted, and how it is to be answered.

Sources: https://platform.openai.com/docs/api-reference/audio and the types of the ``openai`` package 3.57.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.core.languages import language_code
from earmark.core.project import require_name
from earmark.core.speakers import MOST_SPEAKERS
from earmark.core.transcription import Wanted
from earmark.errors import InvalidField, InvalidValue
from earmark.integrations.form_fields import SHOWN, Fields
from earmark.integrations.openai_models import pipeline_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from earmark.core.project import Pipeline
    from earmark.services.platform import Platform

NAME = "openai"
JSON, TEXT, SRT, VERBOSE, VTT, DIARIZED = "json", "text", "srt", "verbose_json", "vtt", "diarized_json"
FORMATS = (JSON, TEXT, SRT, VERBOSE, VTT, DIARIZED)
WORD, SEGMENT = "word", "segment"
PROMPT_TOKENS = 200
"""So much of the end of a prompt is used; OpenAI's Whisper takes the last 224 tokens, some of which we need."""
_PIECES = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request that was understood.

    Attributes
    ----------
    wanted : Wanted
        What is asked of the engines.
    model : str
        The model as the client calls it.
    format : str
        One of `FORMATS`.
    granularities : frozenset of str
        Of ``word`` and ``segment``: what a verbose answer holds.
    stream : bool
        Whether text is told as it comes.
    logprobs : bool
        Whether the probabilities of words are told.
    samples : tuple of bytes
        Files with the voices of the people whom ``wanted`` names.
    """

    wanted: Wanted
    model: str
    format: str = JSON
    granularities: frozenset[str] = frozenset({SEGMENT})
    stream: bool = False
    logprobs: bool = False
    samples: tuple[bytes, ...] = ()

    @property
    def speakers(self) -> bool:
        """Whether it asks who speaks."""
        return self.wanted.pipeline.diarizer != "none"


def read_transcription(platform: Platform, pairs: Iterable[tuple[str, str]]) -> Ask:
    """Understand the fields of ``POST /v1/audio/transcriptions``; those that are unknown are passed over.

    Raises
    ------
    InvalidField
        A value makes no sense, or asks for what is not to be had here.
    ModelNotFound
        There is no such model.
    """
    fields = Fields(pairs)
    known = known_speakers(fields)
    _check_chunking(fields)
    shape = fields.choice("response_format", FORMATS, JSON)
    model = fields.text("model") or ""
    pipeline = pipeline_for(platform, model)
    if shape == DIARIZED or fields.switch("diarize") or known:
        pipeline = replace(pipeline, diarizer="auto")
    pipeline = replace(
        _with_languages(pipeline, fields),
        min_speakers=fields.whole("min_speakers", least=1, most=MOST_SPEAKERS),
        max_speakers=fields.whole("max_speakers", least=1, most=MOST_SPEAKERS),
    )
    _require_order(pipeline)
    return Ask(
        wanted=replace(_wanted(fields, pipeline, "transcribe"), known=tuple(known)),
        model=model,
        format=shape,
        granularities=_granularities(fields),
        stream=fields.switch("stream"),
        logprobs=_wants_logprobs(fields),
        samples=tuple(known.values()),
    )


def read_translation(platform: Platform, pairs: Iterable[tuple[str, str]]) -> Ask:
    """Understand the fields of ``POST /v1/audio/translations``; see `read_transcription`."""
    fields = Fields(pairs)
    shape = fields.choice("response_format", FORMATS[:-1], JSON)
    model = fields.text("model") or ""
    pipeline = replace(pipeline_for(platform, model), diarizer="none")
    return Ask(wanted=_wanted(fields, pipeline, "translate"), model=model, format=shape)


def _wanted(fields: Fields, pipeline: Pipeline, task: str) -> Wanted:
    # OpenAI's 0 lets the engine decide, as None does here.
    temperature = fields.number("temperature", least=0, most=1) or None
    hotwords = ", ".join((*fields.many("hotwords"), *fields.many("keywords"))) or None
    return Wanted(
        pipeline=pipeline,
        task=task,
        prompt=_end_of(fields.text("prompt")),
        hotwords=hotwords,
        temperature=temperature,
    )


def _end_of(prompt: str | None) -> str | None:
    """The last words of a prompt, about `PROMPT_TOKENS` of them, counted rather too high than too low."""
    if prompt is None:
        return None
    kept: list[str] = []
    tokens = 0
    for piece in reversed(_PIECES.findall(prompt[-4000:])):
        tokens += _tokens(piece.strip())
        if tokens > PROMPT_TOKENS:
            break
        kept.insert(0, piece)
    return "".join(kept).strip() or None


def _tokens(word: str) -> int:
    """About how many tokens a word is: a letter of another script takes one or two of them."""
    return -(-len(word) // 3) if word.isascii() else -(-len(word.encode()) // 2)


def _with_languages(pipeline: Pipeline, fields: Fields) -> Pipeline:
    named = fields.many("language") or fields.many("languages")
    codes = list(dict.fromkeys(map(_code, named)))
    several = fields.switch("multilingual", default=len(codes) > 1)
    return replace(pipeline, language=codes[0] if len(codes) == 1 else None, multilingual=several)


def _code(name: str) -> str:
    # Some send a locale: en-US.
    try:
        return language_code(re.split(r"[-_]", name)[0] if len(name) <= 6 else name)
    except InvalidValue as error:
        raise InvalidField("language", str(error)) from None


def _require_order(pipeline: Pipeline) -> None:
    least, most = pipeline.min_speakers, pipeline.max_speakers
    if least is not None and most is not None and least > most:
        raise InvalidField("min_speakers", f"at least {least} and at most {most} speakers cannot both be.")


def _granularities(fields: Fields) -> frozenset[str]:
    found = fields.many("timestamp_granularities")
    for one in found:
        if one not in (WORD, SEGMENT):
            raise InvalidField("timestamp_granularities", f"holds word and segment, not {one[:SHOWN]!r}.")
    return frozenset(found or {SEGMENT})


def _wants_logprobs(fields: Fields) -> bool:
    found = fields.many("include")
    for one in found:
        if one != "logprobs":
            raise InvalidField("include", f"holds logprobs, not {one[:SHOWN]!r}.")
    return bool(found)


def _check_chunking(fields: Fields) -> None:
    """Recordings are always cut where nobody speaks: what a client asks for in this is looked at, and no more."""
    fields.choice("chunking_strategy", ("auto", "server_vad"), "auto")
    fields.choice("chunking_strategy[type]", ("auto", "server_vad"), "auto")
    fields.number("chunking_strategy[threshold]", least=0, most=1)
    for name in ("prefix_padding_ms", "silence_duration_ms"):
        fields.whole(f"chunking_strategy[{name}]", least=0, most=60_000)


# Known speakers -------------------------------------------------------------------------------------------------------

NAMES, REFERENCES = "known_speaker_names", "known_speaker_references"
MOST_KNOWN = 4
MAX_REFERENCE = 3 * 1024 * 1024
"""Most bytes of a sample as it is sent: ten seconds of 48 kHz in two channels fit."""
LARGE_FIELDS = {REFERENCES: MAX_REFERENCE, f"{REFERENCES}[]": MAX_REFERENCE}
_DATA_URL = re.compile(r"data:[\w.+/;=-]*?;base64,(.*)", re.DOTALL)


def known_speakers(fields: Fields) -> dict[str, bytes]:
    """Read names with samples of their voices; nothing where none are given."""
    names, references = fields.many(NAMES), fields.many(REFERENCES)
    if len(names) != len(set(names)) or len(names) > MOST_KNOWN:
        raise InvalidField(NAMES, f"holds {MOST_KNOWN} different names at most.")
    if len(names) != len(references):
        raise InvalidField(
            REFERENCES if names else NAMES, f"{len(names)} names need as many samples of voices, not {len(references)}."
        )
    return {checked_speaker(name): _sample(reference) for name, reference in zip(names, references, strict=True)}


def checked_speaker(name: str) -> str:
    """Return the name of a speaker; raise ``InvalidField`` where it cannot be one."""
    try:
        return require_name(name, what="speaker")
    except InvalidValue as error:
        raise InvalidField(NAMES, str(error)) from None


def _sample(reference: str) -> bytes:
    found = _DATA_URL.fullmatch(reference)
    try:
        if found is not None and (sample := base64.b64decode(found[1], validate=True)):
            return sample
    except binascii.Error:
        pass
    raise InvalidField(REFERENCES, "a sample is a data URL: data:audio/wav;base64,...")
