"""Finding, checking, downloading and removing models; the hub is a small imitation on this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import threading
import time
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants

from earmark.errors import BrokenModel, EarmarkError, InvalidValue, ModelNotFound
from earmark.services import hub, models
from earmark.services.models import find_sounds, list_models, locate, pull, remove, resolve_whisper
from earmark.services.weights import check_whisper_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADER = b"\x06\0\0\0" + b"\x0c\0WhisperSpec\0" + b"\x03\0\0\0"
VARIABLE = b"\x02\0w\0" + b"\x01" + b"\x04\0\0\0" + b"\x00" + b"\x10\0\0\0" + bytes(16)
MODEL = HEADER + b"\x01\0\0\0" + VARIABLE + b"\x01\0\0\0" + b"\x02\0a\0" + b"\x02\0w\0"
"""The smallest file in the layout of CTranslate2: one variable of four numbers, and one alias of it."""
FILES = {
    "model.bin": MODEL,
    "config.json": b"{}",
    "tokenizer.json": b'{"model": {}}',
    "vocabulary.json": b'["a"]',
}


def write_whisper(folder: Path, **changed: bytes | None) -> Path:
    """A folder of Whisper weights; a file changed to None is left out. Names are written with _ for the dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (FILES | {key.replace("_", ".", 1): value for key, value in changed.items()}).items():
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def write_cached(cache: Path, repository: str, **changed: bytes | None) -> Path:
    """A repository in the layout of the hub's local cache."""
    root = cache / f"models--{repository.replace('/', '--')}"
    commit = "c" * 40
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(commit)
    return write_whisper(root / "snapshots" / commit, **changed)


class Hub(ThreadingHTTPServer):
    """Imitates the two requests that a download makes: what a repository holds, and a file of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.spoilt = b""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Downloads that are interrupted are part of the tests."""


class HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Range"]))
        for repository, files in self.server.repositories.items():
            if self.path == f"/api/models/{repository}?blobs=true":
                return self._send(json.dumps({"sha": "f00", "siblings": [sibling(*file) for file in files.items()]}))
            for name, content in files.items():
                if self.path == f"/{repository}/resolve/f00/{name}":
                    return self._send_file(self.server.spoilt or content)
        return self.send_error(401)

    def _send(self, text: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def _send_file(self, content: bytes) -> None:
        start = int((self.headers["Range"] or "bytes=0-")[6:-1])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[start:])

    def log_message(self, *args: object) -> None:
        pass


def sibling(name: str, content: bytes) -> dict[str, object]:
    large = (
        {"lfs": {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}} if name == "model.bin" else {}
    )
    return {"rfilename": name, "size": len(content), **large}


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def resolve(name: str, models_dir: Path) -> Path:
    return resolve_whisper(name, models_dir=models_dir, offline=True)


# Where weights are found


def test_the_names_are_those_of_faster_whisper() -> None:
    from faster_whisper.utils import _MODELS

    assert models.REPOSITORIES == _MODELS


def test_a_folder_given_is_used(tmp_path: Path, models_dir: Path) -> None:
    folder = write_whisper(tmp_path / "my model")
    assert resolve(str(folder), models_dir) == folder


def test_a_home_folder_given_is_used(tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = write_whisper(tmp_path / "mine")
    assert resolve("~/mine", models_dir) == folder


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("small", "small"),
        ("small", "whisper-small"),
        ("small", "faster-whisper-small"),
        ("small", "Systran--faster-whisper-small"),
        ("large", "faster-whisper-large-v3"),
        ("someone/their-whisper", "someone--their-whisper"),
        ("someone/their-whisper", "their-whisper"),
        ("our-own", "our-own"),
    ],
)
def test_the_models_folder_is_searched(models_dir: Path, name: str, folder: str) -> None:
    path = write_whisper(models_dir / folder)
    assert resolve(name, models_dir) == path


@pytest.mark.parametrize("place", ["models", "hub"])
@pytest.mark.parametrize(
    ("name", "repository"),
    [("small", "Systran/faster-whisper-small"), ("someone/their-whisper", "someone/their-whisper")],
)
def test_a_hub_cache_is_searched(tmp_path: Path, models_dir: Path, place: str, name: str, repository: str) -> None:
    path = write_cached(tmp_path / place, repository)
    assert resolve(name, models_dir) == path


def test_the_models_folder_comes_before_the_hub_cache(models_dir: Path, hub_cache: Path) -> None:
    write_cached(hub_cache, "Systran/faster-whisper-small")
    folder = write_whisper(models_dir / "small")
    assert resolve("small", models_dir) == folder


