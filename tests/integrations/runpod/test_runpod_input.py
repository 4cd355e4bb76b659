"""The input of RunPod jobs: every rule, in Hearback's words and order."""

from __future__ import annotations

from typing import Any

import pytest

from earmark.core.languages import LANGUAGES
from earmark.core.project import Pipeline
from earmark.errors import InvalidValue
from earmark.integrations.runpod_input import read_input

URL = "https://example.com/audio.mp3"
DEFAULT = Pipeline()
NAMES = ", ".join(repr(code) for code in sorted((*LANGUAGES, "auto")))

WRONG = [
    (None, "No input provided"),
    ({}, "No input provided"),
    ([], "No input provided"),
    (0, "No input provided"),
    ({"language": "fr"}, "audio_url is required"),
    ({"audio_url": ""}, "audio_url is required"),
    ({"audio_url": None}, "audio_url is required"),
    ({"audio_url": URL, "language": "xx"}, f"Invalid language: xx. Must be one of {{{NAMES}}}"),
    ({"audio_url": URL, "language": None}, f"Invalid language: None. Must be one of {{{NAMES}}}"),
    ({"audio_url": URL, "language": ["fr"]}, f"Invalid language: ['fr']. Must be one of {{{NAMES}}}"),
    (
        {"audio_url": URL, "output_format": "docx"},
        "Invalid output_format: docx. Must be one of {'json', 'srt', 'txt', 'vtt'}",
    ),
    (
        {"audio_url": URL, "output_format": {}},
        "Invalid output_format: {}. Must be one of {'json', 'srt', 'txt', 'vtt'}",
    ),
    ({"audio_url": URL, "min_speakers": "2"}, "min_speakers must be an integer"),
    ({"audio_url": URL, "min_speakers": 2.0}, "min_speakers must be an integer"),
    ({"audio_url": URL, "min_speakers": True}, "min_speakers must be an integer"),
    ({"audio_url": URL, "max_speakers": "x"}, "max_speakers must be an integer"),
    ({"audio_url": URL, "max_speakers": False}, "max_speakers must be an integer"),
    ({"audio_url": URL, "min_speakers": 4, "max_speakers": 2}, "min_speakers cannot be greater than max_speakers"),
    ({"audio_url": URL, "min_speakers": 0}, "min_speakers must be at least 1"),
    ({"audio_url": URL, "max_speakers": -1}, "max_speakers must be at least 1"),
    ({"audio_url": URL, "max_speakers": 10**30}, "max_speakers must be at most 100"),
    ({"audio_url": URL, "diarize": "no"}, "diarize must be true or false"),
    ({"audio_url": URL, "task": "sing"}, "Invalid task: sing. Must be one of {'transcribe', 'translate'}"),
    ({"audio_url": URL, "temperature": 3}, "temperature must be a number from 0 to 1"),
    ({"audio_url": URL, "temperature": float("inf")}, "temperature must be a number from 0 to 1"),
    ({"audio_url": URL, "prompt": 5}, "prompt must be a string"),
    ({"audio_url": URL, "prompt": "a" * 10_001}, "prompt must have at most 10000 characters"),
    ({"audio_url": URL, "model": "/etc"}, "model must be a name, like large-v3 or organisation/repository"),
    ({"audio_url": URL, "model": "a/../../b"}, "model must be a name, like large-v3 or organisation/repository"),
    ({"audio_url": ["a"]}, "Transcription failed: audio_url must be a string, not list"),
    ("x", "Transcription failed: the input must be an object, not str"),
    # The other worker's.
    ({"audio": "", "model": "base"}, "Must provide either audio or audio_base64"),
    ({"audio": 5}, "audio should be str type, not int."),
    ({"audio": URL, "beam_size": "5"}, "beam_size should be int type, not str."),
    ({"audio": URL, "translate": "yes"}, "translate should be bool type, not str."),
    ({"audio": URL, "transcription": "html"}, "transcription does not meet the constraints."),
]


