"""The official ``openai`` client, as it is, against a running server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI
from tests.integrations.listening import Listening, silence, speech, two_people

from earmark.core.job import JobState
from earmark.formats import srt, vtt
from earmark.services import transcriptions

FILE = ("meeting.wav", speech())


_OPEN: list[OpenAI] = []


def new_client(server: Listening, key: str | None = None) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key=key or server.token, max_retries=0, timeout=120)


def client_of(server: Listening, key: str | None = None) -> OpenAI:
    """A client for one test."""
    _OPEN.append(new_client(server, key))
    return _OPEN[-1]


@pytest.fixture(autouse=True)
def _no_line_stays_open() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


@pytest.fixture(scope="module")
def client(server: Listening) -> Iterator[OpenAI]:
    with new_client(server) as client:
        yield client


@pytest.fixture(scope="module")
def truth(server: Listening, client: OpenAI) -> str:
    """What the engine writes down."""
    text = client.audio.transcriptions.create(file=FILE, model="whisper-1").text
    found = transcriptions.result_of(server.platform, server.last(JobState.DONE))
    assert text == found.text
    assert len(text.split()) > 5
    return text


# Formats --------------------------------------------------------------------------------------------------------------


def test_json(client: OpenAI, truth: str) -> None:
    answer = client.audio.transcriptions.create(file=FILE, model="gpt-4o-transcribe", response_format="json")
    assert answer.text == truth
    assert answer.usage is not None
    assert (answer.usage.type, answer.usage.seconds) == ("duration", 8.0)  # type: ignore[union-attr]


def test_text_is_the_text_and_no_json(client: OpenAI, truth: str) -> None:
    answer = client.audio.transcriptions.create(file=FILE, model="whisper-1", response_format="text")
    assert answer == f"{truth}\n"


def test_subtitles_can_be_read_and_say_the_same(client: OpenAI, truth: str) -> None:
    for name, loads in (("srt", srt.loads), ("vtt", vtt.loads)):
        answer = client.audio.transcriptions.create(file=FILE, model="whisper-1", response_format=name)  # type: ignore[call-overload]
        assert isinstance(answer, str)
        cues = loads(answer, source=name).segments
        assert " ".join(cue.text or "" for cue in cues) == truth
        assert all(0 <= cue.start < cue.end <= 8 for cue in cues)


def test_verbose_json_holds_what_the_type_demands(client: OpenAI, truth: str) -> None:
    answer = client.audio.transcriptions.create(file=FILE, model="whisper-1", response_format="verbose_json")
    assert (answer.text, answer.language, answer.duration) == (truth, "english", 8.0)
    assert answer.words is None
    assert answer.segments
    for number, segment in enumerate(answer.segments):
        assert segment.id == number
        assert 0 <= segment.start < segment.end <= 8
        assert segment.seek == int(segment.start * 100)
        assert type(segment).model_validate(segment.model_dump()) == segment
    assert " ".join(segment.text for segment in answer.segments) == truth


def test_words_come_where_they_are_asked_for(client: OpenAI, truth: str) -> None:
    answer = client.audio.transcriptions.create(
        file=FILE, model="whisper-1", response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert answer.segments is None
    assert answer.words
    assert " ".join(word.word for word in answer.words) == truth
    times = [time for word in answer.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 1.0 < times[0] < times[-1] < 7.5

    both = client.audio.transcriptions.create(
        file=FILE, model="whisper-1", response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert both.words == answer.words
    assert both.segments


def test_people_are_letters_in_order_of_appearance(client: OpenAI) -> None:
    file = ("call.wav", two_people())
    answer = client.audio.transcriptions.create(
        file=file, model="gpt-4o-transcribe-diarize", response_format="diarized_json", chunking_strategy="auto"
    )
    assert answer.task == "transcribe"
    assert answer.duration == 16.0
    speakers = [segment.speaker for segment in answer.segments]
    assert sorted(speakers) == speakers
    assert set(speakers) == {"A", "B"}
    assert {segment.type for segment in answer.segments} == {"transcript.text.segment"}
    assert len({segment.id for segment in answer.segments}) == len(answer.segments)
    assert " ".join(segment.text for segment in answer.segments) == answer.text


def test_our_own_fields_go_through_extra_body(client: OpenAI) -> None:
    answer = client.audio.transcriptions.create(
        file=("call.wav", two_people()),
        model="whisper-1",
        response_format="verbose_json",
        extra_body={"diarize": "true", "min_speakers": "1", "max_speakers": "3"},
    )
    assert answer.segments
    assert {segment.speaker for segment in answer.segments} == {"SPEAKER_00", "SPEAKER_01"}  # type: ignore[attr-defined]


def test_nobody_speaking_is_an_empty_text_and_no_error(client: OpenAI) -> None:
    file = ("night.wav", silence())
    assert client.audio.transcriptions.create(file=file, model="whisper-1").text == ""
    answer = client.audio.transcriptions.create(file=file, model="whisper-1", response_format="verbose_json")
    assert (answer.text, answer.segments, answer.duration) == ("", [], 2.0)
    assert client.audio.transcriptions.create(file=file, model="whisper-1", response_format="srt") == ""
    events = list(client.audio.transcriptions.create(file=file, model="whisper-1", stream=True))
    assert [event.type for event in events] == ["transcript.text.done"]


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3"])
def test_formats_of_files(client: OpenAI, kind: str) -> None:
    assert client.audio.transcriptions.create(file=(f"meeting.{kind}", speech(kind)), model="whisper-1").text


# Streams --------------------------------------------------------------------------------------------------------------


def test_a_stream_tells_the_text_piece_by_piece_and_whole_at_the_end(client: OpenAI, truth: str) -> None:
    events = list(client.audio.transcriptions.create(file=FILE, model="gpt-4o-mini-transcribe", stream=True))
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert len(deltas) > 1
    assert "".join(deltas) == truth
    assert [event.type for event in events[len(deltas) :]] == ["transcript.text.done"]
    assert events[-1].text == truth  # type: ignore[union-attr]


def test_a_stream_of_people(client: OpenAI) -> None:
    events = list(
        client.audio.transcriptions.create(
            file=("call.wav", two_people()),
            model="gpt-4o-transcribe-diarize",
            response_format="diarized_json",
            stream=True,
        )
    )
    segments = [event for event in events if event.type == "transcript.text.segment"]
    deltas = [event for event in events if event.type == "transcript.text.delta"]
    assert [segment.id for segment in segments] == [delta.segment_id for delta in deltas]
    assert {segment.speaker for segment in segments} == {"A", "B"}
    assert events[-1].type == "transcript.text.done"
    assert sorted(events[-1].text.split()) == sorted("".join(delta.delta for delta in deltas).split())


def test_what_goes_wrong_in_a_stream_is_an_error(client: OpenAI) -> None:
    stream = client.audio.transcriptions.create(file=("page.mp3", b"<html>" * 200), model="whisper-1", stream=True)
    with pytest.raises(openai.APIError, match=r"page\.mp3"):
        list(stream)


def test_the_client_of_asyncio(server: Listening, truth: str) -> None:
    async def ask() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.token, timeout=120) as client:
            answer = await client.audio.transcriptions.create(file=FILE, model="whisper-1")
            stream = await client.audio.transcriptions.create(file=FILE, model="whisper-1", stream=True)
            return answer.text, [event async for event in stream][-1].text  # type: ignore[union-attr]

    assert asyncio.run(ask()) == (truth, truth)


# Models and translations ----------------------------------------------------------------------------------------------


def test_models_are_listed_and_found_by_every_name_that_requests_take(client: OpenAI) -> None:
    listed = {model.id for model in client.models.list()}
    assert {"whisper-1", "gpt-4o-transcribe-diarize", "pocketsphinx"} <= listed
    for name in (*listed, "Systran/faster-whisper-tiny", "whisper-large-v3", "gpt-4o-mini-transcribe-2025-12-15"):
        assert client.models.retrieve(name).id == name


@pytest.mark.parametrize("name", ["nova-3", "someone/else", "../../etc", "/etc", "reef@7", "whisper-9"])
def test_a_model_that_is_not_there_is_said_to_be_so(client: OpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.audio.transcriptions.create(file=FILE, model=name)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    if not name.startswith((".", "/")):
        with pytest.raises(openai.NotFoundError, match="does not exist"):
            client.models.retrieve(name)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_translations(whisper: Listening) -> None:
    client = client_of(whisper)
    answer = client.audio.translations.create(file=FILE, model="whisper-1", response_format="verbose_json")
    assert answer.language == "english"
    assert answer.duration == 8.0
    assert transcriptions.wanted_of(whisper.last(JobState.DONE)).task == "translate"


def test_options_reach_the_engine(whisper: Listening) -> None:
    client_of(whisper).audio.transcriptions.create(
        file=FILE,
        model="whisper-1",
        language="fr",
        prompt="Compte rendu",
        temperature=0.4,
        keywords=["Arras"],
        extra_body={"hotwords": "Réunion"},
    )
    wanted = transcriptions.wanted_of(whisper.last(JobState.DONE))
    assert (wanted.pipeline.language, wanted.prompt, wanted.temperature) == ("fr", "Compte rendu", 0.4)
    assert wanted.hotwords == "Réunion, Arras"


def test_probabilities_of_words(whisper: Listening) -> None:
    answer = client_of(whisper).audio.transcriptions.create(
        file=FILE, model="whisper-1", include=["logprobs"], language="en"
    )
    assert answer.logprobs is not None
    assert all(one.logprob is not None and one.logprob <= 0 for one in answer.logprobs)


# Errors ---------------------------------------------------------------------------------------------------------------


def test_weights_that_are_missing_are_no_empty_text(without_weights: Listening) -> None:
    with pytest.raises(openai.NotFoundError, match="not on this machine"):
        client_of(without_weights).audio.transcriptions.create(file=FILE, model="whisper-1")


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_a_translation_that_the_engine_cannot_do_is_a_bad_request(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="cannot translate"):
        client.audio.translations.create(file=FILE, model="whisper-1")


def test_keys(server: Listening) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client_of(server, "sk-wrong").audio.transcriptions.create(file=FILE, model="whisper-1")
    assert caught.value.code == "invalid_api_key"
    with pytest.raises(openai.AuthenticationError):
        client_of(server, "em_wrong").models.list()
    with pytest.raises(openai.PermissionDeniedError, match="transcribe"):
        client_of(server, server.narrow).audio.transcriptions.create(file=FILE, model="whisper-1")


def test_under_open_access_any_key_will_do_but_a_wrong_token_of_ours(open_server: Listening) -> None:
    assert client_of(open_server, "sk-whatever").audio.transcriptions.create(file=FILE, model="whisper-1").text
    assert client_of(open_server).models.list().data
    with pytest.raises(openai.AuthenticationError):
        client_of(open_server, "em_revoked").models.list()
    with pytest.raises(openai.PermissionDeniedError):
        client_of(open_server, open_server.narrow).models.list()


def test_what_is_no_recording(client: OpenAI, server: Listening) -> None:
    for name, data in (("page.mp3", b"<!doctype html><p>404</p>" * 50), ("notes.wav", b"hello there " * 400)):
        with pytest.raises(openai.BadRequestError) as caught:
            client.audio.transcriptions.create(file=(name, data), model="whisper-1")
        assert caught.value.code == "unreadable_media"
        assert name in str(caught.value)
        assert str(server.platform.settings.data_dir) not in str(caught.value)


def test_too_large_is_said_before_it_is_sent(client: OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(file=("day.wav", bytes(4_000_000)), model="whisper-1")
    assert caught.value.status_code == 413
    assert caught.value.code == "too_large"


def test_a_full_queue_is_a_rate_limit_and_trying_again_helps(server: Listening, truth: str) -> None:
    with server.idle():
        waiting = [_begin(server) for _ in range(3)]
        with pytest.raises(openai.RateLimitError) as caught:
            client_of(server).audio.transcriptions.create(file=FILE, model="whisper-1")
        assert int(caught.value.response.headers["retry-after"]) > 0
        for job_id in waiting:
            transcriptions.cancel(server.platform, server.owner, job_id)
    assert client_of(server).audio.transcriptions.create(file=FILE, model="whisper-1").text == truth


def _begin(server: Listening) -> str:
    from earmark.core.transcription import Wanted
    from earmark.services.parts import new_part
    from earmark.services.transcriptions import Sound, default_pipeline

    with new_part(server.platform) as part:
        part.write(silence())
        wanted = Wanted(pipeline=default_pipeline(server.platform))
        sound = Sound(name="night.wav", file=part.complete("night.wav"))
        return transcriptions.begin(server.platform, server.owner, wanted, sound).id


# Clients that go away -------------------------------------------------------------------------------------------------


def test_a_client_that_gives_up_cancels_its_work(server: Listening) -> None:
    with server.idle():
        with pytest.raises(openai.APITimeoutError):
            client_of(server).with_options(timeout=1.0).audio.transcriptions.create(file=FILE, model="whisper-1")
        assert server.last(JobState.CANCELLED).attempt == 0


def test_a_reader_that_leaves_a_stream_cancels_its_work(server: Listening) -> None:
    with server.idle():
        stream = client_of(server).audio.transcriptions.create(file=FILE, model="whisper-1", stream=True)
        server.last(JobState.QUEUED)
        time.sleep(0.3)
        stream.close()
        assert server.last(JobState.CANCELLED).attempt == 0


def test_work_that_was_cancelled_on_the_server_is_not_sent_again(server: Listening) -> None:
    with server.idle():
        begun = time.monotonic()
        with client_of(server).with_options(max_retries=2) as client:

            async def ask() -> None:
                asking = asyncio.create_task(
                    asyncio.to_thread(client.audio.transcriptions.create, file=FILE, model="whisper-1")
                )
                await asyncio.to_thread(server.last, JobState.QUEUED)
                number = len(server.jobs())
                transcriptions.cancel(server.platform, server.owner, server.jobs()[0].id)
                with pytest.raises(openai.ConflictError):
                    await asking
                assert len(server.jobs()) == number

            asyncio.run(ask())
        assert time.monotonic() - begun < 30
