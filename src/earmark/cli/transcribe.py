"""``earmark transcribe``: what was said in recordings, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earmark import formats
from earmark.cli.files_job import FilesJob, Printer, facts_of, written
from earmark.cli.options import WRITABLE, Listen, with_options
from earmark.cli.text import printable
from earmark.core.speakers import AUTO
from earmark.core.time import clock
from earmark.core.transcript import Paragraph, Paragraphs, in_sentences, transcript
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from pathlib import Path

    from earmark.app import Context, Request
    from earmark.core.segment import Segment
    from earmark.core.speakers import SpeakerCount
    from earmark.services.annotate_files import Outcome, Plan
    from earmark.services.items import Item

COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "red", "bright_cyan", "bright_yellow", "bright_green")
"""Of speakers on a terminal, in order of appearance, again from the beginning where there are more."""


@dataclass(frozen=True, kw_only=True)
class Transcribe(Listen):
    """Options of ``earmark transcribe``: those of ``earmark annotate``, for people who want the words."""

    formats_text: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="Formats to write, separated by commas: transcript (JSON with speakers and the times of words, of "
            f"which earmark convert makes all the others), or any of {WRITABLE}; none writes nothing.",
        ),
    ] = formats.transcript.FORMAT.name
    engine: Annotated[str, typer.Option(help="What writes down speech: whisper, or pocketsphinx (English drafts).")] = (
        "whisper"
    )
    speakers: Annotated[
        str | None, typer.Option(metavar="N|auto", help="How many people speak: a number, or as many as there are.")
    ] = AUTO
    no_speakers: Annotated[bool, typer.Option("--no-speakers", help="Do not tell speakers apart; faster.")] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the transcript as JSON; of several recordings, one object per line.")
    ] = False
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print no transcript: errors, warnings and JSON only.")
    ] = False

    def request(self) -> Request:
        """Say what is wanted of the engines."""
        if self.engine == "none":
            raise InvalidValue("the engine none writes nothing down; earmark annotate draws the timeline alone.")
        return super().request()

    def plan(self, context: Context) -> Plan:
        """Say what becomes of the results."""
        kept = {formats.transcript.FORMAT.name, formats.earmark_json.FORMAT.name}
        if self.as_json and self.resume and not kept & set(self.formats):
            raise InvalidValue(
                "--json cannot print what was done before unless a file keeps it: add --format transcript"
            )
        return replace(super().plan(context), sentences=True)

    def _who_speaks(self) -> tuple[str, SpeakerCount | None]:
        if not self.no_speakers:
            return super()._who_speaks()
        if self.speakers != AUTO or self.min_speakers or self.max_speakers or self.diarizer not in (None, "none"):
            raise InvalidValue("--no-speakers cannot stand beside options that say how to tell speakers apart")
        return "none", None


@with_options(Transcribe)
def transcribe_command(options: Transcribe) -> int:
    """Write down what is said in recordings, and who says it.

    The transcript is printed as it is made: what stands on standard output is the transcript and nothing else. A file
    is kept beside it, so that an hour of listening gives subtitles or minutes later without another one.

    Exit codes: 0 all done; 1 some recording failed; 2 wrong usage; 3 something asked for could not be had: without a
    model that tells speakers apart the transcript is written nevertheless, without one that writes down speech nothing
    is; 130 stopped by Ctrl-C.
    """
    printer = _TranscriptPrinter(as_json=options.as_json, quiet=options.quiet)
    return FilesJob(options, printer, text_only=True).run()


class _TranscriptPrinter(Printer):
    """Prints transcripts: paragraphs as they become complete, or JSON."""

    done_word = "transcribed"

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        from rich.console import Console

        super().__init__(as_json=as_json, quiet=quiet)
        self._paper = Console(highlight=False)
        self._paragraphs = Paragraphs()
        self._colours: dict[str, str] = {}
        self._printed = False
        self._of: Item | None = None

    @property
    def follows(self) -> bool:
        return not (self.as_json or self.quiet)

    def heard(self, item: Item, segments: Sequence[Segment], *, alone: bool) -> str:
        return self._text(item, self._paragraphs.add(segments), alone=alone)

    def show(self, outcome: Outcome, *, alone: bool) -> None:
        if self.follows and (rest := self._text(outcome.item, self._paragraphs.rest(), alone=alone)):
            typer.echo(rest)
        self._colours.clear()
        super().show(outcome, alone=alone)

    def print_result(self, outcome: Outcome, *, alone: bool) -> None:
        if self.as_json:
            typer.echo(_as_json(outcome, alone=alone))
        elif outcome.skipped and not self.quiet:
            self.say(f"{printable(outcome.item.name)}: done before")
        elif outcome.error is None and not self.quiet:
            words = self._of is outcome.item
            if words and self._paper.is_terminal:
                self.say("")
            facts = facts_of(outcome) if words else f"{facts_of(outcome)}, no words were heard"
            self.say("\n".join([facts, *written(outcome)]))

    def _text(self, item: Item, paragraphs: Iterable[Paragraph], *, alone: bool) -> str:
        return "\n".join(line for paragraph in paragraphs for line in self._lines(item, paragraph, alone=alone))

    def _lines(self, item: Item, paragraph: Paragraph, *, alone: bool) -> Iterator[str]:
        """Give a paragraph below its speaker and time, parted from the one before by an empty line."""
        if self._printed:
            yield ""
        if self._of is not item and not alone:
            yield from (self._styled((f"==> {printable(item.name)} <==", "bold")), "")
        self._printed, self._of = True, item
        time = (clock(paragraph.start).split(".")[0], "dim")
        if paragraph.speaker is None:
            yield self._styled(time)
        else:
            colour = self._colours.setdefault(paragraph.speaker, COLOURS[len(self._colours) % len(COLOURS)])
            yield self._styled((printable(paragraph.speaker), f"bold {colour}"), ("  ", ""), time)
        yield self._styled((printable(paragraph.text), ""))

    def _styled(self, *parts: tuple[str, str]) -> str:
        """Write with colours, and lines broken between words, where somebody looks at a terminal."""
        from rich.text import Text

        with self._paper.capture() as captured:
            self._paper.print(Text.assemble(*parts), soft_wrap=not self._paper.is_terminal)
        return captured.get().rstrip("\n")


def _as_json(outcome: Outcome, *, alone: bool) -> str:
    """Write what a transcription service answers; of several recordings, with the name of the file, in one line."""
    if alone and outcome.annotation is not None and not outcome.skipped:
        return formats.transcript.dumps(in_sentences(outcome.annotation), processing_time=outcome.elapsed).rstrip("\n")
    said = _answer(outcome)
    return json.dumps(said if alone else {"file": outcome.item.name, **said}, ensure_ascii=False)


def _answer(outcome: Outcome) -> dict[str, Any]:
    if outcome.error is not None:
        return {"error": outcome.error}
    kept = [path for path in outcome.outputs if path.name.endswith(formats.transcript.FORMAT.suffix)]
    if outcome.skipped and kept:
        return _read(kept[0])
    assert outcome.annotation is not None  # noqa: S101 - one of the files keeps it, see `Transcribe.plan`
    seconds = None if outcome.skipped else outcome.elapsed
    return transcript(in_sentences(outcome.annotation), processing_time=seconds)


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
