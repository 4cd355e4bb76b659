"""Names of worker processes, by which those of this machine that are gone are told from those that work."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import socket
import sys
import uuid
from pathlib import Path

_PR_SET_PDEATHSIG = 1
"""``linux/prctl.h``: the signal that a process gets when the one that started it ends."""


def worker_name(pid: int | None = None) -> str:
    """Name a worker process, this one by default: machine, a checksum of what numbers its processes, number."""
    return f"{_place()}:{os.getpid() if pid is None else pid}"


def is_gone(worker: str) -> bool:
    """Whether a worker ran here and runs no more; False for those of other machines and containers."""
    place, _, pid = worker.rpartition(":")
    if place != _place() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    host = socket.gethostname().encode("ascii", "replace").decode()[:60]
    return f"{host}:{hashlib.sha256(_numbering().encode()).hexdigest()[:12]}"


def _numbering() -> str:
    """Tell apart what may have the same host name but other processes of the same numbers: containers, restarts."""
    if sys.platform == "linux":
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        return f"{boot}{Path('/proc/self/ns/pid').stat().st_ino}"
    return str(uuid.getnode())


def end_with(parent: int) -> None:
    """Let this process be killed when its parent ends, however that ends; leave at once where it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)
