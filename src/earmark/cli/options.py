"""Options that commands share: a class with a field for each, of which commands are made."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from earmark import formats
from earmark.core.project import DIARIZERS
from earmark.core.speakers import AUTO, MOST_SPEAKERS

if TYPE_CHECKING:
    from earmark.app import Context, Request
    from earmark.core.speakers import SpeakerCount
    from earmark.services.annotate import AnnotateOptions
    from earmark.services.annotate_files import Plan
    from earmark.services.items import Item
    from earmark.services.timeline import TimelineOptions

WRITABLE = ", ".join(known.name for known in formats.FORMATS if known.dumps is not None)

Options = TypeVar("Options")


def with_options(kind: type[Options]) -> Callable[[Callable[[Options], int]], Callable[..., int]]:
    """Make a command out of a function that takes all its options as one object: Typer reads the fields of its class.

    Parameters
    ----------
    kind : dataclass
        Each field is annotated with ``typer.Option`` or ``typer.Argument``; its default is that of the option.
    """

    def command_of(body: Callable[[Options], int]) -> Callable[..., int]:
        def command(**given: Any) -> int:
            return body(kind(**given))

        hints = get_type_hints(kind, include_extras=True)
        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [_parameter(known.name, hints[known.name], known.default) for known in fields(kind)]  # type: ignore[arg-type]
        )
        command.__annotations__ = hints
        # The lines of a paragraph are as long as the terminal is wide.
        command.__doc__ = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(body.__doc__ or ""))
        command.__name__ = body.__name__
        return command

    return command_of


def _parameter(name: str, hint: Any, default: Any) -> inspect.Parameter:
    known = inspect.Parameter.empty if default is MISSING else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=known, annotation=hint)


@dataclass(frozen=True, kw_only=True)
class Listen:
    """Options of the commands that listen to recordings."""

    inputs: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|URL...", help="Recordings to listen to.")]
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path()
    formats_text: Annotated[
        str,
        typer.Option("--format", "-f", help=f"Formats to write, separated by commas: {WRITABLE}; none writes nothing."),
    ] = "json"
    glob: Annotated[str | None, typer.Option(help="Files to take from folders, such as '*.wav'.")] = None
    channels: Annotated[str, typer.Option(help="mix, each, or numbers from 1 such as 1,2.")] = "mix"
    labels: Annotated[
        str | None, typer.Option(help="Labels to tell apart, such as speech,music,noise,silence (sound model).")
    ] = None
    engine: Annotated[
        str, typer.Option(help="What writes down speech: whisper, pocketsphinx (English drafts) or none.")
    ] = "whisper"
    model: Annotated[
        str | None, typer.Option(help="Whisper weights: a name, or a folder (default: setting model, small).")
    ] = None
    language: Annotated[str | None, typer.Option(help="Language code such as en or fr; detected by default.")] = None
    multilingual: Annotated[
        bool, typer.Option("--multilingual", help="The language may change within a recording.")
    ] = False
    speakers: Annotated[
        str | None, typer.Option(metavar="N|auto", help="Tell speakers apart: so many, or as many as there are.")
    ] = None
    min_speakers: Annotated[int | None, typer.Option(help="Least number of speakers.", min=1, max=MOST_SPEAKERS)] = None
    max_speakers: Annotated[int | None, typer.Option(help="Most speakers.", min=1, max=MOST_SPEAKERS)] = None
    diarizer: Annotated[
        str | None,
        typer.Option(help=f"What tells speakers apart: {', '.join(DIARIZERS)} (auto where speakers are asked for)."),
    ] = None
    task: Annotated[str, typer.Option(help="transcribe, or translate into English.")] = "transcribe"
    prompt: Annotated[str | None, typer.Option(help="Text that sets spelling and style.")] = None
    hotwords: Annotated[str | None, typer.Option(help="Words that are likely to occur.")] = None
    guards: Annotated[bool, typer.Option(help="Drop text that was probably invented.")] = True
    temperature: Annotated[
        float | None, typer.Option(help="How freely words are drawn, 0 to 1 (default: 0, doubtful clips twice).")
    ] = None
    beam_size: Annotated[int, typer.Option(help="Hypotheses kept while decoding; 1 is fastest.", min=1, max=20)] = 5
    batch_size: Annotated[int | None, typer.Option(help="Clips per run of Whisper.", min=1, max=256)] = None
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens per clip.", min=1, max=440)] = None
    device: Annotated[str | None, typer.Option(help="cpu, cuda or auto (default: setting device, auto).")] = None
    compute_type: Annotated[
        str | None, typer.Option(help="Number type (default: int8 on a CPU, float16 on a GPU).")
    ] = None
    silence_db: Annotated[
        float | None, typer.Option(help="Level in dBFS below which everything is silence (default -85).")
    ] = None
    min_silence: Annotated[float | None, typer.Option(help="Shortest silence in seconds (default 0.7).")] = None
    min_speech: Annotated[float | None, typer.Option(help="Shortest speech in seconds (default 0.1).")] = None
    resume: Annotated[bool, typer.Option("--resume", help="Skip what is done with the same options.")] = False
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there, whoever wrote them.")] = False
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line and recording.")] = False
    plot: Annotated[Path | None, typer.Option(help="Picture of the timeline: a PNG file, or a folder.")] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and warnings only.")] = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The names of the formats to write, each once."""
        names = [name.strip() for name in self.formats_text.split(",") if name.strip()]
        return tuple(dict.fromkeys(formats.find(name).name for name in names if name != "none"))

    def items(self) -> list[Item]:
        """List the recordings."""
        from earmark.services.items import find_items

        return find_items(self.inputs, glob=self.glob)

    def context(self) -> Context:
        """Load the settings; device and numbers may be said here as well."""
        from earmark.app import Context

        settings = Context.from_environment().settings
        device, numbers = self.device or settings.device, self.compute_type or settings.compute_type
        return Context(replace(settings, device=device, compute_type=numbers))

    def request(self) -> Request:
        """Say what is wanted of the engines."""
        from earmark.app import Request

        diarizer, count = self._who_speaks()
        return Request(
            engine=self.engine,
            model=self.model,
            batch_size=self.batch_size,
            diarizer=diarizer,
            options=self._annotate_options(count),
        )

    def plan(self, context: Context) -> Plan:
        """Say what becomes of the results."""
        from earmark.services.annotate_files import Plan

        return Plan(
            out=self.out,
            formats=self.formats,
            picture=self.plot,
            resume=self.resume,
            force=self.force,
            fetch_timeout=context.settings.fetch_timeout,
            fetch_max_bytes=context.settings.fetch_max_bytes,
        )

    def _who_speaks(self) -> tuple[str, SpeakerCount | None]:
        from earmark.app import speakers_asked

        return speakers_asked(self.speakers, least=self.min_speakers, most=self.max_speakers, diarizer=self.diarizer)

    def _annotate_options(self, speakers: SpeakerCount | None) -> AnnotateOptions:
        from earmark.audio.channels import parse_channels
        from earmark.engines.protocols import TranscribeOptions
        from earmark.services.annotate import AnnotateOptions

        return AnnotateOptions(
            channels=parse_channels(self.channels),
            timeline=self._timeline(),
            transcript=TranscribeOptions(
                language=_language(self.language),
                task=self.task,
                prompt=self.prompt,
                hotwords=self.hotwords,
                guards=self.guards,
                beam_size=self.beam_size,
                max_tokens=self.max_tokens,
                multilingual=self.multilingual,
                temperature=self.temperature,
            ),
            speakers=speakers,
            labels=tuple(name.strip() for name in (self.labels or "").split(",") if name.strip()),
        )

    def _timeline(self) -> TimelineOptions:
        from earmark.audio.silence import SilenceRule
        from earmark.services.timeline import TimelineOptions

        options = TimelineOptions()
        if self.min_silence is not None:
            options = replace(options, min_silence=self.min_silence)
        if self.min_speech is not None:
            options = replace(options, min_speech=self.min_speech)
        return options if self.silence_db is None else replace(options, silence=SilenceRule(absolute=self.silence_db))


def _language(text: str | None) -> str | None:
    lowered = (text or "").strip().lower()
    return lowered if lowered not in ("", AUTO) else None
