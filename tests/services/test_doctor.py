"""`earmark doctor` finds what is wrong, and only that; each failure here is a real one where it can be."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
import uvicorn
from tests import needed
from tests.databases import fresh_database, url_of
from tests.library import add_user
from tests.services.test_model_files import add as add_file
from tests.services.test_registry import make
from tests.swift import s3_bucket

from earmark.app import Context
from earmark.config import Settings, sources
from earmark.core.model import ModelStatus
from earmark.core.people import SYSTEM
from earmark.server.app import create_app
from earmark.services import doctor, doctor_machine, doctor_network, first_start, model_files, registry
from earmark.services.doctor_queue import look_at_queue
from earmark.services.findings import Finding, State, Subject
from earmark.services.platform import Platform
from earmark.store import jobs
from earmark.store.database import Database, now
from earmark.store.migrate import VERSIONS
from earmark.store.tables import deliveries, tokens

Settled = Callable[..., Subject]
WRONG = "wrong"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the settings of a server that others reach


@pytest.fixture
def subject(tmp_path: Path) -> Settled:
    """Make a server of some settings, in a folder of its own, that listens nowhere."""

    def make_subject(environ: dict[str, str] | None = None, **settings: Any) -> Subject:
        usual = {"data_dir": tmp_path / "data", "models_dir": tmp_path / "models", "port": free_port()}
        context = Context(Settings(**usual | {"upload_max_bytes": 1000, "cache_max_bytes": 1000} | settings))
        return Subject(
            settings=context.settings, sources=sources(environ or {}), database=context.database, files=context.files
        )

    return make_subject


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def look(subject: Subject, name: str) -> Finding:
    """The worst of what is found of one part."""
    found = [finding for finding in doctor.examine(subject) if finding.name == name]
    order = list(State)
    return max(found, key=lambda finding: (finding.state is State.FAILED, order.index(finding.state)))


def migrated(subject: Subject) -> Subject:
    database = subject.database()
    database.migrate()
    database.close()
    return subject


def test_a_server_that_is_well_is_found_well(subject: Settled) -> None:
    found = list(doctor.examine(migrated(subject(workers=1))))

    assert {one.name for one in found} >= {"settings", "database", "tables", "files", "disk", "codecs", "queue", "jobs"}
    bad = {one.name: one.message for one in found if one.state is not State.OK}
    # There are no weights, neither for text nor for speakers, and the server does not run.
    assert set(bad) == {"weights", "speakers", "server"}
    assert all(one.do for one in found if one.state in (State.WARNING, State.FAILED))
    assert doctor.worst(found) is State.FAILED


def test_it_says_where_settings_come_from(subject: Settled, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("workers = 2\nport = 9000\n")
    found = look(subject({"EARMARK_CONFIG": str(file), "EARMARK_PORT": "9001"}), "settings")

    assert found.message.startswith(f"set: port (EARMARK_PORT), workers ({file})")


@pytest.mark.parametrize(
    ("settings", "state", "message"),
    [
        ({"queue": "celery"}, State.FAILED, "no broker"),
        ({"broker": "redis://127.0.0.1"}, State.WARNING, "queue is local"),
    ],
)
def test_settings_that_do_not_go_together(
    subject: Settled, settings: dict[str, Any], state: State, message: str
) -> None:
    found = look(subject(**settings), "settings")
    assert found.state is state
    assert message in found.message


def test_import_folders_have_to_be_there(subject: Settled, tmp_path: Path) -> None:
    assert look(subject(import_folders=(str(tmp_path),)), "import folders").state is State.OK
    found = look(subject(import_folders=(str(tmp_path), str(tmp_path / "none"))), "import folders")
    assert (found.state, "none: No such file" in found.message) == (State.FAILED, True)


def test_import_buckets_have_to_be_there(subject: Settled, tmp_path: Path) -> None:
    with s3_bucket(tmp_path / "s3") as bucket:
        keys = {"s3_endpoint": bucket.endpoint, "s3_access_key": bucket.access_key, "s3_secret_key": bucket.secret_key}
        bucket.files().put("field/a.wav", b"x")
        found = [
            look(subject(import_folders=(f"s3://{place}",), **keys), "import folders")
            for place in (f"{bucket.name}/field", f"{bucket.name}/none", "no-such-bucket/field")
        ]
    assert [(one.state, one.message) for one in found[:2]] == [
        (State.OK, f"s3://{bucket.name}/field: can be read"),
        (State.OK, f"s3://{bucket.name}/none: can be read, and is empty"),
    ]
    assert (found[2].state, "no bucket of that name" in found[2].message) == (State.FAILED, True)


# Database -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def server_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.URL]:
    with fresh_database(request.param, tmp_path_factory.mktemp("doctor"), tables=False) as database:
        database.migrate()
        yield database.url


def said(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def test_a_database_server_that_is_well(subject: Settled, server_url: sa.URL) -> None:
    found = {one.name: one for one in doctor.examine(subject(database=said(server_url)))}

    assert server_url.get_backend_name() in found["database"].message
    assert {found[name].state for name in ("database", "tables", "clocks", "jobs")} == {State.OK}


def test_a_wrong_password(subject: Settled, server_url: sa.URL) -> None:
    """PostgreSQL of the tests may trust everybody on this machine: a person who does not exist is refused anyway."""
    found = look(subject(database=said(server_url.set(username="nobody_of_that_name", password=WRONG))), "database")

    assert found.state is State.FAILED
    assert "wrong" not in found.message
    assert found.do.startswith(("Correct user and password", "Create the database"))


def test_a_database_that_does_not_exist(subject: Settled, server_url: sa.URL) -> None:
    found = look(subject(database=said(server_url.set(database="none_of_that_name"))), "database")
    assert (found.state, found.do[:19]) == (State.FAILED, "Create the database")


def test_a_closed_port(subject: Settled, server_url: sa.URL) -> None:
    found = look(subject(database=said(server_url.set(port=free_port()))), "database")
    assert (found.state, found.do[:25]) == (State.FAILED, "Start the database server")


def test_a_host_that_is_not_known(subject: Settled, server_url: sa.URL) -> None:
    found = look(subject(database=said(server_url.set(host="postgres.invalid"))), "database")
    assert found.state is State.FAILED
    assert "names of containers" in found.do


def test_a_wrong_password_on_mariadb(subject: Settled) -> None:
    url = sa.make_url(url_of("mariadb"))
    server = Database(said(url))
    with server.write() as connection:
        connection.execute(sa.text("CREATE USER earmark_doctor@127.0.0.1 IDENTIFIED BY 'right'"))
    try:
        found = look(subject(database=said(url.set(username="earmark_doctor", password=WRONG))), "database")
    finally:
        with server.write() as connection:
            connection.execute(sa.text("DROP USER earmark_doctor@127.0.0.1"))
        server.close()
    assert (found.state, found.do) == (State.FAILED, "Correct user and password in EARMARK_DATABASE.")


@pytest.mark.parametrize(
    ("reason", "do"),
    [
        ('connection failed: FATAL:  password authentication failed for user "earmark"', "Correct user and password"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', "Correct user and password"),
        ("connection timeout expired", "Start the database server"),
        ("database or disk is full", "Make room"),
        ("attempt to write a readonly database", "Give Earmark's user"),
        ("something new", "Check that it runs"),
    ],
)
def test_what_databases_say_is_understood(reason: str, do: str) -> None:
    assert doctor.advice(reason).startswith(do)


@pytest.mark.parametrize("url", ["mongodb://x/y", "nonsense"])
def test_a_database_of_no_known_kind(subject: Settled, url: str) -> None:
    assert look(subject(database=url), "database").state is State.FAILED


def test_a_file_that_is_no_database(subject: Settled, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"this is no database at all" * 100)
    found = look(subject(database=f"sqlite:///{path}"), "database")
    assert (found.state, "restore a backup" in found.do) == (State.FAILED, True)


def test_tables_of_a_newer_version(subject: Settled) -> None:
    server = migrated(subject())
    database = server.database()
    with database.write() as connection:
        connection.execute(VERSIONS.update().values(version_num="9999"))
    database.close()

    found = look(server, "tables")
    assert found.state is State.FAILED
    assert "newer Earmark" in found.message
    assert look(server, "jobs").state is State.SKIPPED


@pytest.mark.parametrize(
    ("apart", "state"), [(0.2, State.OK), (5.0, State.WARNING), (29.0, State.WARNING), (3600.0, State.FAILED)]
)
def test_clocks_that_differ(apart: float, state: State) -> None:
    assert doctor.clock_finding(apart).state is state


def test_sqlite_on_a_network_file_system(subject: Settled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = [("/", "ext4"), (str(tmp_path), "nfs4")]
    parts = [SimpleNamespace(mountpoint=point, fstype=kind) for point, kind in mounts]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: parts)

    found = look(subject(), "database")
    assert (found.state, "nfs4" in found.message) == (State.WARNING, True)


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made(subject: Settled, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = look(subject(files=str(tmp_path / "file" / "files")), "files")
    assert found.state is State.FAILED


@pytest.mark.parametrize(
    ("number", "do"), [(errno.EROFS, "mount it for writing"), (errno.ENOSPC, "Make room"), (errno.EACCES, "right to")]
)
def test_a_folder_that_cannot_be_written(
    subject: Settled, monkeypatch: pytest.MonkeyPatch, number: int, do: str
) -> None:
    server = migrated(subject())
    real = os.fsync

    def refuse(descriptor: int) -> None:
        if "incoming" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    found = look(server, "files")
    assert (found.state, do in found.do) == (State.FAILED, True)


def test_s3_tells_wrong_keys_from_missing_buckets_and_silence(subject: Settled, tmp_path: Path) -> None:
    with s3_bucket(tmp_path / "swift") as bucket:
        right = {
            "files": f"s3://{bucket.name}/doctor",
            "s3_endpoint": bucket.endpoint,
            "s3_access_key": bucket.access_key,
            "s3_secret_key": bucket.secret_key,
        }
        cases: list[tuple[dict[str, str], State, str]] = [
            ({}, State.OK, ""),
            ({"s3_secret_key": "wrong-secret"}, State.FAILED, "access key"),
            ({"s3_access_key": "nobody:nobody"}, State.FAILED, "access key"),
            ({"files": "s3://no-such-bucket/doctor"}, State.FAILED, "bucket"),
            ({"s3_endpoint": f"http://127.0.0.1:{free_port()}"}, State.FAILED, "cannot be reached"),
            ({"s3_endpoint": "http://minio.invalid:9000"}, State.FAILED, "cannot be reached"),
            ({"s3_secret_key": ""}, State.FAILED, "access key and a secret key"),
        ]
        for change, state, message in cases:
            found = look(subject(**right | change), "files")
            assert found.state is state, (change, found)
            assert message in f"{found.message} {found.do}", (change, found)
            assert "wrong-secret" not in found.message


def test_a_disk_that_is_nearly_full(subject: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, settings, state, advice in (
        (100_000_000, {}, State.FAILED, "Make room"),
        (5_000_000_000, {"upload_max_bytes": 10**10}, State.WARNING, "EARMARK_UPLOAD_MAX_BYTES"),
        (5_000_000_000, {"cache_max_bytes": 10**10}, State.WARNING, "EARMARK_CACHE_MAX_BYTES"),
    ):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr("earmark.services.doctor.shutil.disk_usage", lambda _folder, usage=usage: usage)
        found = look(subject(**settings), "disk")
        assert (found.state, advice in found.do) == (state, True)


# The machine ----------------------------------------------------------------------------------------------------------


def test_a_clock_of_another_time(subject: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    assert look(subject(), "clock").state is State.FAILED


def test_more_workers_than_the_machine_carries(
    subject: Settled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(doctor_machine, "CGROUP_LIMITS", (limit,))
    for text, workers, state in (
        ("max\n", 1, State.OK),
        ("2000000000\n", 1, State.OK),
        ("2000000000\n", 2, State.WARNING),
        ("9" * 18, 10_000, State.WARNING),
    ):
        limit.write_text(text)
        assert look(subject(workers=workers), "memory").state is state
    limit.write_text("4000000000")
    assert "4.0 GB" in look(subject(workers=1), "memory").message
    monkeypatch.setattr(doctor_machine.os, "cpu_count", lambda: 1)
    assert look(subject(workers=2), "memory").do.startswith("Lower EARMARK_WORKERS: more")


def test_a_codec_that_is_missing(subject: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor_machine.CODECS, "Speex", ("ogg", "no_such_encoder", "flt"))
    found = look(subject(), "codecs")
    assert (found.state, found.message.startswith("Speex:")) == (State.FAILED, True)


def test_weights_that_are_not_there(subject: Settled, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    offline = look(subject(offline=True), "weights")
    assert (offline.state, "earmark models pull small" in offline.do) == (State.FAILED, True)
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{free_port()}")
    unreachable = look(subject(), "weights")
    assert "hub cannot be reached" in unreachable.message
    assert f"to {subject().settings.models_dir / 'small'} here" in unreachable.do
    with website(lambda _path: (200, {})) as url:
        monkeypatch.setattr(constants, "ENDPOINT", url)
        assert look(subject(), "weights").state is State.WARNING


def test_weights_that_are_there(subject: Settled, test_data: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    found = look(subject(model=str(tmp_path / "broken")), "weights")
    assert found.state in (State.OK, State.FAILED)
    weights = next(path.parent for path in sorted(test_data.rglob("model.bin")))
    assert look(subject(model=str(weights)), "weights").state is State.OK


def test_files_of_default_models_are_compared_with_their_checksums(platform: Platform) -> None:
    model = add_file(platform, make(platform), "w", b"weights")
    registry.change_model(platform, SYSTEM, model.id, status=ModelStatus.READY)
    registry.set_default(platform, SYSTEM, model.id)
    key = model_files.key_of(model.id, model.files[0])

    def state() -> tuple[State, str]:
        (found,) = list(doctor_machine.look_at_models(alike(platform), platform.database, platform.files))[2:]
        return found.state, found.message

    with platform.database.write() as connection:
        VERSIONS_TABLE.create(connection, checkfirst=True)
        connection.execute(VERSIONS.insert().values(version_num=doctor.latest_revision()))
    assert state()[0] is State.OK
    platform.files.put(key, b"otherwise")
    assert state() == (State.FAILED, "its file w is damaged")
    platform.files.delete(key)
    assert state() == (State.FAILED, "its file w is missing")


VERSIONS_TABLE = sa.Table(VERSIONS.name, sa.MetaData(), sa.Column("version_num", sa.String(32)))


def alike(platform: Platform) -> Subject:
    return Subject(
        settings=platform.settings, sources={}, database=lambda: platform.database, files=lambda: platform.files
    )


# Jobs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["EARMARK_TEST_REDIS_URL", "EARMARK_TEST_AMQP_URL"])
def test_a_broker_that_is_well_but_has_no_workers(subject: Settled, variable: str) -> None:
    broker = needed.variable(variable, "broker")
    # An own virtual host or database number, where no worker listens.
    broker = broker.replace("/0", "/15") if broker.startswith("redis") else broker
    server = migrated(subject(queue="celery", broker=broker))

    found = {one.name: one for one in look_at_queue(server, None)}
    assert found["broker"].state is State.OK
    assert "guest:guest" not in found["broker"].message
    assert found["workers"].state is State.WARNING
    assert found["jobs"].state is State.SKIPPED


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_does_not_answer(subject: Settled, scheme: str) -> None:
    found = look(subject(queue="celery", broker=f"{scheme}://user:hidden@127.0.0.1:{free_port()}//"), "broker")
    assert found.state is State.FAILED
    assert "hidden" not in found.message
    assert "EARMARK_BROKER" in found.do


def test_a_broker_that_refuses_the_password(subject: Settled) -> None:
    wrong = sa.make_url(needed.variable("EARMARK_TEST_AMQP_URL", "broker")).set(password=WRONG)
    found = look(subject(queue="celery", broker=said(wrong)), "broker")
    assert (found.state, "ACCESS_REFUSED" in found.message.upper()) == (State.FAILED, True)


def test_jobs_that_wait_and_messages_that_nobody_takes(subject: Settled) -> None:
    server = migrated(subject())
    assert look(server, "jobs").state is State.OK
    database = server.database()
    from earmark.services import webhooks

    platform = Platform(settings=server.settings, database=database, files=server.files(), cache=None)  # type: ignore[arg-type]
    webhooks.create_webhook(platform, SYSTEM, project_id=None, url="https://example.org/")
    with database.write() as connection:
        jobs.add(connection, "annotate", arguments={}, available_at=now() - timedelta(minutes=20))
        connection.execute(deliveries.update().values(state="failed"))
    database.close()

    found = look(server, "jobs")
    assert (found.state, "20 minutes" in found.message) == (State.WARNING, True)
    assert look(server, "webhooks").state is State.WARNING


# Network --------------------------------------------------------------------------------------------------------------


@contextmanager
def website(answer: Callable[[str], tuple[int, dict[str, str]]]) -> Iterator[str]:
    """A web server on this machine that is something else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running(platform: Platform) -> Iterator[int]:
    """An Earmark that serves a platform; gives its port."""
    config = uvicorn.Config(create_app(platform), port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server beside other tests takes its time."""
    monkeypatch.setattr(doctor_network, "ANSWER_SECONDS", 60)


@pytest.fixture
def served(subject: Settled, patient: None) -> Iterator[tuple[Subject, Platform, int]]:
    """A server that runs, with an administrator."""
    server = migrated(subject())
    platform = Context(server.settings).platform()
    add_user(platform.database, administrator=True)
    with running(platform) as port:
        yield server, platform, port
    platform.database.close()


def at(server: Subject, **changes: Any) -> Subject:
    return replace(server, settings=replace(server.settings, **changes))


def test_a_server_that_runs_is_known_as_this_one(served: tuple[Subject, Platform, int]) -> None:
    server, platform, port = served
    found = look(at(server, port=port), "server")

    assert found.state is State.OK
    assert "it is this server" in found.message
    with platform.database.read() as connection:
        assert connection.execute(sa.select(tokens)).all() == []


def test_a_server_of_open_access_is_known_as_this_one(subject: Settled, patient: None) -> None:
    """Nobody there has a password."""
    server = migrated(subject())
    platform = Context(server.settings).platform()
    first_start.ensure_open_access(platform, loopback=True)
    with running(platform) as port:
        assert "it is this server" in look(at(server, port=port), "server").message
    platform.database.close()


def test_another_server_at_the_public_address_is_told(
    served: tuple[Subject, Platform, int], subject: Settled, tmp_path: Path
) -> None:
    server, _, port = served
    other = migrated(subject(data_dir=tmp_path / "other"))
    add_user(Context(other.settings).platform().database, administrator=True)

    found = look(at(other, public_url=f"http://127.0.0.1:{port}"), "public address")
    assert (found.state, "another database" in found.message) == (State.FAILED, True)
    assert look(at(server, public_url=f"http://127.0.0.1:{port}"), "public address").state is State.OK


def test_another_server_at_the_port_of_one_that_never_ran_is_told(
    served: tuple[Subject, Platform, int], subject: Settled, tmp_path: Path
) -> None:
    found = look(subject(data_dir=tmp_path / "other", port=served[2]), "server")
    assert (found.state, "another database" in found.message) == (State.FAILED, True)
    assert "EARMARK_DATA_DIR" in found.do


def test_something_else_at_the_public_address_is_told(subject: Settled) -> None:
    with website(lambda _path: (200, {})) as url:
        found = look(subject(public_url=url), "public address")
    assert (found.state, "not as Earmark does" in found.message) == (State.FAILED, True)
    with website(lambda _path: (502, {})) as url:
        assert "answers 502" in look(subject(public_url=url), "public address").message


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:{port}", "cannot be reached"),
        ("https://earmark.invalid", "is not known here"),
        ("http://earmark-server:8000", "is not known here"),
    ],
)
def test_a_public_address_that_leads_nowhere(subject: Settled, url: str, message: str) -> None:
    found = look(subject(public_url=url.format(port=free_port())), "public address")
    assert (found.state, message in found.message) == (State.FAILED, True)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"host": EVERYWHERE}, "is not said"),
        ({"host": "::", "public_url": "http://localhost:8000"}, "to containers that name is themselves"),
        ({"host": "10.0.0.1", "public_url": "http://[::1]:8000"}, "to containers that name is themselves"),
        ({"host": EVERYWHERE, "public_url": "http://earmark.example.org"}, "not encrypted"),
    ],
)
def test_addresses_that_do_not_go_together(subject: Settled, settings: dict[str, str], message: str) -> None:
    found = list(doctor_network._look_at_exposure(subject(**settings).settings))
    assert [(one.state, message in one.message) for one in found] == [(State.WARNING, True)]


@pytest.mark.parametrize(
    "settings",
    [{}, {"host": "localhost"}, {"host": "::1"}, {"host": EVERYWHERE, "public_url": "https://earmark.example.org"}],
)
def test_addresses_that_are_fine(subject: Settled, settings: dict[str, str]) -> None:
    assert list(doctor_network._look_at_exposure(subject(**settings).settings)) == []


def test_allowed_hosts_are_tried(subject: Settled) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, closed = listening.getsockname()[1], free_port()
        hosts = (f"127.0.0.1:{port}", "localhost", f"127.0.0.1:{closed}", "minio:9000", "label-studio", "*.lan")
        found = {one.name: one for one in doctor.examine(subject(allowed_hosts=hosts))}
    states = [found[f"host {host}"].state for host in hosts]

    assert states == [State.OK, State.OK, State.FAILED, State.FAILED, State.FAILED, State.SKIPPED]
    assert "names of containers" in found["host minio:9000"].do
    assert f"port {closed}" in found[f"host 127.0.0.1:{closed}"].message


def test_allowed_hosts_that_are_none(subject: Settled) -> None:
    assert look(subject(allowed_hosts=("http://minio/",)), "allowed hosts").state is State.FAILED
