"""All benchmarks, one after the other."""

from __future__ import annotations

import runpy
import sys

PARTS = (
    "accuracy",
    "words",
    "speed",
    "memory",
    "install",
    "seeing",
    "serving",
    "review",
    "jobs",
    "library",
    "live",
    "voices",
)


def main() -> None:
    """Run every part; its tables go to standard output as Markdown."""
    sys.argv = sys.argv[:1]
    for part in PARTS:
        print(f"\n## {part.capitalize()}\n", flush=True)
        runpy.run_module(f"benchmarks.{part}", run_name="__main__")


if __name__ == "__main__":
    main()
