"""The ``input`` of RunPod jobs: that of Hearback and that of RunPod's worker-faster_whisper, checked and understood.

Messages and the order of the checks are Hearback's, so that clients which read them find what they know. What Hearback
does not check is checked afterwards. Keys that nobody knows are ignored, as both do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earmark.core.languages import LANGUAGES, language_code
from earmark.core.project import DIARIZERS, Pipeline
from earmark.core.speakers import MOST_SPEAKERS
from earmark.core.transcription import Wanted
from earmark.errors import InvalidValue

AUTO = "auto"
HEARBACK, WORKER = "hearback", "worker"
"""The two forms of input, each with an output of its own."""
FAILED = "Transcription failed: "
"""What stands before every error that is none of the input's, and before those of the input that Hearback ran into."""
FORMATS = ("json", "srt", "txt", "vtt")
ENGINES = ("whisper", "pocketsphinx")
TASKS = ("transcribe", "translate")
WRITTEN = ("plain_text", "formatted_text", "srt", "vtt")
"""The formats of worker-faster_whisper."""
MAX_TEXT = 10_000
"""Longest prompt or list of hotwords in characters."""
MAX_SHOWN = 100
"""Of a value that is wrong so many characters are repeated."""

_WORKER_ONLY = frozenset(
    {
        "audio",
        "transcription",
        "translate",
        "translation",
        "best_of",
        "patience",
        "length_penalty",
        "suppress_tokens",
        "initial_prompt",
        "condition_on_previous_text",
        "temperature_increment_on_fallback",
        "compression_ratio_threshold",
        "logprob_threshold",
        "no_speech_threshold",
        "enable_vad",
    }
)
"""What only clients of worker-faster_whisper say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the input of a job asks for.

    Attributes
    ----------
    wanted : Wanted
        What is to be done.
    url : str or None
        Where the sound is; None where it was sent in the input.
    form : str
        ``hearback`` or ``worker``.
    output : str
        One of `FORMATS`, or of `WRITTEN`.
    words : bool
        Whether words with times are wanted.
    """

    wanted: Wanted
    url: str | None
    form: str = HEARBACK
    output: str = "json"
    words: bool = True

    @property
    def details(self) -> dict[str, Any]:
        """What has to be known when the result is written."""
        return {"form": self.form, "output": self.output, "words": self.words}


def read_input(given: Any, default: Pipeline, *, sent: bool = False) -> Asked:
    """Understand the input of a job.

    Parameters
    ----------
    given : object
        What stands at ``input``, as JSON is read; the sound in ``audio_base64`` has been taken out by others.
    default : Pipeline
        Engine and model of those who name none.
    sent : bool
        Whether ``audio_base64`` held a recording.

    Raises
    ------
    InvalidValue
        With the message that the client gets, word for word.
    """
    if not given:
        raise InvalidValue("No input provided")
    if not isinstance(given, Mapping):
        raise InvalidValue(f"{FAILED}the input must be an object, not {_kind(given)}")
    return _worker(given, default, sent=sent) if _is_worker(given) else _hearback(given, default, sent=sent)


def _is_worker(given: Mapping[str, Any]) -> bool:
    return "audio_url" not in given and bool(_WORKER_ONLY & set(given))


# Hearback -------------------------------------------------------------------------------------------------------------


def _hearback(given: Mapping[str, Any], default: Pipeline, *, sent: bool) -> Asked:
    url = given.get("audio_url")
    if not url and not sent:
        raise InvalidValue("audio_url is required")
    _check_known(given)
    if url and sent:
        raise InvalidValue("give audio_url or audio_base64, not both")
    if url and not isinstance(url, str):
        raise InvalidValue(f"{FAILED}audio_url must be a string, not {_kind(url)}")
    least, most = _speakers(given)
    pipeline = replace(
        default,
        language=_language(given.get("language", AUTO)),
        engine=_choice(given, "engine", ENGINES, default.engine),
        model=_model(given, default),
        diarizer=_diarizer(given),
        min_speakers=least,
        max_speakers=most,
        multilingual=_flag(given, "multilingual", default=default.multilingual),
        channels=_text(given, "channels") or default.channels,
    )
    wanted = Wanted(
        pipeline=pipeline,
        task=_choice(given, "task", TASKS, "transcribe"),
        prompt=_text(given, "prompt"),
        hotwords=_text(given, "hotwords"),
        temperature=_number(given, "temperature", least=0.0, most=1.0),
        beam_size=_whole(given, "beam_size", most=100),
    )
    words = _flag(given, "word_timestamps", default=True)
    return Asked(wanted=wanted, url=url or None, output=given.get("output_format", "json"), words=words)


def _check_known(given: Mapping[str, Any]) -> None:
    """What Hearback checks, in its order and its words."""
    language = given.get("language", AUTO)
    if _language_or_none(language) is None:
        raise InvalidValue(f"Invalid language: {_shown(language)}. Must be one of {_set((*LANGUAGES, AUTO))}")
    output = given.get("output_format", "json")
    if not isinstance(output, str) or output not in FORMATS:
        raise InvalidValue(f"Invalid output_format: {_shown(output)}. Must be one of {_set(FORMATS)}")
    for name in ("min_speakers", "max_speakers"):
        # True and False are integers for Python, but no number of people.
        if not (given.get(name) is None or _is_whole(given[name])):
            raise InvalidValue(f"{name} must be an integer")
    least, most = given.get("min_speakers"), given.get("max_speakers")
    if least is not None and most is not None and least > most:
        raise InvalidValue("min_speakers cannot be greater than max_speakers")
    for name in ("min_speakers", "max_speakers"):
        _whole(given, name, most=MOST_SPEAKERS)


