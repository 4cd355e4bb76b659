"""A timeline drawn over the spectrogram of its recording."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.audio.spectrogram import Spectrogram, coarse_spectrogram
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment
from earmark.core.time import clock
from earmark.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from earmark.audio.source import Source
    from earmark.core.annotation import Annotation

COLUMNS = 1200
"""Width of the spectrogram in columns."""
RANGE_DB = 70.0
"""Span of levels that the picture shows, down from its loudest point."""
COLOURS = {SPEECH: "#2f7ed8", NOISE: "#e08e2b", SILENCE: "#c4c8cc"}
OTHER_COLOURS = ("#5aa469", "#9a6fb0", "#c0504d", "#4bacc6", "#8c8c3e")
TEXT_SHARE = 0.0058
"""Width of a character as a share of the picture's width."""


def draw_picture(annotation: Annotation, source: Source | None) -> Figure:
    """Draw one lane per channel under the spectrogram; without ``source`` only the lanes.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    lanes = _lanes(annotation)
    heights = [2.4] * (source is not None) + [0.5] * len(lanes)
    figure = Figure(figsize=(12, sum(heights) + 0.9), layout="constrained")
    axes = list(np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)))
    if source is not None:
        _draw_spectrogram(axes[0], coarse_spectrogram(source, columns=COLUMNS))
    colours = _colours(annotation)
    for axis, (name, segments) in zip(axes[-len(lanes) :], lanes, strict=True):
        _draw_lane(axis, name, segments, annotation.duration, colours)
    axes[-1].set_xlim(0, max(annotation.duration, 1e-3))
    axes[-1].xaxis.set_major_formatter(
        lambda seconds, _: clock(max(0.0, seconds)).removesuffix(".000").removeprefix("00:")
    )
    _draw_legend(figure, colours)
    return figure


def require_matplotlib() -> None:
    """Raise ``MissingExtra`` unless matplotlib is installed."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingExtra("A picture of the timeline", "plot") from None


def to_png(figure: Figure) -> bytes:
    """Encode a figure as PNG."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # Signs that no font at hand has are drawn as boxes.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def _lanes(annotation: Annotation) -> list[tuple[str, list[Segment]]]:
    channels = sorted({s.channel for s in annotation.segments}, key=lambda c: -1 if c is None else c) or [None]
    return [
        ("mix" if channel is None else f"ch {channel + 1}", [s for s in annotation.segments if s.channel == channel])
        for channel in channels
    ]


def _colours(annotation: Annotation) -> dict[str, str]:
    labels = list(dict.fromkeys(s.label for s in annotation.segments if s.label))
    others = [label for label in labels if label not in COLOURS]
    extra = {label: OTHER_COLOURS[i % len(OTHER_COLOURS)] for i, label in enumerate(others)}
    return {label: {**COLOURS, **extra}[label] for label in labels}


def _draw_spectrogram(axis: Axes, spectrogram: Spectrogram) -> None:
    loudest = float(spectrogram.power.max())
    axis.imshow(
        spectrogram.power,
        origin="lower",
        aspect="auto",
        extent=(0, spectrogram.duration, 0, spectrogram.top / 1000),
        cmap="magma",
        vmin=loudest - RANGE_DB,
        vmax=loudest,
    )
    axis.set_ylabel("kHz")


def _draw_lane(axis: Axes, name: str, segments: list[Segment], duration: float, colours: dict[str, str]) -> None:
    axis.broken_barh(
        [(s.start, s.duration) for s in segments],
        (0, 1),
        facecolors=[colours.get(s.label or "", "#dddddd") for s in segments],
    )
    for segment in segments:
        room = int(segment.duration / max(duration, 1e-9) / TEXT_SHARE)
        text = (segment.text or "").strip()
        if text and room >= 4:
            shown = text if len(text) <= room else text[: room - 1] + "…"
            axis.text(
                segment.start + duration * 0.003,
                0.5,
                shown,
                va="center",
                fontsize=7,
                color="white",
                clip_on=True,
                parse_math=False,
            )
    axis.set_yticks([])
    axis.set_ylabel(name, rotation=0, ha="right", va="center")
    axis.set_ylim(0, 1)


def _draw_legend(figure: Figure, colours: dict[str, str]) -> None:
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(color=colour, label=label) for label, colour in colours.items()]
    if handles:
        legend = figure.legend(
            handles=handles, loc="outside upper right", ncols=len(handles), fontsize=8, frameon=False
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
