"""The API of whisper-asr-webservice, translated.

Source: https://github.com/ahmetoner/whisper-asr-webservice (app/webservice.py), which takes options in the query.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from earmark.core.languages import NAMES, language_code
from earmark.core.sentences import join
from earmark.core.speakers import MOST_SPEAKERS
from earmark.core.transcript import language_of
from earmark.core.transcription import DETECT, Wanted
from earmark.errors import InvalidField, InvalidValue
from earmark.formats import srt, vtt
from earmark.formats.answers import whisper_tsv
from earmark.formats.rendering import one_line
from earmark.integrations.form_fields import Fields
from earmark.integrations.openai_answers import segment_of, sentences_of
from earmark.integrations.openai_audio import Ask
from earmark.services import transcriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Word
    from earmark.services.platform import Platform

NAME = "asr"
OUTPUTS = ("txt", "vtt", "srt", "tsv", "json")
TASKS = ("transcribe", "translate")
ENGINES = {"whisper": "faster_whisper"}
"""What the header ``Asr-Engine`` calls our engines where that server has the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsrAsk:
    """A request that was understood.

    Attributes
    ----------
    wanted : Wanted
        What is asked of the engines.
    raw : bool
        Whether the file is bare samples: 16 bits, little-endian, mono, 16 kHz.
    output : str
        One of `OUTPUTS`.
    words : bool
        Whether JSON holds words.
    """

    wanted: Wanted
    raw: bool = False
    output: str = "txt"
    words: bool = False


def read_asr(platform: Platform, query: Iterable[tuple[str, str]]) -> AsrAsk:
    """Understand the query of ``POST /asr``; what is unknown is passed over.

    Speech is always looked for first, hence ``vad_filter`` changes nothing.

    Raises
    ------
    InvalidField
        A value makes no sense.
    """
    fields = Fields(query)
    fields.switch("vad_filter")
    pipeline = replace(
        transcriptions.default_pipeline(platform),
        language=_language(fields),
        diarizer="auto" if fields.switch("diarize") else "none",
        min_speakers=fields.whole("min_speakers", least=1, most=MOST_SPEAKERS),
        max_speakers=fields.whole("max_speakers", least=1, most=MOST_SPEAKERS),
    )
    return AsrAsk(
        wanted=Wanted(
            pipeline=pipeline,
            task=fields.choice("task", TASKS, "transcribe"),
            prompt=fields.text("initial_prompt"),
        ),
        raw=is_raw(fields),
        output=fields.choice("output", OUTPUTS, "txt"),
        words=fields.switch("word_timestamps"),
    )


def read_detection(platform: Platform, query: Iterable[tuple[str, str]]) -> AsrAsk:
    """Understand the query of ``POST /detect-language``."""
    wanted = Wanted(pipeline=transcriptions.default_pipeline(platform), task=DETECT)
    return AsrAsk(wanted=wanted, raw=is_raw(Fields(query)))


def is_raw(fields: Fields) -> bool:
    """Whether the client says that it decoded the recording already, as Bazarr does."""
    return not fields.switch("encode", default=True)


def _language(fields: Fields) -> str | None:
    name = fields.text("language")
    try:
        return None if name is None else language_code(name)
    except InvalidValue as error:
        raise InvalidField("language", str(error)) from None


def answer(ask: AsrAsk, annotation: Annotation) -> str:
    """Write the transcript, sentence by sentence."""
    sentences = sentences_of(annotation)
    whole = replace(annotation, segments=sentences)
    if ask.output == "json":
        return json.dumps(_content(ask, whole), ensure_ascii=False)
    if ask.output == "txt":
        return "".join(f"{one_line(sentence.text or '')}\n" for sentence in sentences)
    return {"srt": srt.dumps, "vtt": vtt.dumps, "tsv": whisper_tsv}[ask.output](whole)


def _content(ask: AsrAsk, annotation: Annotation) -> dict[str, Any]:
    like = Ask(wanted=ask.wanted, model="")
    segments = []
    for number, sentence in enumerate(annotation.segments):
        words = {"words": [_word(word) for word in sentence.words]} if ask.words else {}
        segments.append(segment_of(like, number, sentence) | words)
    text = join(segment["text"] for segment in segments)
    return {"language": language_of(annotation), "segments": segments, "text": text}


def _word(word: Word) -> dict[str, Any]:
    said = {"word": f" {word.text.strip()}", "start": round(word.start, 3), "end": round(word.end, 3)}
    return said if word.score is None else said | {"probability": round(word.score, 4)}


def headers(ask: AsrAsk, name: str) -> dict[str, str]:
    """Give the headers of a transcript; the name of the file is written so that it cannot leave its header."""
    engine = ask.wanted.pipeline.engine
    return {
        "Asr-Engine": ENGINES.get(engine, engine),
        "Content-Disposition": f'attachment; filename="{quote(name, safe="")}.{ask.output}"',
    }


def detected(result: Mapping[str, Any]) -> dict[str, Any]:
    """Write which language was heard."""
    code = str(result["language"])
    return {
        "detected_language": NAMES.get(code, code),
        "language_code": code,
        "confidence": float(result["probability"]),
    }