@pytest.mark.parametrize(("given", "message"), WRONG, ids=[message[:40] for _, message in WRONG])
def test_what_is_wrong_is_said_as_hearback_says_it(given: Any, message: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_input(given, DEFAULT)
    assert str(caught.value) == message


ORDER = ["audio_url", "language", "output_format", "min_speakers", "max_speakers"]
ALL_WRONG = {"audio_url": "", "language": "xx", "output_format": "x", "min_speakers": "a", "max_speakers": "b"}
RIGHT = {"audio_url": URL, "language": "fr", "output_format": "srt", "min_speakers": 3, "max_speakers": 2}


@pytest.mark.parametrize("place", range(len(ORDER)))
def test_the_first_mistake_in_hearbacks_order_is_told(place: int) -> None:
    given = {name: (RIGHT if ORDER.index(name) < place else ALL_WRONG)[name] for name in ORDER}
    with pytest.raises(InvalidValue, match=ORDER[place]):
        read_input(given, DEFAULT)


def test_hearbacks_example_is_understood() -> None:
    asked = read_input(
        {"audio_url": URL, "language": "fr", "min_speakers": 2, "max_speakers": 4, "output_format": "json"}, DEFAULT
    )
    pipeline = asked.wanted.pipeline
    assert (asked.url, asked.form, asked.output, asked.words) == (URL, "hearback", "json", True)
    assert (pipeline.language, pipeline.min_speakers, pipeline.max_speakers) == ("fr", 2, 4)
    assert pipeline.diarizer == "auto", "speakers are told apart unless the input says otherwise"


@pytest.mark.parametrize("code", [*LANGUAGES, "German", "FR"])
def test_every_language_is_taken(code: str) -> None:
    assert read_input({"audio_url": URL, "language": code}, DEFAULT).wanted.pipeline.language in LANGUAGES


def test_defaults_are_hearbacks() -> None:
    asked = read_input({"audio_url": URL, "min_speakers": None, "nobody_knows": 1}, DEFAULT)
    assert (asked.wanted.pipeline.language, asked.output) == (None, "json")
    assert read_input({"audio_url": URL, "language": "auto"}, DEFAULT).wanted.pipeline.language is None


def test_our_own_options_are_understood() -> None:
    given = {
        "audio_url": URL,
        "model": "large-v3",
        "engine": "whisper",
        "task": "translate",
        "prompt": "Minutes of a meeting",
        "hotwords": ["Earmark", "Hearback"],
        "speakers": 3,
        "multilingual": True,
        "word_timestamps": False,
        "temperature": 0.2,
        "beam_size": 3,
        "channels": "each",
        "diarizer": "spectral",
    }
    asked = read_input(given, DEFAULT)
    wanted, pipeline = asked.wanted, asked.wanted.pipeline
    assert (wanted.task, wanted.prompt, wanted.hotwords) == ("translate", "Minutes of a meeting", "Earmark, Hearback")
    assert (wanted.temperature, wanted.beam_size, asked.words) == (0.2, 3, False)
    assert (pipeline.model, pipeline.min_speakers, pipeline.max_speakers) == ("large-v3", 3, 3)
    assert (pipeline.multilingual, pipeline.channels, pipeline.diarizer) == (True, "each", "spectral")
    assert read_input({"audio_url": URL, "diarize": False}, DEFAULT).wanted.pipeline.diarizer == "none"


def test_sound_in_the_input_stands_for_the_url() -> None:
    assert read_input({"language": "fr", "audio_base64": "sent"}, DEFAULT, sent=True).url is None
    with pytest.raises(InvalidValue, match="not both"):
        read_input({"audio_url": URL, "audio_base64": "sent"}, DEFAULT, sent=True)
    with pytest.raises(InvalidValue, match="not both"):
        read_input({"audio": URL, "audio_base64": "sent"}, DEFAULT, sent=True)


def test_the_other_workers_input_is_known_by_its_keys() -> None:
    given = {
        "audio": URL,
        "model": "turbo",
        "transcription": "srt",
        "translate": False,
        "language": None,
        "temperature": 0,
        "beam_size": 5,
        "initial_prompt": "Hello",
        "enable_vad": True,
        "no_speech_threshold": 0.6,
        "word_timestamps": True,
    }
    asked = read_input(given, DEFAULT)
    assert (asked.form, asked.url, asked.output, asked.words) == ("worker", URL, "srt", True)
    assert (asked.wanted.pipeline.model, asked.wanted.prompt, asked.wanted.pipeline.diarizer) == (
        "turbo",
        "Hello",
        "none",
    )
    assert read_input({"audio": URL, "translate": True}, DEFAULT).wanted.task == "translate"


HOSTILE = {"flag": True, "number": 5, "endless": 1e400, "long": "x" * 100_000, "nested": [[]], "object": {"a": {}}}
HOSTILE |= {"huge": 10**5000, "half": "\ud83d"}
FIELDS = "audio_url language output_format min_speakers max_speakers model engine task prompt hotwords speakers "
FIELDS += "diarize diarizer temperature beam_size channels audio translate word_timestamps multilingual initial_prompt"


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", FIELDS.split())
def test_whatever_stands_there_ends_in_words_or_is_taken(name: str, value: Any) -> None:
    said = ""
    try:
        read_input({"audio_url": URL, name: value} if name != "audio" else {name: value}, DEFAULT)
    except InvalidValue as error:
        said = str(error)
    assert len(said) < 2_000