def test_a_name_means_no_folder_in_the_working_folder(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small").mkdir()
    monkeypatch.chdir(tmp_path)
    folder = write_whisper(models_dir / "small")
    assert resolve("small", models_dir) == folder


def test_a_broken_model_in_the_models_folder_is_told(models_dir: Path, hub_cache: Path) -> None:
    write_whisper(models_dir / "small", model_bin=b"")
    write_cached(hub_cache, "Systran/faster-whisper-small")
    with pytest.raises(BrokenModel, match=r"model\.bin is empty"):
        resolve("small", models_dir)


def test_an_incomplete_copy_in_the_hub_cache_counts_as_none(models_dir: Path, hub_cache: Path) -> None:
    write_cached(hub_cache, "Systran/faster-whisper-small", tokenizer_json=None)
    with pytest.raises(ModelNotFound):
        resolve("small", models_dir)


def test_weights_that_are_missing_come_with_the_way_to_get_them(models_dir: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        resolve("small", models_dir)
    message = str(caught.value)
    for part in (
        "earmark models pull small",
        "earmark models path small",
        str(models_dir / "small"),
        "model.bin",
        "tokenizer.json",
        "vocabulary.*",
        "--engine pocketsphinx",
        "EARMARK_OFFLINE",
    ):
        assert part in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("smal", ModelNotFound),
        ("/nowhere/small", ModelNotFound),
        ("./small", ModelNotFound),
        ("../small", ModelNotFound),
        ("a/b/c", InvalidValue),
        ("a/..", InvalidValue),
        ("", InvalidValue),
        ("x y", InvalidValue),
        ("a" * 201, InvalidValue),
    ],
)
def test_a_name_that_is_none_is_told(
    models_dir: Path, name: str, error: type[EarmarkError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        resolve(name, models_dir)


# What a folder must hold


def test_real_weights_pass(test_data: Path) -> None:
    check_whisper_folder(test_data / "models" / "whisper-stub-random-ct2")


def test_weights_with_the_older_vocabulary_pass(tmp_path: Path) -> None:
    check_whisper_folder(write_whisper(tmp_path / "m", vocabulary_json=None, vocabulary_txt=b"a"))


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.001])
def test_real_weights_that_are_cut_short_are_found_out(test_data: Path, tmp_path: Path, kept: float) -> None:
    folder = shutil.copytree(
        test_data / "models" / "whisper-stub-random-ct2", tmp_path / "m", copy_function=shutil.copyfile
    )
    weights = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(weights[: int(len(weights) * kept)])
    with pytest.raises(BrokenModel, match="cut short"):
        check_whisper_folder(folder)