def _language_or_none(given: object) -> str | None:
    """A code, or ``auto``; None for what is neither a code nor an English name of a language."""
    if not isinstance(given, str):
        return None
    if given.strip().lower() == AUTO:
        return AUTO
    try:
        return language_code(given)
    except InvalidValue:
        return None


def _language(given: object) -> str | None:
    found = _language_or_none(given)
    return None if found == AUTO else found


def _speakers(given: Mapping[str, Any]) -> tuple[int | None, int | None]:
    for name in ("num_speakers", "speakers"):
        exactly = _whole(given, name, most=MOST_SPEAKERS)
        if exactly is not None:
            return exactly, exactly
    return given.get("min_speakers"), given.get("max_speakers")


def _diarizer(given: Mapping[str, Any]) -> str:
    if not _flag(given, "diarize", default=True):
        return "none"
    return _choice(given, "diarizer", DIARIZERS, "auto")


# worker-faster_whisper ------------------------------------------------------------------------------------------------

_CHECKS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "audio": ("str", lambda value: isinstance(value, str)),
    "model": ("str", lambda value: isinstance(value, str)),
    "transcription": ("str", lambda value: isinstance(value, str)),
    "translate": ("bool", lambda value: isinstance(value, bool)),
    "translation": ("str", lambda value: isinstance(value, str)),
    "language": ("str", lambda value: isinstance(value, str)),
    "temperature": ("float", lambda value: _is_number(value)),
    "beam_size": ("int", lambda value: _is_whole(value)),
    "initial_prompt": ("str", lambda value: isinstance(value, str)),
    "word_timestamps": ("bool", lambda value: isinstance(value, bool)),
}
"""What is used of the input of that worker, and of what type it is; null is not given."""


def _worker(given: Mapping[str, Any], default: Pipeline, *, sent: bool) -> Asked:
    given = {name: value for name, value in given.items() if value is not None}
    for name, (kind, holds) in _CHECKS.items():
        if name in given and not holds(given[name]):
            raise InvalidValue(f"{name} should be {kind} type, not {_kind(given[name])}.")
    url = given.get("audio")
    if not url and not sent:
        raise InvalidValue("Must provide either audio or audio_base64")
    if url and sent:
        raise InvalidValue("Must provide either audio or audio_base64, not both")
    translated = bool(given.get("translate"))
    output = given.get("translation" if translated else "transcription", WRITTEN[0])
    if output not in WRITTEN:
        raise InvalidValue(f"{'translation' if translated else 'transcription'} does not meet the constraints.")
    language = given.get("language", AUTO) or AUTO
    if _language_or_none(language) is None:
        raise InvalidValue(f"Invalid language: {_shown(language)}. Must be one of {_set((*LANGUAGES, AUTO))}")
    pipeline = replace(default, language=_language(language), model=_model(given, default), diarizer="none")
    wanted = Wanted(
        pipeline=pipeline,
        task="translate" if translated else "transcribe",
        prompt=_text(given, "initial_prompt"),
        temperature=_number(given, "temperature", least=0.0, most=1.0),
        beam_size=_whole(given, "beam_size", most=100),
    )
    words = _flag(given, "word_timestamps", default=False)
    return Asked(wanted=wanted, url=url or None, form=WORKER, output=output, words=words)


# Values ---------------------------------------------------------------------------------------------------------------


def _flag(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InvalidValue(f"{name} must be true or false")
    return value


def _choice(given: Mapping[str, Any], name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in choices:
        raise InvalidValue(f"Invalid {name}: {_shown(value)}. Must be one of {_set(choices)}")
    return value


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"{name} must be a string")
    if value is not None and len(value) > MAX_TEXT:
        raise InvalidValue(f"{name} must have at most {MAX_TEXT} characters")
    return value or None


def _model(given: Mapping[str, Any], default: Pipeline) -> str | None:
    """Name of weights. Folders of the server are none of a client's business."""
    name = _text(given, "model")
    if name is None:
        return default.model if _choice(given, "engine", ENGINES, default.engine) == default.engine else None
    if re.match(r"[/\\.~]|[A-Za-z]:", name) or ".." in name or len(name) > MAX_SHOWN:
        raise InvalidValue("model must be a name, like large-v3 or organisation/repository")
    return name


def _whole(given: Mapping[str, Any], name: str, *, most: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not _is_whole(value):
        raise InvalidValue(f"{name} must be an integer")
    if not 1 <= value <= most:
        raise InvalidValue(f"{name} must be at least 1" if value < 1 else f"{name} must be at most {most}")
    return int(value)


def _number(given: Mapping[str, Any], name: str, *, least: float, most: float) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if not _is_number(value) or not least <= value <= most:
        raise InvalidValue(f"{name} must be a number from {least:g} to {most:g}")
    return float(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _set(values: tuple[str, ...]) -> str:
    """Write names as Python writes a set of them, but always in the same order."""
    return "{" + ", ".join(repr(value) for value in sorted(values)) + "}"


def _shown(value: object) -> str:
    try:
        text = str(value)
    except ValueError:  # An integer with thousands of digits.
        text = _kind(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _kind(value: object) -> str:
    return type(value).__name__
