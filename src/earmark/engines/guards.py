"""Find text that a speech model invented, and say why it was dropped.

Whisper-like decoders write something even where nobody speaks: captions from their training data, or one phrase
over and over. The thresholds are those that the Whisper paper (Radford et al. 2022, section 4.5) decodes by.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import TYPE_CHECKING

from earmark.core.annotation import Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.core.segment import Word

NO_SPEECH = 0.6
"""Probability of "no speech" above which doubtful text is not believed."""
LOG_PROBABILITY = -1.0
"""Mean log probability per token below which text is doubtful."""
HOPELESS = -2.0
"""Mean log probability below which no text is believed: less than one chance in seven for each token."""
COMPRESSION_RATIO = 2.4
"""Text that zlib packs better than this repeats itself."""
REPEATS = 4
"""So many times the same phrase in a row is a loop, not emphasis."""
LONGEST_PHRASE = 12
"""Longest phrase, in words, that is looked at for loops."""
REPEATED = "the model repeated itself"
"""Why repetitions were dropped."""
SHORT_PHRASE = 2
"""Phrases of up to so many different words, such as "yes" or "thank you", are said again and again by people too ..."""
SHORT_DOUBT = 0.5
"""... and are a loop from one clip to the next only where the model gives them a lower mean score than this."""
WORDS_PER_SECOND = 8.0
"""Nobody speaks faster: auctioneers reach about 7 words a second."""

CAPTION_PHRASES = frozenset(
    {
        "thank you for watching",
        "thanks for watching",
        "please subscribe",
        "like and subscribe",
        "subtitles by the amara org community",
        "transcription by castingwords",
        "sous titres réalisés par la communauté d amara org",
        "sous titrage société radio canada",
        "sous titrage st 501",
        "merci d avoir regardé cette vidéo",
        "untertitel der amara org community",
        "untertitelung des zdf 2020",
        "subtítulos realizados por la comunidad de amara org",
        "gracias por ver el video",
        "sottotitoli creati dalla comunità amara org",
        "ご視聴ありがとうございました",
        "продолжение следует",
    }
)
"""Captions that Whisper models give for silence and noise; reported in openai/whisper and faster-whisper issues."""
CAPTION_DOUBT = 0.2
"""Probability of "no speech" above which a caption phrase is taken as invented."""

FILLERS = frozenset(
    {
        "bye",
        "bye bye",
        "danke",
        "gracias",
        "grazie",
        "merci",
        "oh",
        "okay",
        "so",
        "thank you",
        "thank you so much",
        "thank you very much",
        "thanks",
        "the end",
        "vielen dank",
        "you",
        "ご清聴ありがとうございました",
    }
)
"""What Whisper models say into applause, breath and hum; people say it too, so ``NO_SPEECH`` is asked as well."""
UNLIKELY_WORD = 0.15
"""Probability below which a word counts as one that the model does not believe."""
SHORT_WORD, LONG_WORD = 0.133, 2.0
"""Seconds below and above which the length of a word is odd."""
ODD_WORDS = 8
"""The first so many words of a text are looked at."""
MOST_ODD = 3.0
"""Sum of oddities from which a text is odd. These five numbers are those of openai/whisper (pull request 1838), which
skips such text where silence is around it; here the model must hear no speech."""


def compression_ratio(text: str) -> float:
    """Bytes of ``text`` over its size packed by zlib; loops give high values."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def why_invented(
    words: Sequence[Word], text: str, *, seconds: float, no_speech: float, log_probability: float
) -> str | None:
    """Say why a transcript of ``seconds`` of speech was probably invented, or None if it is to be believed."""
    if no_speech > NO_SPEECH and log_probability < LOG_PROBABILITY:
        return f"the model hears no speech here (probability {no_speech:.2f}) and doubts its own text"
    if log_probability < HOPELESS:
        return f"the model does not believe its own text (mean log probability {log_probability:.1f})"
    known = plain(text)
    if (no_speech > CAPTION_DOUBT and known in CAPTION_PHRASES) or (no_speech > NO_SPEECH and known in FILLERS):
        return "a phrase that the model is known to invent"
    if no_speech > NO_SPEECH and _is_odd(words):
        return f"the model hears no speech here (probability {no_speech:.2f}), and nobody speaks at such a pace"
    if len(words) > 2 and len(words) > WORDS_PER_SECOND * seconds:
        return f"{len(words)} words in {seconds:.1f} s are more than anyone can say"
    if compression_ratio(text) > COMPRESSION_RATIO:
        return "it repeats itself"
    return None


