"""``earmark probe``: what a recording is."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earmark.cli.text import printable
from earmark.core.time import clock
from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from earmark.audio.probe import MediaFacts


def probe_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings to look at.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line and file.")] = False,
) -> int:
    """Print what recordings are: container, codec, rate, channels, duration."""
    from earmark.audio.probe import probe

    failed = False
    for path in files:
        try:
            facts = probe(path)
        except EarmarkError as error:
            failed = True
            typer.echo(f"earmark: {printable(str(error))}", err=True)
            continue
        typer.echo(json.dumps(_as_dict(facts)) if as_json else _as_text(facts))
    return int(failed)


def _as_dict(facts: MediaFacts) -> dict[str, Any]:
    return {key: value for key, value in dataclasses.asdict(facts).items() if value not in (None, (), {})}


def _as_text(facts: MediaFacts) -> str:
    lines = [printable(facts.file), f"  container  {facts.container}, {_size(facts.size)}"]
    lines.append(f"  duration   {'unknown' if facts.duration is None else clock(facts.duration)}")
    for track in facts.audio:
        bits = [
            track.codec,
            f"{track.sample_rate} Hz",
            f"{track.channels} channels ({track.layout})",
            track.sample_format,
        ]
        if track.bit_rate:
            bits.append(f"{track.bit_rate / 1000:.0f} kbit/s")
        lines.append(f"  sound      {', '.join(bits)}")
    lines += [f"  picture    {t.codec}, {t.width}x{t.height}, {t.frame_rate:.3g} frames/s" for t in facts.video]
    lines += [f"  {printable(key):<10} {printable(value)}" for key, value in facts.tags]
    return "\n".join(lines)


def _size(count: int) -> str:
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
