"""How long an import takes, and how large the packages of the base install are."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution

from benchmarks.data import table

ROUNDS = 7


def main() -> None:
    """Measure and print."""
    print(f"`import earmark`: {import_milliseconds('import earmark'):.0f} ms over an empty start, median of {ROUNDS}\n")
    sizes = sorted(((size_of(name), name) for name in closure("earmark")), reverse=True)
    total = sum(size for size, _ in sizes)
    rows = [[name, f"{size / 1e6:.1f}"] for size, name in sizes[:10]]
    print(table(["package", "MB"], [*rows, [f"all {len(sizes)} of the base install", f"{total / 1e6:.1f}"]]))


def import_milliseconds(code: str) -> float:
    """Time a statement in fresh interpreters, less the time of one that does nothing."""

    def once(statement: str) -> float:
        program = f"import time; a = time.perf_counter(); {statement}; print(time.perf_counter() - a)"
        done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
        return float(done.stdout) * 1000

    return statistics.median(once(code) for _ in range(ROUNDS))


def closure(name: str) -> set[str]:
    """Names of a distribution and of all that it needs, extras left out."""
    found, waiting = set(), [name]
    while waiting:
        current = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if current in found:
            continue
        try:
            needs = distribution(current).requires or []
        except PackageNotFoundError:
            continue
        found.add(current)
        waiting += [re.split(r"[^A-Za-z0-9._-]", need)[0] for need in needs if "extra ==" not in need]
    return found


def size_of(name: str) -> int:
    """Bytes that the files of a distribution take."""
    files = distribution(name).files or []
    paths = [path.locate() for path in files]
    return sum(path.stat().st_size for path in paths if path.is_file())


if __name__ == "__main__":
    main()
