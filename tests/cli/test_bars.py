"""What the bars on the terminal say."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from earmark.cli.bars import NAME_WIDTH, SHARES, Bars, Task
from earmark.cli.text import printable
from earmark.core.progress import Progress

Step = Callable[[Bars], object]


class Clock:
    """A clock that a test can set."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    mine = Clock()
    monkeypatch.setattr("earmark.cli.bars.time", SimpleNamespace(monotonic=mine.monotonic))
    return mine


def tasks(weights: Sequence[float | None], name: str = "a.wav", *, remote: bool = False) -> list[Task]:
    return [Task(name=name, seconds=seconds, remote=remote) for seconds in weights]


def last_lines(
    weights: Sequence[float | None], *steps: Step, with_text: bool = True, name: str = "a.wav", remote: bool = False
) -> list[str]:
    """What stands on the terminal after all steps: a line for the whole (of several), a line for the current one."""
    console = Console(file=io.StringIO(), force_terminal=True, width=160)
    with Bars(console, tasks(weights, name, remote=remote), with_text=with_text) as bars:
        for step in steps:
            step(bars)
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", console.file.getvalue())
    drawn = [line.strip() for line in re.split(r"[\r\n]", plain) if "%" in line]
    return drawn[-2:] if len(weights) > 1 else drawn[-1:]


def at(index: int, stage: str, done: float, total: float = 10.0) -> Step:
    return lambda bars: bars.update(index, Progress(stage=stage, done=done, total=total))


def end(index: int) -> Step:
    return lambda bars: bars.begin(index + 1)


def percent(line: str) -> int:
    return int(re.findall(r"(\d+)%", line)[0])


def test_one_recording_has_one_bar_with_its_name_and_stage() -> None:
    (line,) = last_lines([10.0], at(0, "speech", 5.0))
    assert line.startswith("a.wav ")
    assert line.endswith("speech")
    assert "recordings" not in line


def test_each_stage_takes_its_share_of_the_bar() -> None:
    shown = [percent(last_lines([10.0], at(0, stage, done), remote=True)[0]) for stage in SHARES for done in (0, 10)]
    assert shown == [0, 5, 5, 10, 10, 30, 30, 100]


def test_a_local_recording_has_no_share_for_the_download() -> None:
    assert percent(last_lines([10.0], at(0, "levels", 0.0))[0]) == 0
    assert percent(last_lines([10.0], at(0, "levels", 0.0), remote=True)[0]) == 5


def test_without_text_the_bar_is_full_after_the_search_for_speech() -> None:
    assert percent(last_lines([10.0], at(0, "speech", 10.0), with_text=False)[0]) == 100


def test_the_whole_is_counted_in_seconds_of_sound() -> None:
    whole, current = last_lines([90.0, 10.0], at(0, "transcript", 90.0, 90.0), end(0), at(1, "levels", 0.0))
    assert whole.startswith("2 recordings")
    assert percent(whole) == 90
    assert percent(current) == 0
    assert percent(last_lines([90.0, 10.0], end(0), end(1))[-1]) == 100


def test_a_recording_of_unknown_length_counts_as_the_mean_of_the_others() -> None:
    assert percent(last_lines([10.0, None, 20.0], end(0), end(1))[0]) == 56
    assert percent(last_lines([None, None], end(0))[0]) == 50


def test_more_sound_than_was_announced_does_not_run_into_the_next_stage() -> None:
    assert percent(last_lines([10.0], at(0, "speech", 25.0, 10.0), remote=True)[0]) == 30


def test_a_stream_without_a_length_still_shows_its_stage() -> None:
    (line,) = last_lines([None], at(0, "speech", 25.0, total=0.0))
    assert line.endswith("speech")
    assert percent(line) == 5


def test_speed_is_told_in_times_real_time_for_the_file_and_for_the_whole(clock: Clock) -> None:
    def wait(seconds: float) -> Step:
        return lambda _: setattr(clock, "now", clock.now + seconds)

    whole, current = last_lines(
        [100.0, 60.0], wait(10), at(0, "transcript", 100.0, 100.0), end(0), wait(2), at(1, "transcript", 60.0, 60.0)
    )
    assert "30.0x" in current
    assert "13.3x" in whole


def test_no_speed_is_told_before_there_is_one(clock: Clock) -> None:
    assert re.search(r"\dx", last_lines([100.0], at(0, "speech", 50.0, 100.0))[0]) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[bold]x[/bold].wav", "[bold]x[/bold].wav"),
        ("[/]", "[/]"),
        ("line\nbreak.wav", "line\\nbreak.wav"),
        ("\x1b[31mred.wav", "\\x1b[31mred.wav"),
        ("ünï 🎙.wav", "ünï 🎙.wav"),
        ("/very/long/" + "x" * 60 + "/end.wav", "…" + "x" * (NAME_WIDTH - 9) + "/end.wav"),
    ],
)
def test_any_name_is_shown_as_it_is_on_one_line(name: str, shown: str) -> None:
    assert last_lines([10.0], at(0, "speech", 5.0), name=name)[0].startswith(shown)


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=False)
    with Bars(console, tasks([10.0, 10.0]), with_text=True) as bars:
        bars.update(0, Progress(stage="speech", done=5.0, total=10.0))
        bars.begin(1)
    assert console.file.getvalue() == ""


def test_standard_output_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A program may read it while the bars stand on the terminal."""
    console = Console(file=io.StringIO(), force_terminal=True, width=160)
    with Bars(console, tasks([10.0]), with_text=True) as bars:
        sys.stdout.write('{"file": "a.wav"}\n')
        with bars.aside():
            sys.stdout.write('{"file": "b.wav"}\n')
    assert capsys.readouterr().out.splitlines() == ['{"file": "a.wav"}', '{"file": "b.wav"}']
    assert "b.wav" not in console.file.getvalue()


@given(st.text())
def test_a_printable_name_is_one_line_and_loses_nothing(name: str) -> None:
    assert printable(name).isprintable()
    assert name.isprintable() is (printable(name) == name)


def test_what_is_printed_in_the_middle_of_a_recording_does_not_set_its_bar_back(clock: Clock) -> None:
    def print_something(bars: Bars) -> None:
        clock.now += 10
        with bars.aside():
            pass

    whole, current = last_lines([100.0, 100.0], at(0, "transcript", 50.0, 100.0), print_something)
    half = last_lines([100.0], at(0, "transcript", 50.0, 100.0))[0]
    assert percent(current) == percent(half) > 50
    assert current.endswith("transcript")
    assert "6.3x" in current or "6.2x" in current
    assert percent(whole) > 25
