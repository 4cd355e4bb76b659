"""Whisper through faster-whisper (CTranslate2), in batches of clips."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.core.segment import Word
from earmark.engines import guards
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.errors import BrokenModel, EngineFailed, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from earmark.audio.decode import Samples
    from earmark.core.annotation import Note

SAMPLE_RATE = 16_000
"""Sample rate in Hz that Whisper was trained at."""
FRAME = 160
"""Samples per feature frame; clips begin on a frame so that word times keep their 10 ms grid."""
SECOND_TRY = {
    "temperature": 0.0,
    "repetition_penalty": 1.2,
    "no_repeat_ngram_size": 4,
    "condition_on_previous_text": False,
}
"""Settings for a clip whose first transcript is doubtful: they forbid the loops that most of these are. Sampling, which
Whisper uses here, would give another text each time the same recording is heard."""
MOST_WORKERS = 4
"""Clips side by side on a CPU; further threads work together on the same clip, so that a single one is not slow."""
CONTROL_TOKENS = 5
"""Tokens that begin every text: start, previous, language, task, no time stamps."""
MOST_HINTS = 223
"""Most tokens of prompt and hotwords: half of what the decoder holds, less one, as in the Whisper paper."""
LANGUAGE_CLIPS = 4
"""Most windows of 30 s that the language is looked for in."""


class Whisper:
    """A Whisper model in a CTranslate2 folder.

    Parameters
    ----------
    folder : Path
        Holds ``model.bin``, ``config.json`` and the tokenizer.
    device : str
        ``cpu``, ``cuda`` or ``auto``.
    compute_type : str
        A CTranslate2 type such as ``int8`` or ``float16``; ``default`` takes int8 on a CPU (the fastest there, with no
        loss that matters) and float16 on a GPU.
    threads : int
        CPU threads; 0 takes all cores. They are shared out to at most four workers that take clips side by side, which
        takes about a third less time than all threads working on the same clip (docs/benchmarks.md).
    batch_size : int or None
        Clips that a worker takes at once; None takes 2 on a CPU, where more spill out of the cache, and 8 on a GPU.

    Raises
    ------
    BrokenModel
        The folder does not hold a model that CTranslate2 can load on that device.
    """

    sample_rate = SAMPLE_RATE
    clip_seconds = 30.0
    caution: str | None = None

    def __init__(
        self,
        folder: Path,
        *,
        device: str = "auto",
        compute_type: str = "default",
        threads: int = 0,
        batch_size: int | None = None,
    ) -> None:
        from faster_whisper import WhisperModel

        self.name = f"whisper {folder.name}"
        device = _device(device)
        threads = (threads or _cores()) if device == "cpu" else 1
        self._workers = min(threads, MOST_WORKERS)
        self._clips_at_once = batch_size or (2 if device == "cpu" else 8)
        try:
            self._model: Any = WhisperModel(
                str(folder),
                device=device,
                compute_type=_compute_type(compute_type, device),
                cpu_threads=threads // self._workers,
                num_workers=self._workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise BrokenModel(f"{folder} cannot be used as a Whisper model on {device!r}: {error}") from None

    def check(self, options: TranscribeOptions) -> None:
        """Raise ``InvalidValue`` if this model does not know the language or the task."""
        known = self._model.supported_languages
        if options.language is not None and options.language not in known:
            near = get_close_matches(options.language, known, n=3, cutoff=0.3) or known[:3]
            raise InvalidValue(
                f"{self.name} does not know the language {options.language!r}: give a code such as {', '.join(near)}."
            )
        self._require_room(options)
        if options.task == "translate" and not self._model.model.is_multilingual:
            raise InvalidValue(f"{self.name} knows English only and cannot translate: choose a model without '.en'.")
        if options.multilingual and not self._model.model.is_multilingual:
            raise InvalidValue(f"{self.name} knows English only: several languages need a model without '.en'.")

    def _require_room(self, options: TranscribeOptions) -> None:
        texts = (options.prompt or "", options.hotwords or "")
        hints = sum(len(self._model.hf_tokenizer.encode(text, add_special_tokens=False).ids) for text in texts)
        room = self._model.max_length - CONTROL_TOKENS - hints
        if hints > MOST_HINTS or (options.max_tokens or 0) > room:
            raise InvalidValue(
                f"prompt and hotwords take {hints} tokens; {MOST_HINTS} fit, and leave {max(0, room)} for --max-tokens."
            )

    def detect_language(self, clips: Sequence[Samples]) -> tuple[str, float]:
        """Give the language of the first clips that are clear, at most two minutes of them, and its probability."""
        if not self._model.model.is_multilingual:
            return "en", 1.0
        code, probability, _ = self._model.detect_language(
            np.concatenate(clips), language_detection_segments=LANGUAGE_CLIPS, language_detection_threshold=0.5
        )
        return str(code), float(probability)

    def transcribe(
        self, clips: Iterable[Samples], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        """Write down clips of at most 30 s, shape ``(samples,)`` at 16 kHz; one transcript per clip, in order.

        Clips are taken as the workers need them, a few ahead of the transcript that is given.
        """
        waiting: deque[Future[list[Transcript]]] = deque()
        groups = batched(clips, self._clips_at_once)
        pool = ThreadPoolExecutor(self._workers)
        try:
            for group in groups:
                waiting.append(pool.submit(self._write_down, group, language, options))
                if len(waiting) > 2 * self._workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _write_down(self, clips: Sequence[Samples], language: str, options: TranscribeOptions) -> list[Transcript]:
        heard: list[list[_Heard]] = [[] for _ in clips]
        joined, begins = _join(clips)
        try:
            if options.temperature:
                return [self._finish(clip, self._drawn(clip, language, options), language, options) for clip in clips]
            for segment in self._run(joined, clips, begins, language, options):
                clip = bisect_right(begins, segment.seek * FRAME) - 1
                heard[clip].append(_Heard.of(segment, begins[clip] / SAMPLE_RATE))
            return [self._finish(clip, parts, language, options) for clip, parts in zip(clips, heard, strict=True)]
        except (RuntimeError, ValueError) as error:
            # CTranslate2 raises these alone, for want of memory for example.
            raise EngineFailed(
                f"{self.name} gave up: {error}. A smaller model or --batch-size 1 needs less."
            ) from error

    def _run(
        self,
        joined: Samples,
        clips: Sequence[Samples],
        begins: Sequence[int],
        language: str,
        options: TranscribeOptions,
    ) -> Iterable[Any]:
        from faster_whisper import BatchedInferencePipeline

        # Half a sample more, since the pipeline truncates seconds to samples.
        spans = [
            {"start": (begin + 0.5) / SAMPLE_RATE, "end": (begin + len(clip) + 0.5) / SAMPLE_RATE}
            for begin, clip in zip(begins, clips, strict=True)
        ]
        segments, _ = BatchedInferencePipeline(self._model).transcribe(
            joined, clip_timestamps=spans, batch_size=len(clips), temperature=0.0, **_asked(language, options)
        )
        return segments  # type: ignore[no-any-return]

    def _finish(self, clip: Samples, parts: list[_Heard], language: str, options: TranscribeOptions) -> Transcript:
        doubtful = any(guards.is_doubtful(part.text, part.log_probability) for part in parts)
        if options.guards and options.temperature is None and doubtful:
            parts = self._alone(clip, language, options, SECOND_TRY)
        kept: list[Word] = []
        joins: list[bool] = []
        notes: list[Note] = []
        for part in parts:
            words, glued, dropped = (
                _believe(part, len(clip) / SAMPLE_RATE) if options.guards else (part.words, part.joins, [])
            )
            kept += words
            joins += glued
            notes += dropped
        return Transcript(words=tuple(kept), joins=tuple(joins), notes=tuple(notes))

    def _drawn(self, clip: Samples, language: str, options: TranscribeOptions) -> list[_Heard]:
        """Draw words at a temperature, clip by clip: batches of faster-whisper always take the likeliest word."""
        settings = {"temperature": options.temperature, "condition_on_previous_text": False}
        return self._alone(clip, language, options, settings)

    def _alone(
        self, clip: Samples, language: str, options: TranscribeOptions, settings: dict[str, Any]
    ) -> list[_Heard]:
        segments, _ = self._model.transcribe(clip, **settings, **_asked(language, options))
        return [_Heard.of(segment, 0.0) for segment in segments]


def _asked(language: str, options: TranscribeOptions) -> dict[str, Any]:
    return {
        "language": language,
        "task": options.task,
        "beam_size": options.beam_size,
        "initial_prompt": options.prompt,
        "hotwords": options.hotwords,
        "max_new_tokens": options.max_tokens,
        "word_timestamps": True,
    }


@dataclass(frozen=True, slots=True)
class _Heard:
    """One piece of text as the model gave it, times from the start of its clip."""

    text: str
    words: list[Word]
    joins: list[bool]
    no_speech: float
    log_probability: float

    @classmethod
    def of(cls, segment: Any, begin: float) -> _Heard:
        raw = [word for word in segment.words or [] if word.word.strip()]
        return cls(
            text=segment.text.strip(),
            words=[_word(word, begin) for word in raw],
            joins=[not word.word.startswith(" ") for word in raw],
            no_speech=segment.no_speech_prob,
            log_probability=segment.avg_logprob,
        )


def _word(word: Any, begin: float) -> Word:
    start = max(0.0, round(float(word.start) - begin, 3))
    end = max(start, round(float(word.end) - begin, 3))
    score = round(min(1.0, max(0.0, float(word.probability))), 4)
    return Word(text=word.word.strip(), start=start, end=end, score=score)


def _believe(part: _Heard, seconds: float) -> tuple[list[Word], list[bool], list[Note]]:
    """Take loops out of a piece of text, then all of it if it was probably invented."""
    words, joins, notes = list(part.words), list(part.joins), []
    while loop := guards.find_loop(words):
        begin, end = loop
        notes.append(guards.dropped(words[begin:end], joins[begin:end], guards.REPEATED))
        del words[begin:end], joins[begin:end]
    text = guards.text_of(words, joins)
    why = words and guards.why_invented(
        words, text, seconds=seconds, no_speech=part.no_speech, log_probability=part.log_probability
    )
    if why:
        return [], [], [guards.dropped(words, joins, why)]
    return words, joins, notes


def _join(clips: Sequence[Samples]) -> tuple[Samples, list[int]]:
    """Lay clips one after the other, each from a feature frame on; give the samples and where each begins."""
    pieces = [np.pad(clip, (0, -len(clip) % FRAME)) for clip in clips]
    begins = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    return np.concatenate(pieces), begins.tolist()


def batched(items: Iterable[Samples], size: int) -> Iterator[list[Samples]]:
    """Give items in lists of ``size``, the last one shorter (``itertools.batched`` came with Python 3.12)."""
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


def _device(asked: str) -> str:
    import ctranslate2

    if asked != "auto":
        return asked
    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def _compute_type(asked: str, device: str) -> str:
    if asked != "default":
        return asked
    return "int8" if device == "cpu" else "float16"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
