"""What tests need of the machine: without it they are skipped, or fail where all must be there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def give_up(message: str) -> NoReturn:
    """Skip the test; fail it where EARMARK_TEST_STRICT is set."""
    if os.environ.get("EARMARK_TEST_STRICT"):
        pytest.fail(message)
    pytest.skip(message)


def variable(name: str, what: str) -> str:
    """Value of an environment variable that says where something is."""
    return os.environ.get(name) or give_up(f"no {what} (set {name})")
