"""RunPod's SDK for tests, in a Python of its own: it needs much that Earmark does not.

``EARMARK_TEST_RUNPOD_PYTHON`` names a Python interpreter with it (``pip install runpod``). Earmark and what it needs
are found behind what the SDK brings.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

from tests.needed import give_up

SOURCE = Path(__file__).parents[1] / "src"


def sdk_python() -> str:
    """Path of the interpreter; the test is skipped where there is none, or fails where all must be there."""
    python = os.environ.get("EARMARK_TEST_RUNPOD_PYTHON", "")
    if not Path(python).is_file():
        give_up("no RunPod SDK (set EARMARK_TEST_RUNPOD_PYTHON)")
    return python


def environment(**more: str) -> dict[str, str]:
    """Variables with which that Python finds Earmark."""
    code = f"import site; site.addsitedir({sysconfig.get_paths()['purelib']!r})"
    return {**os.environ, "PYTHONPATH": str(SOURCE), "EARMARK_TEST_BEHIND": code, **more}


def run_code(code: str, *arguments: str, timeout: float = 240, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program there."""
    command = [sdk_python(), "-c", code, *arguments]
    return subprocess.run(command, env=environment(**more), capture_output=True, text=True, timeout=timeout)


WORKER = "import os, sys; exec(os.environ['EARMARK_TEST_BEHIND']); from earmark.cli import main; main()"
"""``earmark`` in that Python: its arguments follow."""
