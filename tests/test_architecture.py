"""Imports go one way; the table is that of ARCHITECTURE.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "earmark"

MAY_IMPORT = {
    "errors": set(),
    "config": {"errors"},
    "core": {"errors"},
    "audio": {"errors", "core"},
    "formats": {"errors", "core"},
    "engines": {"errors", "core", "audio"},
    "files": {"errors", "core"},
    "store": {"errors", "core"},
    "jobs": {"errors", "core", "store"},
    "services": {"errors", "config", "core", "audio", "formats", "engines", "files", "store", "jobs"},
    "app": {"errors", "config", "core", "audio", "formats", "engines", "files", "store", "jobs", "services", ""},
    "api": {"errors", "config", "core", "audio", "formats", "engines", "files", "store", "jobs", "services", "app", ""},
    "client": {"errors", "core"},
    "integrations": {"errors", "config", "core", "audio", "formats", "files", "store", "jobs", "services", "app", ""},
    "server": {
        "errors",
        "config",
        "core",
        "audio",
        "formats",
        "files",
        "store",
        "jobs",
        "services",
        "app",
        "integrations",
        "",
    },
    "cli": {
        "errors",
        "config",
        "core",
        "audio",
        "formats",
        "engines",
        "files",
        "store",
        "jobs",
        "services",
        "app",
        "integrations",
        "server",
        "client",
        "",
    },
    "": {"errors", "core", "formats", "api", "client"},
    "__main__": {"cli"},
}
"""Which layers each layer may import; "" is the package itself."""

GUIDE = Path(__file__).parents[1] / "ARCHITECTURE.md"
STANDARD_LIBRARY_ONLY = ("errors", "core")
HEAVY = {
    "av",
    "faster_whisper",
    "onnxruntime",
    "ctranslate2",
    "soxr",
    "httpx",
    "huggingface_hub",
    "matplotlib",
    "pysubs2",
    "praatio",
    "jiwer",
    "alembic",
    "argon2",
    "celery",
    "obstore",
    "PIL",
    "soundfile",
    "docx",
    "lxml",
}
"""Imported only inside the functions that use them."""


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "earmark":
                yield from (f"earmark.{a.name}" if (SOURCE / a.name).exists() else "earmark" for a in node.names)
            else:
                yield node.module


def test_every_layer_is_in_the_table() -> None:
    assert {layer_of(module_of(path)) for path in files()} <= set(MAY_IMPORT)


@pytest.mark.parametrize("path", files(), ids=lambda path: module_of(path))
def test_imports_go_one_way(path: Path) -> None:
    layer = layer_of(module_of(path))
    used = {layer_of(name) for name in imports(ast.parse(path.read_text())) if name.split(".")[0] == "earmark"}
    assert used - {layer} <= MAY_IMPORT[layer]


@pytest.mark.parametrize("path", [p for p in files() if layer_of(module_of(p)) in STANDARD_LIBRARY_ONLY], ids=module_of)
def test_the_centre_needs_the_standard_library_only(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
    assert roots - {"earmark"} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", files(), ids=module_of)
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    top = ast.Module([n for n in ast.parse(path.read_text()).body if isinstance(n, ast.Import | ast.ImportFrom)], [])
    assert not HEAVY & {name.split(".")[0] for name in imports(top)}


def test_import_is_light() -> None:
    code = "import earmark, sys; print(sorted({'numpy', 'av', 'torch', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_base_install_stays_light() -> None:
    import tomllib

    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text())["project"]
    names = {requirement.split(">")[0].split("=")[0].lower() for requirement in project["dependencies"]}
    assert not names & {"torch", "pandas", "tensorflow", "scipy", "librosa", "matplotlib"}


def test_the_guide_tells_where_every_service_is() -> None:
    named = set(re.findall(r"`(\w+)`", GUIDE.read_text(encoding="utf-8")))
    modules = {path.stem for path in (SOURCE / "services").glob("*.py")} - {"__init__"}
    assert modules <= named


def test_the_modules_that_the_guide_names_are_there() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)`", text)
    missing = [name for name in named if not ((GUIDE.parent / name).is_file() or any(SOURCE.rglob(name)))]
    assert named
    assert missing == []