@pytest.mark.parametrize("length", range(len(HEADER), len(MODEL)))
def test_weights_cut_anywhere_are_found_out(tmp_path: Path, length: int) -> None:
    with pytest.raises(BrokenModel, match="cut short"):
        check_whisper_folder(write_whisper(tmp_path / "m", model_bin=MODEL[:length]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model_bin": None}, "model.bin is missing"),
        ({"config_json": None}, "config.json is missing"),
        ({"tokenizer_json": b""}, "tokenizer.json is empty"),
        ({"vocabulary_json": None}, "vocabulary.json is missing"),
        ({"model_bin": b"version https://git-lfs.github.com/spec/v1"}, "not in the format of CTranslate2"),
        ({"model_bin": b"\x06"}, "not in the format of CTranslate2"),
        ({"model_bin": MODEL.replace(b"\x0c\0WhisperSpec", b"\x10\0TransformerSpec")}, "another kind"),
        ({"model_bin": None, "model_safetensors": b"x"}, "ct2-transformers-converter --model"),
        ({"model_bin": None, "pytorch_model.bin": b"x"}, "model.bin is missing"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, changed: dict[str, bytes | None], message: str) -> None:
    with pytest.raises(BrokenModel) as caught:
        check_whisper_folder(write_whisper(tmp_path / "m", **changed))
    assert message in str(caught.value)
    assert str(tmp_path / "m") in str(caught.value)


def test_a_file_is_no_folder_of_weights(tmp_path: Path) -> None:
    (tmp_path / "small.pt").write_bytes(b"x")
    with pytest.raises(BrokenModel, match="is a folder with"):
        check_whisper_folder(tmp_path / "small.pt")


# Downloads


def test_a_download_is_complete_and_checked(online: Hub, models_dir: Path) -> None:
    online.repositories["Systran/faster-whisper-tiny"] = FILES | {"README.md": b"not needed"}
    steps: list[tuple[int, int | None]] = []
    path = resolve_whisper("tiny", models_dir=models_dir, offline=False, progress=lambda *step: steps.append(step))
    assert path == models_dir / "tiny"
    assert {file.name: file.read_bytes() for file in path.iterdir()} == FILES
    total = sum(map(len, FILES.values()))
    assert steps[-1] == (total, total)
    assert steps == sorted(steps)
    assert {weights.name for weights in list_models(models_dir)} == {"tiny"}


def test_what_is_there_is_not_downloaded_again(online: Hub, models_dir: Path) -> None:
    write_whisper(models_dir / "tiny")
    assert pull("tiny", models_dir=models_dir) == models_dir / "tiny"
    assert pull("tiny", models_dir=models_dir, offline=True) == models_dir / "tiny"
    assert online.asked == []


def test_a_broken_model_is_replaced_by_a_download(online: Hub, models_dir: Path) -> None:
    online.repositories["someone/their-whisper"] = FILES
    write_whisper(models_dir / "someone--their-whisper", model_bin=MODEL[:-3], old_txt=b"left over")
    path = pull("someone/their-whisper", models_dir=models_dir)
    assert {file.name for file in path.iterdir()} == set(FILES)
    check_whisper_folder(path)


def test_an_interrupted_download_leaves_no_model_and_goes_on_later(online: Hub, models_dir: Path) -> None:
    online.repositories["Systran/faster-whisper-tiny"] = FILES

    def stop(done: int, _total: int | None) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("tiny", models_dir=models_dir, progress=stop)
    assert not (models_dir / "tiny").exists()
    assert list_models(models_dir) == []
    part = models_dir / ".tiny.part" / "model.bin.part"
    part.write_bytes(MODEL[:20])
    assert pull("tiny", models_dir=models_dir) == models_dir / "tiny"
    assert ("/Systran/faster-whisper-tiny/resolve/f00/model.bin", "bytes=20-") in online.asked
    assert (models_dir / "tiny" / "model.bin").read_bytes() == MODEL
    assert not part.parent.exists()


def test_two_that_download_at_once_get_one_download(online: Hub, models_dir: Path) -> None:
    online.repositories["Systran/faster-whisper-tiny"] = FILES
    paths: list[Path] = []
    threads = [threading.Thread(target=lambda: paths.append(pull("tiny", models_dir=models_dir))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths == [models_dir / "tiny"] * 3
    assert sum(path.endswith("model.bin") for path, _ in online.asked) == 1


def test_a_file_that_arrives_spoilt_is_refused(online: Hub, models_dir: Path) -> None:
    online.repositories["Systran/faster-whisper-tiny"] = FILES
    online.spoilt = bytes(len(MODEL))
    with pytest.raises(ModelNotFound, match="not what the hub announces"):
        pull("tiny", models_dir=models_dir)
    assert not (models_dir / "tiny").exists()


def test_a_repository_of_another_kind_is_refused(online: Hub, models_dir: Path) -> None:
    online.repositories["someone/transformer"] = FILES | {"model.bin": b"x"}
    with pytest.raises(ModelNotFound, match="holds no Whisper weights"):
        pull("someone/transformer", models_dir=models_dir)
    assert list_models(models_dir) == []


def test_a_repository_that_does_not_exist_is_told(online: Hub, models_dir: Path) -> None:
    with pytest.raises(ModelNotFound, match="no repository someone/nothing"):
        pull("someone/nothing", models_dir=models_dir)


def test_files_with_a_path_in_their_name_are_left_alone(online: Hub, models_dir: Path) -> None:
    online.repositories["someone/hostile"] = FILES | {"vocabulary./../../../outside": b"x"}
    path = pull("someone/hostile", models_dir=models_dir)
    assert {file.name for file in path.iterdir()} == set(FILES)


def test_a_full_disk_is_told_before_the_download(
    online: Hub, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    online.repositories["Systran/faster-whisper-tiny"] = FILES
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(100, 90, 10))
    with pytest.raises(ModelNotFound, match="10 are free"):
        pull("tiny", models_dir=models_dir)


def test_a_models_folder_that_cannot_be_written_is_told(online: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelNotFound, match="cannot be written to"):
        pull("tiny", models_dir=tmp_path / "file" / "models")


def assert_fails_soon(models_dir: Path, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(ModelNotFound, match=words):
        pull("tiny", models_dir=models_dir)
    assert time.monotonic() - started < 10


def test_no_network_is_told_at_once(
    online: Hub, models_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert_fails_soon(models_dir, "no server of that name can be found.*earmark models pull tiny")
    assert capfd.readouterr() == ("", "")


def test_a_name_server_that_says_nothing_is_given_up(
    online: Hub, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(60) and [])
    monkeypatch.setattr(hub, "PATIENCE_SECONDS", 0.2)
    assert_fails_soon(models_dir, r"no answer within 0\.2 s")
    over.set()


def test_a_sign_in_page_in_place_of_the_hub_is_told(online: Hub, models_dir: Path) -> None:
    online.repositories["Systran/faster-whisper-tiny"] = FILES
    online.RequestHandlerClass = SignInPage
    assert_fails_soon(models_dir, "something other than the hub answers")


class SignInPage(HubHandler):
    def do_GET(self) -> None:
        self._send("<html>Welcome to the hotel</html>")


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../b", "-x", "."])
def test_a_hostile_name_is_not_downloaded(online: Hub, models_dir: Path, name: str) -> None:
    with pytest.raises(EarmarkError):
        pull(name, models_dir=models_dir)
    assert online.asked == []


# What is there, and removing it


def test_the_list_tells_what_is_there(models_dir: Path, hub_cache: Path) -> None:
    write_whisper(models_dir / "small")
    write_whisper(models_dir / "half", model_bin=None)
    (models_dir / "yamnet").mkdir()
    (models_dir / "yamnet" / "yamnet.tflite").write_bytes(b"x" * 100)
    (models_dir / "speakers").mkdir()
    (models_dir / "speakers" / "speakers.onnx").write_bytes(b"x")
    (models_dir / "empty").mkdir()
    (models_dir / ".tiny.part").mkdir()
    write_cached(hub_cache, "Systran/faster-whisper-large-v3")
    write_cached(hub_cache, "someone/their-whisper")
    write_cached(hub_cache, "someone/other-model", model_bin=b"x")
    found = list_models(models_dir)
    assert [(weights.name, weights.kind, weights.origin) for weights in found] == [
        ("half", "whisper", "models folder"),
        ("small", "whisper", "models folder"),
        ("speakers", "other", "models folder"),
        ("yamnet", "sounds", "models folder"),
        ("large-v3", "whisper", "hub cache"),
        ("someone/their-whisper", "whisper", "hub cache"),
    ]
    assert [weights.name for weights in found if weights.problem] == ["half"]
    assert "model.bin is missing" in str(found[0].problem)
    assert found[1].size == sum(map(len, FILES.values()))
    assert found[3].size == 100


def test_every_listed_model_can_be_found_and_removed_by_its_name(models_dir: Path, hub_cache: Path) -> None:
    write_whisper(models_dir / "small")
    write_whisper(models_dir / "half", model_bin=None)
    write_cached(models_dir, "someone/copied")
    write_cached(hub_cache, "Systran/faster-whisper-large-v3")
    write_cached(hub_cache, "someone/their-whisper")
    found = list_models(models_dir)
    assert len(found) == 5
    for weights in found:
        assert locate(weights.name, models_dir=models_dir) == weights.path
        remove(weights.name, models_dir=models_dir)
        assert not weights.path.exists()
    assert list_models(models_dir) == []


def test_nothing_there_is_an_empty_list(models_dir: Path) -> None:
    assert list_models(models_dir) == []


def test_removing_takes_the_models_folder_first(models_dir: Path, hub_cache: Path) -> None:
    write_whisper(models_dir / "small")
    cached = write_cached(hub_cache, "Systran/faster-whisper-small")
    assert remove("small", models_dir=models_dir) == models_dir / "small"
    assert locate("small", models_dir=models_dir) == cached


def test_removing_a_link_leaves_what_it_leads_to(tmp_path: Path, models_dir: Path) -> None:
    elsewhere = write_whisper(tmp_path / "elsewhere")
    models_dir.mkdir()
    (models_dir / "small").symlink_to(elsewhere)
    remove("small", models_dir=models_dir)
    assert not (models_dir / "small").is_symlink()
    check_whisper_folder(elsewhere)


@pytest.mark.parametrize("name", ["../outside", "..", ".", "", "a/../../outside", "/etc", "a/b/c", "small\n"])
def test_nothing_outside_the_models_folder_is_removed(tmp_path: Path, models_dir: Path, name: str) -> None:
    outside = write_whisper(tmp_path / "outside")
    inside = write_whisper(models_dir / "a")
    with pytest.raises(InvalidValue):
        remove(name, models_dir=models_dir)
    assert outside.exists()
    assert inside.exists()


def test_removing_what_is_not_there_is_told(models_dir: Path) -> None:
    with pytest.raises(ModelNotFound, match="earmark models list"):
        remove("small", models_dir=models_dir)


# Sound classes


def test_the_sound_class_model_is_found(models_dir: Path) -> None:
    folder = models_dir / "yamnet"
    folder.mkdir(parents=True)
    (folder / "yamnet.tflite").write_bytes(b"x")
    with pytest.raises(ModelNotFound, match=r"yamnet_class_map\.csv"):
        find_sounds(models_dir)
    (folder / "yamnet_class_map.csv").touch()
    with pytest.raises(BrokenModel, match=r"yamnet_class_map\.csv is empty"):
        find_sounds(models_dir)
    (folder / "yamnet_class_map.csv").write_bytes(b"index,mid,display_name\n")
    assert find_sounds(models_dir) == folder


def test_a_missing_sound_class_model_comes_with_where_to_put_it(models_dir: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        pull("yamnet", models_dir=models_dir)
    assert str(models_dir / "yamnet" / "yamnet.tflite") in str(caught.value)
    assert "docs/models.md" in str(caught.value)
