"""What `deploy/` says holds: every setting exists, nothing has a default password, nothing is open that need not be."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from earmark.config import CONFIG_VARIABLE, load_settings, setting_names, variable
from earmark.server.app import create_app
from earmark.services.platform import Platform
from earmark.services.speaker_models import SPEAKERS_FOLDER

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
IMAGES = sorted(DEPLOY.glob("*Dockerfile"))
EXAMPLE = dict(
    line.split("=", 1) for line in (DEPLOY / ".env.example").read_text().splitlines() if line and line[0] != "#"
)
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
ONCE = {"bucket"}
"""Services that do something and end."""


def linter(name: str) -> str:
    """Path of a linter that pip installed beside this Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found is not None, f"{name} is not installed: pip install '.[test]'"
    return found


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)
def test_the_dockerfiles_pass_their_linter(path: Path) -> None:
    done = subprocess.run([linter("hadolint"), "--format", "json", str(path)], capture_output=True, text=True)
    assert json.loads(done.stdout) == []


def test_the_compose_file_passes_its_linter() -> None:
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
    done = subprocess.run(
        [linter("yamllint"), "--strict", "--config-data", rules, str(DEPLOY / "compose.yml")],
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    known = {CONFIG_VARIABLE, *map(variable, setting_names())}
    assert set(re.findall(r"\bEARMARK_[A-Z0-9_]+", path.read_text())) <= known


@pytest.mark.parametrize("name", ["server", "worker", "worker-gpu"])
def test_the_settings_of_each_service_are_taken(name: str) -> None:
    filled = {key: value or "Filled1in" for key, value in EXAMPLE.items()} | {"EARMARK_PUBLIC_URL": "https://a.example"}
    image = dict(re.findall(r"(EARMARK_\w+)=(\S+)", DOCKERFILE.partition("AS gpu")[0]))
    service = {key: interpolated(str(value), filled) for key, value in SERVICES[name]["environment"].items()}
    settings = load_settings({**image, **service, CONFIG_VARIABLE: "/dev/null"})

    assert settings.queue == "celery"
    assert settings.broker == "redis://:Filled1in@redis:6379/0"
    assert settings.database == "postgresql://earmark:Filled1in@postgres/earmark"
    assert settings.host == "0.0.0.0"  # noqa: S104 - in the container; compose.yml decides who reaches it
    assert settings.data_dir == Path("/data")


def interpolated(text: str, values: dict[str, str]) -> str:
    """Fill variables in as docker compose does; one that is needed and empty is an error."""

    def fill(found: re.Match[str]) -> str:
        name, rule, other = found.groups()
        value = values.get(name, "")
        assert value or rule != ":?", f"{name} is needed"
        return value or (other if rule == ":-" else "")

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", fill, text)


def variables() -> dict[str, set[str]]:
    """Each variable of the compose file, with the rules by which it is filled in."""
    found: dict[str, set[str]] = {}
    for name, rule in re.findall(r"\$\{(\w+)(:[-?][^}]*)?\}", (DEPLOY / "compose.yml").read_text()):
        found.setdefault(name, set()).add(rule[:2])
    return found


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(variables()) == set(EXAMPLE)


def test_there_are_no_default_passwords() -> None:
    secrets = [name for name in EXAMPLE if "PASSWORD" in name or "SECRET" in name]
    assert secrets
    for name in secrets:
        assert EXAMPLE[name] == ""
        # Of a profile that may not be used nothing can be demanded; Label Studio makes no account then.
        assert variables()[name] == ({":-"} if name.startswith("LABEL_STUDIO") else {":?"})
    assert not re.search(r"PASSWORD: +[^$]|minioadmin|admin123|changeme", (DEPLOY / "compose.yml").read_text())


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    if name in ONCE:
        assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


def test_nothing_but_the_server_is_published() -> None:
    usual = [name for name, service in SERVICES.items() if "ports" in service and "profiles" not in service]
    assert usual == ["server"]
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert name == "server" or port.startswith("127.0.0.1:")
    assert interpolated(SERVICES["server"]["ports"][0], {}).startswith("127.0.0.1:")


def test_database_broker_and_files_are_kept_inside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "minio", "bucket"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        image, _, tag = service["image"].partition(":")
        assert image == "earmark" or tag not in ("", "latest"), name


def test_volumes_and_dependencies_exist() -> None:
    for service in SERVICES.values():
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def stages() -> dict[str, list[str]]:
    """The instructions of each stage of the Dockerfile."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    found: dict[str, list[str]] = {}
    for line in filter(None, text.splitlines()):
        if line.startswith("FROM"):
            current = found.setdefault(line.split(" AS ")[1], [line])
        else:
            current.append(line)
    return found


def test_the_image_runs_as_nobody_in_particular_and_has_no_compilers() -> None:
    runtime = "\n".join(stages()["runtime"])
    user = re.search(r"^USER (\d+):(\d+)$", runtime, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0
    for name in ("server", "gpu"):
        assert stages()[name][0] == f"FROM runtime AS {name}"
        assert not re.search(r"^USER|apt-get|gcc|build-essential", "\n".join(stages()[name]), re.MULTILINE)
    assert not re.search("apt-get|gcc|build-essential", runtime)
    assert "HEALTHCHECK" in runtime


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)
def test_what_the_images_install_exists(path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = re.search(r"'\.\[([\w,]+)\]'", path.read_text())
    assert extras is not None
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", path.read_text(), re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists()
            assert f"!{name}" in path.with_name(f"{path.name}.dockerignore").read_text().splitlines()


def test_the_image_for_runpod_does_what_the_command_does() -> None:
    text = (DEPLOY / "runpod.Dockerfile").read_text()
    assert text.rstrip().endswith('ENTRYPOINT ["earmark"]\nCMD ["runpod"]')
    settings = dict(re.findall(r"(EARMARK_\w+)=(\S+)", text.rpartition("AS worker")[2]))
    assert load_settings({**settings, "EARMARK_MODEL": "small", CONFIG_VARIABLE: "/dev/null"}).offline
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", text, re.MULTILINE)
    for name in re.findall(r"earmark models pull (\w+)", text):
        assert name == SPEAKERS_FOLDER


def health_checks() -> list[str]:
    checks = [service["healthcheck"].get("test", []) for service in SERVICES.values()]
    found = [test[-1] for test in checks if test[1:2] in (["python"], ["python3"])]
    in_image = re.search(r'HEALTHCHECK .*\n\s+CMD \["python", "-c", "(.*)"\]', DOCKERFILE)
    assert in_image is not None
    return [*found, in_image[1]]


@pytest.mark.parametrize("code", health_checks())
def test_health_checks_are_programs_that_run(code: str, platform: Platform) -> None:
    app = create_app(platform)
    paths = {path for path in app.openapi()["paths"] if path.startswith("/health")}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            assert all(hasattr(module, alias.name) for alias in node.names)
    asked = re.search(r"http://127\.0\.0\.1:8000(\S+?)'", code)
    assert asked is None or asked[1] in paths
