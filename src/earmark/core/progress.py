"""How far a long operation is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One step of a long operation.

    Attributes
    ----------
    stage : str
        What is being done: ``levels``, ``speech``, ``transcript`` ...
    done, total : float
        Seconds of sound done and to do in this stage; total is 0.0 where unknown.
    """

    stage: str
    done: float
    total: float


Report = Callable[[Progress], None]
"""Called as work goes on; may raise to cancel it."""


def ignore(_: Progress) -> None:
    """Report nothing."""
