"""What `earmark doctor` looks at on the machine itself: clock, memory, codecs, models."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from earmark.errors import BrokenModel, EarmarkError, FileMissing, InvalidSettings
from earmark.services.findings import Finding, Subject, failed, failed_by, ok, skipped, warning
from earmark.services.model_files import key_of
from earmark.store import models
from earmark.store.database import now
from earmark.store.migrate import require_latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.core.model import Model
    from earmark.files.store import FileStore
    from earmark.store.database import Database

RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier moment is wrong."""
WORKER_MEMORY = 1_500_000_000
"""Bytes that a worker takes with the weights ``small`` in int8 and an hour of sound, rounded up."""
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux tells what a container may take."""
CODECS = {
    "WAV": ("wav", "pcm_s16le", "s16"),
    "FLAC": ("flac", "flac", "s16"),
    "MP3": ("mp3", "libmp3lame", "fltp"),
    "AAC": ("adts", "aac", "fltp"),
    "Opus": ("ogg", "libopus", "flt"),
}
"""Container, encoder and sample format of what is decoded on trial."""
RATE = 48_000


def look_at_clock(_subject: Subject) -> Iterator[Finding]:
    """See whether the time of this machine is possible at all."""
    moment = now()
    if moment < RELEASED:
        why = f"it shows {moment:%Y-%m-%d}, which is before this version was made"
        yield failed("clock", why, "Set the clock by NTP: sign-in and signatures of S3 fail with a wrong one.")
    else:
        yield ok("clock", f"{moment:%Y-%m-%d %H:%M:%S} UTC")


def look_at_memory(subject: Subject) -> Iterator[Finding]:
    """See whether memory and processors suffice for the workers that the settings ask for."""
    settings, total, cores = subject.settings, memory_limit(), os.cpu_count() or 1
    have = f"{total / 1e9:.1f} GB of memory and {cores} processors for {settings.workers} workers"
    each = settings.job_memory_limit or WORKER_MEMORY
    if settings.queue == "local" and settings.workers * each > total:
        do = "Lower EARMARK_WORKERS, set EARMARK_JOB_MEMORY_LIMIT, or choose smaller weights (EARMARK_MODEL)."
        yield warning("memory", f"{have}, which may take {each / 1e9:.1f} GB each", do)
    elif settings.queue == "local" and settings.workers > cores:
        yield warning("memory", have, "Lower EARMARK_WORKERS: more workers than processors only wait for each other.")
    else:
        yield ok("memory", have)


def memory_limit() -> int:
    """Bytes of memory that this process may take: of the machine, or of its container."""
    texts = [path.read_text().strip() for path in CGROUP_LIMITS if path.is_file()]
    limits = [int(text) for text in texts if text.isdecimal()]
    return min([int(psutil.virtual_memory().total), *limits])


def look_at_codecs() -> Iterator[Finding]:
    """See whether the usual formats are decoded: each is encoded in memory and read again."""
    broken = {}
    for name, (container, codec, kind) in CODECS.items():
        try:
            seconds = _round_trip(container, codec, kind)
        except (OSError, ValueError, RuntimeError) as error:
            broken[name] = str(error) or type(error).__name__
        else:
            # Codecs of blocks add some silence.
            if not 0.9 < seconds < 1.2:
                broken[name] = f"1 s came back as {seconds:.2f} s"
    if broken:
        why = "; ".join(f"{name}: {reason}" for name, reason in broken.items())
        yield failed("codecs", why, "Install PyAV anew from its wheel: pip install --force-reinstall av.")
    else:
        yield ok("codecs", f"{', '.join(CODECS)} are decoded")


def _round_trip(container: str, codec: str, kind: str) -> float:
    """Encode a second of silence and give the seconds that come back."""
    import io

    import av
    import numpy as np

    buffer = io.BytesIO()
    silence: Any = np.zeros((1, RATE), dtype=np.int16 if kind == "s16" else np.float32)
    with av.open(buffer, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(silence, format=kind, layout="mono")
        frame.rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    buffer.seek(0)
    with av.open(buffer, "r") as source:
        return sum(frame.samples for frame in source.decode(source.streams.audio[0])) / RATE


def look_at_models(subject: Subject, database: Database | None, files: FileStore | None) -> Iterator[Finding]:
    """See whether the default weights can be had, and the default models of the registry are whole."""
    yield _weights(subject)
    yield _speakers(subject)
    if database is None or files is None:
        yield skipped("models", "the registry cannot be read without database and files")
        return
    try:
        with database.read() as connection:
            require_latest(connection)
            defaults = models.defaults(connection)
    except InvalidSettings:
        yield skipped("models", "there is no registry yet")
        return
    for model in defaults.values():
        yield _whole(model, files)


def _speakers(subject: Subject) -> Finding:
    from earmark.services.speaker_models import SPEAKERS_FOLDER, find_diarization, problem

    why = problem(subject.settings.models_dir)
    if why is not None:
        do = f"Run `earmark models pull {SPEAKERS_FOLDER}`: without it, speakers are told apart weakly."
        return warning("speakers", why, do)
    files = find_diarization(subject.settings.models_dir)
    return ok("speakers", f"told apart by {files.segmentation.name} and {files.embedder.name}")


def _weights(subject: Subject) -> Finding:
    from earmark.services.models import find_whisper

    settings = subject.settings
    name, do = settings.model, f"Run `earmark models pull {settings.model}`, or set EARMARK_MODEL."
    try:
        folder = Path(name) if Path(name).is_dir() else find_whisper(name, models_dir=settings.models_dir)
    except BrokenModel as error:
        return failed("weights", str(error), do)
    except EarmarkError as error:
        return failed_by("weights", error)
    if folder is not None:
        return ok("weights", f"{name} is in {folder}")
    if settings.offline:
        return failed("weights", f"{name} is not on this machine, and nothing is downloaded (offline)", do)
    reason = _hub_refuses()
    if reason is not None:
        do = (
            f"Run `earmark models pull {name}` where there is a network, and copy the folder that `earmark models path "
            f"{name}` names there to {settings.models_dir / name} here; or have projects use another engine."
        )
        return failed("weights", f"{name} is not on this machine, and the hub cannot be reached ({reason})", do)
    return warning("weights", f"{name} is not on this machine; the first job will download it", do)


def _hub_refuses() -> str | None:
    """Ask the hub for anything at all; give what goes wrong, None if nothing does."""
    import httpx
    from huggingface_hub import constants

    try:
        httpx.get(constants.ENDPOINT, timeout=5.0)
    except httpx.HTTPError as error:
        return str(error) or type(error).__name__
    return None


def _whole(model: Model, files: FileStore) -> Finding:
    name = f"model {model.title}"
    for file in model.files:
        digest = hashlib.sha256()
        try:
            for block in files.read(key_of(model.id, file)):
                digest.update(block)
        except FileMissing:
            return failed(name, f"its file {file.name} is missing", "Import the model again, or restore a backup.")
        if digest.hexdigest() != file.checksum:
            return failed(name, f"its file {file.name} is damaged", "Import the model again, or restore a backup.")
    return ok(name, f"the default for {model.task}; {len(model.files)} files, all as they were stored")