def _is_odd(words: Sequence[Word]) -> bool:
    """Whether words are so short, long or unlikely that they were probably fitted to no speech at all."""
    looked_at = [word for word in words if plain(word.text)][:ODD_WORDS]
    oddity = sum(_oddity(word) for word in looked_at)
    return bool(looked_at) and (oddity >= MOST_ODD or oddity + 0.01 >= len(looked_at))


def _oddity(word: Word) -> float:
    seconds = word.end - word.start
    unlikely = 1.0 if word.score is not None and word.score < UNLIKELY_WORD else 0.0
    return unlikely + max(0.0, SHORT_WORD - seconds) * 15 + max(0.0, seconds - LONG_WORD)


def is_doubtful(text: str, log_probability: float) -> bool:
    """Whether a transcript is worth a second attempt with other settings."""
    return compression_ratio(text) > COMPRESSION_RATIO or log_probability < LOG_PROBABILITY


def find_loop(words: Sequence[Word]) -> tuple[int, int] | None:
    """Find the first phrase that repeats at least ``REPEATS`` times in a row.

    Returns
    -------
    (begin, end) or None
        Indices of the repetitions after the first time: what should be left out.
    """
    return next(((begin + length, end) for begin, length, end in _loops(words)), None)


class LoopWatch:
    """Finds loops that go on from one clip of a channel to the next: engines, which hear single clips, cannot."""

    def __init__(self) -> None:
        self._tail: list[Word] = []

    def looped(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """Find the words of the next clip that repeat what the clips before it said.

        Returns
        -------
        list of (begin, end)
            Indices of what should be left out, in order.
        """
        known = len(self._tail)
        heard = [*self._tail, *words]
        spans: list[tuple[int, int]] = []
        for begin, length, end in _loops(heard):
            fresh = max(known, begin + length, spans[-1][1] + known if spans else 0)
            if begin < known and fresh < end and _is_no_answer(heard[begin:end]):
                spans.append((fresh - known, end - known))
        self._tail = heard[-LONGEST_PHRASE * REPEATS :]
        return spans


def _is_no_answer(words: Sequence[Word]) -> bool:
    """Whether a repetition is none of those that people say: "yes" to one question after the other."""
    different = {plain(word.text) for word in words}
    scores = [word.score for word in words if word.score is not None]
    return len(different) > SHORT_PHRASE or bool(scores and sum(scores) / len(scores) < SHORT_DOUBT)


def _loops(words: Sequence[Word]) -> Iterator[tuple[int, int, int]]:
    """Give each loop by where it begins, how many words the phrase has, and where its last round ends."""
    keys = [plain(word.text) for word in words]
    for begin in range(len(keys)):
        for length in range(1, min(LONGEST_PHRASE, (len(keys) - begin) // REPEATS) + 1):
            end = _end_of_repeats(keys, begin, length)
            if end - begin >= REPEATS * length:
                yield begin, length, end


def dropped(words: Sequence[Word], joins: Sequence[bool], why: str) -> Note:
    """A note on words that were left out."""
    return Note(
        kind=NoteKind.DROPPED,
        message=why,
        start=words[0].start,
        end=max(words[0].start, words[-1].end),
        text=text_of(words, joins),
    )


def text_of(words: Sequence[Word], joins: Sequence[bool]) -> str:
    """Write words in a line, with spaces but where one joins the word before."""
    return "".join(w.text if glued else f" {w.text}" for w, glued in zip(words, joins, strict=True)).strip()


def _end_of_repeats(keys: Sequence[str], begin: int, length: int) -> int:
    end = begin + length
    while end < len(keys) and keys[end] == keys[end - length]:
        end += 1
    return begin + (end - begin) // length * length


def plain(text: str) -> str:
    """Lower case without punctuation, for comparisons."""
    spaced = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold())
    return spaced.strip()
