"""Annotations as OpenAI's audio API answers them: bodies, events of a stream, errors.

Sources: https://platform.openai.com/docs/api-reference/audio and the types of the ``openai`` package 3.57.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from earmark.core.annotation import NoteKind
from earmark.core.languages import NAMES
from earmark.core.sentences import join, split_all
from earmark.core.transcript import UNKNOWN_LANGUAGE, UNKNOWN_SPEAKER, language_of, speaker_of, speakers_note, spoken
from earmark.formats import srt, vtt
from earmark.integrations.openai_audio import DIARIZED, JSON, SEGMENT, SRT, TEXT, VERBOSE, VTT, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment, Word
    from earmark.integrations.openai_audio import Ask

MEDIA_TYPES = {
    JSON: "application/json",
    VERBOSE: "application/json",
    DIARIZED: "application/json",
    TEXT: "text/plain; charset=utf-8",
    SRT: "text/plain; charset=utf-8",
    VTT: "text/vtt; charset=utf-8",
}
LEAST_PROBABILITY = 1e-6
"""Words have a probability above zero, else their logarithm would be no number."""
FRAMES_PER_SECOND = 100
"""Of Whisper's features, in which ``seek`` counts."""
DONE = "[DONE]"


def sentences_of(annotation: Annotation) -> tuple[Segment, ...]:
    """What was said, sentence by sentence."""
    return split_all(spoken(annotation))


def answer(ask: Ask, annotation: Annotation) -> tuple[str, str]:
    """Give the body and the media type of an answer."""
    sentences = sentences_of(annotation)
    text = _text(sentences)
    kind = MEDIA_TYPES[ask.format]
    if ask.format == TEXT:
        return f"{text}\n", kind
    if ask.format in (SRT, VTT):
        write_cues = srt.dumps if ask.format == SRT else vtt.dumps
        return write_cues(replace(annotation, segments=sentences)), kind
    write = {JSON: _json, VERBOSE: verbose, DIARIZED: _diarized}[ask.format]
    return json.dumps(write(ask, annotation, sentences), ensure_ascii=False), kind


def _text(sentences: Iterable[Segment]) -> str:
    return join((sentence.text or "").strip() for sentence in sentences)


def _json(ask: Ask, annotation: Annotation, sentences: tuple[Segment, ...]) -> dict[str, Any]:
    said: dict[str, Any] = {"text": _text(sentences), "usage": _usage(annotation)}
    if ask.logprobs:
        said["logprobs"] = _logprobs(sentences)
    return said | _remarks(ask, annotation)


def verbose(ask: Ask, annotation: Annotation, sentences: tuple[Segment, ...]) -> dict[str, Any]:
    """Give the answer that holds times."""
    said: dict[str, Any] = {
        "task": ask.wanted.task,
        "language": _language(ask, annotation),
        "duration": round(annotation.duration, 3),
        "text": _text(sentences),
    }
    if WORD in ask.granularities:
        said["words"] = [word_of(word) for sentence in sentences for word in sentence.words]
    if SEGMENT in ask.granularities:
        said["segments"] = [segment_of(ask, count, sentence) for count, sentence in enumerate(sentences)]
    return said | {"usage": _usage(annotation)} | _remarks(ask, annotation)


def word_of(word: Word) -> dict[str, Any]:
    """Give a word with its times."""
    return {"word": word.text.strip(), "start": round(word.start, 3), "end": round(word.end, 3)}


def segment_of(ask: Ask, number: int, sentence: Segment) -> dict[str, Any]:
    """Give a sentence as Whisper gives a segment.

    Its tokens are not kept, hence none are told; that nobody spoke is 0, since only what a speech detector heard is
    written down. The mean logarithm is that of the probabilities of the words, 0 where the engine gives none.
    """
    text = (sentence.text or "").strip()
    said: dict[str, Any] = {
        "id": number,
        "seek": int(sentence.start * FRAMES_PER_SECOND),
        "start": round(sentence.start, 3),
        "end": round(sentence.end, 3),
        "text": text,
        "tokens": [],
        "temperature": ask.wanted.temperature or 0.0,
        "avg_logprob": _mean_logarithm(sentence),
        "compression_ratio": round(len(text.encode()) / len(zlib.compress(text.encode())), 3),
        "no_speech_prob": 0.0,
    }
    return said | {"speaker": speaker_of(sentence) or UNKNOWN_SPEAKER} if ask.speakers else said


def _mean_logarithm(sentence: Segment) -> float:
    known = [_logarithm(word.score) for word in sentence.words if word.score is not None]
    return round(sum(known) / len(known), 4) if known else 0.0


def _logarithm(probability: float) -> float:
    return math.log(max(probability, LEAST_PROBABILITY))


def _logprobs(sentences: Iterable[Segment]) -> list[dict[str, Any]]:
    """Give the logarithm of the probability of each word, which is as fine as it is known; none where it is not."""
    words = [word for sentence in sentences for word in sentence.words if word.score is not None]
    return [
        {
            "token": word.text,
            "bytes": list(word.text.encode()),
            "logprob": round(_logarithm(0.0 if word.score is None else word.score), 4),
        }
        for word in words
    ]


def _language(ask: Ask, annotation: Annotation) -> str:
    code = "en" if ask.wanted.task == "translate" else language_of(annotation) or ask.wanted.pipeline.language
    return UNKNOWN_LANGUAGE if code is None else NAMES.get(code, code)


def _usage(annotation: Annotation) -> dict[str, Any]:
    return {"type": "duration", "seconds": round(annotation.duration, 3)}


