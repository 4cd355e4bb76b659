"""Run the main job on the bundled example, by Whisper where its weights can be had, else by the draft engine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "src" / "earmark" / "example" / "example.flac"
MODEL = "tiny"


def main() -> int:
    """Annotate the example into the folder given as argument."""
    out = sys.argv[1] if len(sys.argv) > 1 else "demo-output"
    shutil.rmtree(out, ignore_errors=True)
    engine = ["--model", MODEL] if _earmark("models", "pull", MODEL) == 0 else ["--engine", "pocketsphinx"]
    print(f"\nThe transcript below is by {'Whisper ' + MODEL if '--model' in engine else _DRAFT}.\n", flush=True)
    done = _earmark("annotate", str(EXAMPLE), "--out", out, "--format", "json,srt,textgrid", *engine)
    if done == 0:
        print(f"\nLook into {out}/, then try your own: .venv/bin/earmark annotate FILE")
    return done


_DRAFT = "the draft engine PocketSphinx (English only): no Whisper weights could be had"


def _earmark(*arguments: str) -> int:
    print(f"$ earmark {' '.join(arguments)}", flush=True)
    return subprocess.run([sys.executable, "-m", "earmark", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
