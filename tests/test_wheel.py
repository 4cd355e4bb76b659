"""The wheel holds all that the product needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_wheel_works_from_another_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    example = site / "earmark" / "example" / "example.flac"
    annotate = ["-m", "earmark", "annotate", str(example), "--engine", "none", "--format", "json,srt"]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, *annotate], cwd=elsewhere, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in elsewhere.glob("example.*")} == {"example.json", "example.srt"}
    where = [sys.executable, "-c", "import earmark; print(earmark.__file__)"]
    loaded = subprocess.run(where, cwd=elsewhere, env=environment, capture_output=True, text=True, check=True)
    assert Path(loaded.stdout.strip()).is_relative_to(site)
    assert (site / "earmark" / "py.typed").is_file()
    pages = site / "earmark" / "server" / "static"
    scripts = re.findall(r'src="/([^"]+)"', (pages / "index.html").read_text())
    assert scripts
    assert all((pages / name).is_file() for name in scripts)
