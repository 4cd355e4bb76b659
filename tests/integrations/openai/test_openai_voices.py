"""People who are called by their names because OpenAI's client sends samples of their voices."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openai
import pytest
import soundfile
from openai import OpenAI
from tests.integrations.listening import Listening, encoded, silence

from earmark.core.job import JobState
from earmark.services import transcriptions

HOST, GUEST = "1688/1688-142285", "1998/1998-15444"


@pytest.fixture(scope="module")
def client(with_voices: Listening) -> Iterator[OpenAI]:
    with client_of(with_voices) as client:
        yield client


def client_of(server: Listening) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key=server.token, max_retries=0, timeout=300)


def utterance(test_data: Path, person: str, number: int) -> np.ndarray:
    samples, _ = soundfile.read(test_data / "audio" / "speakers" / f"{person}-{number:04}.flac", dtype="int16")
    return np.asarray(samples)


def data_url(wav: bytes) -> str:
    return f"data:audio/wav;base64,{base64.b64encode(wav).decode()}"


@pytest.mark.slow
def test_people_are_called_by_the_names_of_their_voices(
    client: OpenAI, with_voices: Listening, test_data: Path
) -> None:
    talk = np.concatenate([utterance(test_data, HOST, 1), utterance(test_data, GUEST, 0)])
    border = len(utterance(test_data, HOST, 1)) / 16_000
    samples = [data_url(encoded(utterance(test_data, *one), "wav")) for one in ((GUEST, 5), (HOST, 7))]
    answer = client.audio.transcriptions.create(
        file=("interview.wav", encoded(talk, "wav")),
        model="gpt-4o-transcribe-diarize",
        response_format="diarized_json",
        known_speaker_names=["guest", "host"],
        known_speaker_references=samples,
        extra_body={"min_speakers": 2, "max_speakers": 2},
    )
    spoken = {name: [one for one in answer.segments if one.speaker == name] for name in ("host", "guest")}
    assert sum(map(len, spoken.values())) == len(answer.segments)
    assert all(one.start < border for one in spoken["host"])
    assert all(one.end > border for one in spoken["guest"])
    job = with_voices.last(JobState.DONE)
    left = [facts.key for facts in with_voices.platform.files.list(transcriptions.folder_of(job.id))]
    assert left == [transcriptions.key_of(job.id, transcriptions.RESULT)]


@pytest.mark.parametrize(
    ("seconds", "words"), [(1.0, "this one 1.0 s"), (12.0, "not longer")], ids=["too short", "too long"]
)
def test_a_sample_of_the_wrong_length_is_said_so(client: OpenAI, seconds: float, words: str) -> None:
    sample = data_url(encoded(np.zeros(int(seconds * 16_000), np.int16), "wav"))
    with pytest.raises(openai.BadRequestError, match=words) as caught:
        client.audio.transcriptions.create(
            file=("night.wav", silence()),
            model="gpt-4o-transcribe-diarize",
            known_speaker_names=["host"],
            known_speaker_references=[sample],
        )
    assert "host" in str(caught.value)


def test_without_the_networks_people_are_letters_and_it_is_said_why(server: Listening) -> None:
    with client_of(server) as client:
        answer = client.audio.transcriptions.create(
            file=("night.wav", silence()),
            model="gpt-4o-transcribe-diarize",
            response_format="diarized_json",
            known_speaker_names=["host"],
            known_speaker_references=[data_url(silence())],
        )
    assert any("voice of host" in warning for warning in answer.warnings)  # type: ignore[attr-defined]
