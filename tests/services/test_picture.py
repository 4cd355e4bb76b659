"""What the picture of a timeline shows."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from earmark.audio.source import from_array
from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import Segment
from earmark.errors import MissingExtra
from earmark.services.picture import COLOURS, OTHER_COLOURS, draw_picture, to_png

pytest.importorskip("matplotlib", reason="the extra earmark[plot] is not installed")

RATE = 8000


def annotation(*segments: Segment, duration: float | None = 10.0) -> Annotation:
    return Annotation(segments=segments, recording=Recording(source="talk.wav", duration=duration))


def bars(axis) -> list[tuple[float, float, str]]:
    """(start, end, colour) of every bar of a lane."""
    from matplotlib.colors import to_hex

    (collection,) = axis.collections
    extents = [path.get_extents() for path in collection.get_paths()]
    colours = [to_hex(colour) for colour in collection.get_facecolors()]
    return [(box.x0, box.x1, colour) for box, colour in zip(extents, colours, strict=True)]


def legend(figure) -> list[str]:
    return [text.get_text() for part in figure.legends for text in part.get_texts()]


def texts(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def lanes(segments: Sequence[Segment]) -> list[str]:
    return [axis.get_ylabel() for axis in draw_picture(annotation(*segments), None).axes]


def test_each_segment_is_a_bar_in_the_colour_of_its_label() -> None:
    figure = draw_picture(
        annotation(
            Segment(start=0.0, end=2.0, label="speech"),
            Segment(start=2.0, end=3.5, label="noise"),
            Segment(start=3.5, end=10.0, label="silence"),
        ),
        None,
    )
    (lane,) = figure.axes
    assert bars(lane) == [
        (0.0, 2.0, COLOURS["speech"]),
        (2.0, 3.5, COLOURS["noise"]),
        (3.5, 10.0, COLOURS["silence"]),
    ]
    assert lane.get_xlim() == (0.0, 10.0)
    assert legend(figure) == ["speech", "noise", "silence"]


def test_other_labels_get_colours_of_their_own_that_repeat_when_there_are_many() -> None:
    names = [f"call {index}" for index in range(len(OTHER_COLOURS) + 1)]
    segments = [Segment(start=i, end=i + 1, label=name) for i, name in enumerate(["speech", *names])]
    figure = draw_picture(annotation(*segments), None)
    shown = [colour for *_, colour in bars(figure.axes[0])]
    assert shown == [COLOURS["speech"], *OTHER_COLOURS, OTHER_COLOURS[0]]
    assert legend(figure) == ["speech", *names]


@pytest.mark.parametrize(
    ("channels", "shown"),
    [
        ([None, None], ["mix"]),
        ([0, 0], ["ch 1"]),
        ([1, 0, 1], ["ch 1", "ch 2"]),
        ([10, 2], ["ch 3", "ch 11"]),
        ([0, None], ["mix", "ch 1"]),
        ([], ["mix"]),
    ],
)
def test_each_channel_has_a_lane_counted_from_1(channels: list[int | None], shown: list[str]) -> None:
    assert lanes([Segment(start=i, end=i + 1, channel=channel) for i, channel in enumerate(channels)]) == shown


def test_a_transcript_is_written_where_it_fits_and_cut_where_it_does_not() -> None:
    long = "word " * 40
    figure = draw_picture(
        annotation(
            Segment(start=0.0, end=5.0, label="speech", text="  It fits. "),
            Segment(start=5.0, end=8.0, label="speech", text=long),
            Segment(start=8.0, end=8.1, label="speech", text="no room"),
            Segment(start=9.0, end=10.0, label="speech", text=""),
        ),
        None,
    )
    fits, cut = texts(figure.axes[0])
    assert fits == "It fits."
    assert cut.endswith("…")
    assert long.startswith(cut.removesuffix("…"))
    assert 20 < len(cut) < 60


def test_the_spectrogram_stands_above_the_lanes_and_spans_the_recording() -> None:
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(10 * RATE) / RATE)
    figure = draw_picture(
        annotation(Segment(start=0, end=10, channel=0), Segment(start=0, end=10, channel=1)), from_array(tone, RATE)
    )
    top, *below = figure.axes
    (image,) = top.images
    assert [axis.get_ylabel() for axis in figure.axes] == ["kHz", "ch 1", "ch 2"]
    assert image.get_extent() == [0, 10.0, 0, 4.0]
    lines = image.get_array().mean(axis=1)
    assert int(lines.argmax()) / (len(lines) - 1) * 4.0 == pytest.approx(1.0, abs=0.02)
    assert {axis.get_xlim() for axis in (top, *below)} == {(0.0, 10.0)}


def test_the_picture_of_a_quiet_recording_is_as_bright_as_that_of_a_loud_one() -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, 2 * RATE)
    pictures = [
        draw_picture(annotation(duration=2.0), from_array(noise * gain, RATE)).axes[0].images[0] for gain in (1.0, 0.03)
    ]
    loud, quiet = (image.norm(image.get_array()) for image in pictures)
    assert (loud > 0).mean() > 0.9
    assert np.abs(loud - quiet)[loud > 0].max() < 0.01


def test_times_are_written_as_a_clock() -> None:
    axis = draw_picture(annotation(duration=7200.0), None).axes[0]
    shown = [axis.xaxis.get_major_formatter()(seconds) for seconds in (-0.001, 0, 61, 61.5, 3600)]
    assert shown == ["00:00", "00:00", "01:01", "01:01.500", "01:00:00"]


@pytest.mark.parametrize(
    "nothing",
    [
        annotation(),
        annotation(duration=0.0),
        Annotation(segments=()),
        annotation(Segment(start=1.0, end=1.0, label="click", text="point in time")),
        annotation(Segment(start=0.0, end=5.0)),
    ],
)
def test_a_timeline_of_next_to_nothing_is_still_a_picture(nothing: Annotation) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(to_png(draw_picture(nothing, None)))) as image:
        assert image.format == "PNG"
        assert image.width == 12 * 110


def test_digital_zeros_are_still_a_picture() -> None:
    assert to_png(draw_picture(annotation(duration=1.0), from_array(np.zeros(RATE), RATE))).startswith(b"\x89PNG")


def test_drawing_leaves_the_figures_of_the_user_alone() -> None:
    from matplotlib import pyplot

    mine = pyplot.figure()
    draw_picture(annotation(), None)
    assert pyplot.gcf() is mine
    pyplot.close(mine)
    assert pyplot.get_fignums() == []


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"pip install 'earmark\[plot\]'"):
        draw_picture(annotation(), None)