def _remarks(ask: Ask, annotation: Annotation) -> dict[str, Any]:
    """What OpenAI's answers have no place for: how far speakers could be told apart, and what else to know."""
    said: dict[str, Any] = {}
    warnings = [note.message for note in annotation.notes if note.kind is not NoteKind.DROPPED]
    if ask.speakers:
        missing = missing_of(annotation)
        known = any(speaker_of(segment) for segment in annotation.segments)
        said["diarization"] = {"enabled": known, "reason": speakers_note(annotation) or (None if known else missing)}
    return said | ({"warnings": warnings} if warnings else {})


def missing_of(annotation: Annotation) -> str | None:
    """What could not be had; None where all could."""
    return next((note.message for note in annotation.notes if note.kind is NoteKind.UNAVAILABLE), None)


# Speakers -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Letters:
    """Names speakers A, B, C ... as they appear, but those who are known by name."""

    names: tuple[str, ...] = ()
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, segment: Segment) -> str:
        """The letter of who speaks; ``UNKNOWN`` where nobody knows."""
        name = speaker_of(segment)
        if name is None:
            return UNKNOWN_SPEAKER
        if name in self.names:
            return name
        return self._known.setdefault(name, letters(len(self._known)))


def letters(index: int) -> str:
    """Count in capital letters.

    >>> [letters(index) for index in (0, 1, 25, 26, 27, 701, 702)]
    ['A', 'B', 'Z', 'AA', 'AB', 'ZZ', 'AAA']
    """
    written, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        written = chr(ord("A") + rest) + written
    return written


def _diarized(ask: Ask, annotation: Annotation, sentences: tuple[Segment, ...]) -> dict[str, Any]:
    names = Letters(ask.wanted.known)
    return {
        "task": "transcribe",
        "duration": round(annotation.duration, 3),
        "text": _text(sentences),
        "segments": [_turn(count, sentence, names) for count, sentence in enumerate(sentences)],
        "usage": _usage(annotation),
    } | _remarks(ask, annotation)


def _turn(number: int, sentence: Segment, names: Letters) -> dict[str, Any]:
    return {
        "type": "transcript.text.segment",
        "id": _id(number),
        "start": round(sentence.start, 3),
        "end": round(sentence.end, 3),
        "speaker": names.of(sentence),
        "text": (sentence.text or "").strip(),
    }


def _id(number: int) -> str:
    return f"seg_{number:03d}"


# A stream -------------------------------------------------------------------------------------------------------------


class Events:
    """The events of a stream, from what comes piece by piece.

    Parameters
    ----------
    ask : Ask
        What the client asked for.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._names = Letters()
        # Whose voice is whose is known at the end.
        self._turns_last = bool(ask.wanted.known)
        self._number = 0
        self._last = ""

    def of(self, segments: Iterable[Segment]) -> Iterator[dict[str, Any]]:
        """Tell of segments that will not change; the deltas of all of them make up the text."""
        for sentence in split_all(segment for segment in segments if (segment.text or "").strip()):
            text = (sentence.text or "").strip()
            event: dict[str, Any] = {
                "type": "transcript.text.delta",
                "delta": join([self._last, text])[len(self._last) :],
            }
            if self._ask.logprobs:
                event["logprobs"] = _logprobs([sentence])
            diarized = self._ask.format == DIARIZED and not self._turns_last
            yield event | ({"segment_id": _id(self._number)} if diarized else {})
            if diarized:
                yield _turn(self._number, sentence, self._names)
            self._number, self._last = self._number + 1, text

    def end(self, annotation: Annotation) -> Iterator[dict[str, Any]]:
        """Tell the whole text; where people are known by name, before it who said what."""
        sentences = sentences_of(annotation)
        if self._ask.format == DIARIZED and self._turns_last:
            names = Letters(self._ask.wanted.known)
            yield from (_turn(number, sentence, names) for number, sentence in enumerate(sentences))
        event: dict[str, Any] = {"type": "transcript.text.done", "text": _text(sentences)}
        if self._ask.logprobs:
            event["logprobs"] = _logprobs(sentences)
        yield event | _remarks(self._ask, annotation)


def as_event(content: Mapping[str, Any] | str) -> bytes:
    """Write an event as it goes over the line."""
    data = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return f"data: {data}\n\n".encode(errors="replace")


# Errors ---------------------------------------------------------------------------------------------------------------

_CODES = {
    "not_signed_in": "invalid_api_key",
    "no_such_address": "unknown_url",
    "queue_full": "rate_limit_exceeded",
    "too_many_attempts": "rate_limit_exceeded",
}
_STATUSES = {422: 400, 460: 400}
"""What OpenAI says of requests that make no sense."""
_USELESS = (409, 500, 501, 504)
"""Statuses at which its clients would send the same again, in vain."""


def error_of(problem: Mapping[str, Any]) -> tuple[int, Mapping[str, str], Any]:
    """Write a problem document as OpenAI writes errors: status, further headers, and the body."""
    status = int(problem["status"])
    faults = problem.get("errors") or []
    code = str(problem.get("code", ""))
    error = {
        "message": str(problem.get("detail") or problem.get("title") or "Something went wrong."),
        "type": _type(status),
        "param": faults[0]["where"] if faults else "model" if code == "model_not_found" else None,
        "code": _CODES.get(code, code),
    }
    headers = {"x-should-retry": "false"} if status in _USELESS else {}
    return _STATUSES.get(status, status), headers, {"error": error}


def _type(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"
