"""Builds the pages for browsers before they are packed into a wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    """Runs ``scripts/web.py``; a source archive brings pages that are built already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build, but for installations that leave the code where it is: `make web` does it there."""
        if version != "editable":
            subprocess.run([sys.executable, str(Path(self.root) / "scripts" / "web.py"), "build"], check=True)
