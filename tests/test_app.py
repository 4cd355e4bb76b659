"""What the composition root puts together for a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.library import add_project, add_recording, put_media

from earmark.app import Context
from earmark.config import Settings
from earmark.core.job import JobState
from earmark.core.model import ModelStatus
from earmark.core.people import SYSTEM
from earmark.core.project import Pipeline
from earmark.errors import BrokenModel, InvalidSettings, InvalidValue
from earmark.files.local import LocalFiles
from earmark.files.s3 import S3Files
from earmark.jobs.worker import work
from earmark.services import model_files, registry
from earmark.services.listening import Listening
from earmark.services.parts import measure
from earmark.services.platform import Platform
from earmark.services.registered import Weights, find_model, weights_of
from earmark.store import annotations, jobs


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models", offline=True)


def test_database_and_files_lie_in_the_data_folder(settings: Settings) -> None:
    platform = Context(settings).platform()
    platform.database.migrate()

    assert (settings.data_dir / "earmark.db").is_file()
    assert isinstance(platform.files, LocalFiles)
    assert platform.files.folder == settings.data_dir / "files"


def test_files_lie_where_the_setting_says(settings: Settings, tmp_path: Path) -> None:
    elsewhere = replace(settings, files=str(tmp_path / "elsewhere"))
    keys = {"s3_access_key": "a", "s3_secret_key": "b"}
    bucket = replace(settings, files="s3://talks/2026", s3_endpoint="http://127.0.0.1:9", **keys)

    files = Context(elsewhere).platform().files
    assert isinstance(files, LocalFiles)
    assert files.folder == tmp_path / "elsewhere"
    assert isinstance(Context(bucket).platform().files, S3Files)


def test_a_data_folder_that_cannot_be_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(InvalidSettings, match="cannot be made"):
        Context(replace(settings, data_dir=tmp_path / "file" / "data")).database()


def test_a_pipeline_becomes_what_engines_are_asked(settings: Settings) -> None:
    context = Context(settings)

    plain = context.annotator_for(Listening(pipeline=Pipeline(engine="none", channels="each"), labels=("Music",)))
    named = context.annotator_for(
        Listening(pipeline=Pipeline(engine="none", language="de", labels=True), labels=("Music",))
    )

    assert (plain.options.labels, plain.missing) == ((), ())
    assert named.options.transcript.language == "de"
    assert [note.message for note in named.missing], "the sound model is not there, which the annotation says"
    with pytest.raises(InvalidValue):
        context.annotator_for(Listening(pipeline=Pipeline(engine="none", channels="left")))


def test_labels_that_no_model_can_hear_are_left_to_people(settings: Settings, test_data: Path) -> None:
    context = Context(replace(settings, models_dir=test_data / "models"))

    annotator = context.annotator_for(
        Listening(pipeline=Pipeline(engine="none", labels=True), labels=("Music", "my own bird", "speech"))
    )

    assert annotator.missing == ()
    assert annotator.options.labels == ("Music",)


def with_whisper(platform: Platform, weights: Path, *, without: str = "") -> None:
    """Put a model of the registry together from a folder of weights."""
    made = registry.create_model(platform, SYSTEM, name="ours", version="1", engine="whisper", task="transcribe")
    for file in sorted(weights.iterdir()):
        if file.is_file() and file.name != without:
            path = platform.settings.data_dir / "incoming"
            path.write_bytes(file.read_bytes())
            checksum = measure(path).checksum
            model_files.add_file(platform, SYSTEM, made.id, file.name, path, checksum=checksum)
    registry.change_model(platform, SYSTEM, made.id, status=ModelStatus.READY)


def weights_from_registry(platform: Platform, pipeline: Pipeline) -> Weights:
    with platform.database.read() as connection:
        model = find_model(connection, pipeline, "")
    assert model is not None
    return weights_of(platform, model)


def test_whisper_is_loaded_from_the_registry(platform: Platform, test_data: Path) -> None:
    with_whisper(platform, test_data / "models" / "whisper-stub-random-ct2")
    pipeline = Pipeline(model="ours@1")

    annotator = Context(platform.settings).annotator_for(
        Listening(pipeline=pipeline, weights=weights_from_registry(platform, pipeline))
    )

    assert annotator.missing == ()
    assert annotator.listeners.transcriber is not None
    assert annotator.listeners.transcriber.name == "whisper ours@1"


def test_a_model_that_is_no_whisper_is_said_by_its_name(platform: Platform, test_data: Path) -> None:
    with_whisper(platform, test_data / "models" / "whisper-stub-random-ct2", without="tokenizer.json")
    pipeline = Pipeline(model="ours@1")

    with pytest.raises(BrokenModel, match=r"^model ours@1: tokenizer\.json is missing"):
        Context(platform.settings).annotator_for(
            Listening(pipeline=pipeline, weights=weights_from_registry(platform, pipeline))
        )


def test_a_worker_annotates_a_recording(platform: Platform, write_media: Callable[..., Path]) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    project_id = add_project(platform.database)
    recording = add_recording(platform.database, project_id, duration=1.0, channels=1)
    put_media(platform, recording, write_media("noise.wav", sound, 16_000))
    with platform.database.write() as connection:
        arguments = {"recording_id": recording.id, "engine": "none"}
        job = jobs.add(connection, "annotate", arguments=arguments, project_id=project_id, recording_id=recording.id)

    work(platform.database, Context(platform.settings).bodies(platform), stopping=lambda: False, idle=0)

    with platform.database.read() as connection:
        done = jobs.get(connection, job.id)
        assert done is not None
        assert (done.state, done.error, done.audio_seconds) == (JobState.DONE, None, 1.0)
        found = annotations.get(connection, done.result["annotation_id"])
    assert (found.recording_id, found.job_id) == (recording.id, job.id)
