"""Times of words by forced alignment with a CTC acoustic model in ONNX, such as an exported wav2vec2.

The model says for each frame of 20 ms which letter it hears, or none (the blank of CTC, Graves et al. 2006). Of all
ways to read the text off in order, the likeliest is taken (Viterbi search), and with it the frames of each letter.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.engines.sessions import open_session, refused_as
from earmark.errors import BrokenModel, EngineFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.core.segment import Word

WEIGHTS, VOCABULARY, PREPROCESSOR, TOKENIZER = (
    "model.onnx",
    "vocab.json",
    "preprocessor_config.json",
    "tokenizer_config.json",
)
SAMPLE_RATE = 16_000
"""Sample rate in Hz of every model that is accepted."""
SHORTEST = 1600
"""Samples to which shorter clips are padded: the first layers of wav2vec2 need 400, and one frame aligns nothing."""
TINY = 1e-7
"""Added to the variance when a waveform is normalised, as in transformers' feature extractor of wav2vec2."""
WILDCARD = -1
"""Stands for a character that the vocabulary lacks, a digit for example: any letter will do."""
INNER = 0.01
"""What a wildcard pays, in log probability, for each frame in which nothing is heard."""
NOTHING = -1
"""Token of the frames in which no letter is heard."""


class CtcAligner:
    """Aligns words of one language.

    Parameters
    ----------
    folder : Path
        Holds ``model.onnx`` (waveform in, logits out), ``vocab.json`` and, where the model wants its input as it is,
        ``preprocessor_config.json`` with ``do_normalize`` false.
    language : str
        Code of the language that the model was trained in.
    threads : int
        CPU threads; 0 takes all cores.

    Raises
    ------
    BrokenModel
        The folder does not hold such a model.
    """

    sample_rate = SAMPLE_RATE
    clip_seconds = 30.0

    def __init__(self, folder: Path, *, language: str, threads: int = 0) -> None:
        self.name = f"ctc {language} {folder.name}" if folder.name != language else f"ctc {language}"
        self.languages = (language,)
        self._letters = _Letters.read(folder)
        self._normalise = _wants_normalised(folder)
        self._session = open_session(folder / WEIGHTS, threads=threads)
        self._check(folder)

    def _check(self, folder: Path) -> None:
        """Run the model once, so that one that does not fit fails when it is loaded, not in the middle of a job."""
        try:
            found = self._logits(np.zeros(SAMPLE_RATE, np.float32))
        except EngineFailed as error:
            raise BrokenModel(f"{folder / WEIGHTS} does not take a waveform: {error}") from None
        if found.ndim != 2 or found.shape[1] <= max(self._letters.numbers.values()):
            raise BrokenModel(
                f"{folder}: the model gives {'x'.join(map(str, found.shape))} scores for a second, which do not fit "
                f"the {len(self._letters.numbers)} letters of {VOCABULARY}."
            )

    def align(self, clip: Samples, words: Sequence[Word], *, joins: Sequence[bool]) -> list[Word]:
        """Give the same words with the times at which they are spoken; those without letters keep their own."""
        tokens, owners = self._letters.spell(words, joins)
        scores = log_softmax(self._logits(clip))
        letters = emissions(scores, tokens, blank=self._letters.blank, ignored=self._letters.ignored)
        path = best_path(letters, scores[:, self._letters.blank], twins=_twins(tokens))
        if path is None:
            return list(words)
        seconds = max(len(clip), SHORTEST) / SAMPLE_RATE / len(scores)
        aligned = list(words)
        for index, span in _spans(path, owners).items():
            mean = float(np.exp(letters[span, path[span]]).mean())
            end = min((int(span[-1]) + 1) * seconds, len(clip) / SAMPLE_RATE)
            aligned[index] = replace(
                words[index],
                start=min(round(int(span[0]) * seconds, 3), end),
                end=round(end, 3),
                score=round(min(1.0, mean), 4),
            )
        return aligned

    def _logits(self, clip: Samples) -> NDArray[np.float32]:
        """Scores of shape (frames, vocabulary) for a clip of shape (samples,)."""
        sound = clip.astype(np.float32)
        if self._normalise:
            sound = (sound - sound.mean()) / np.sqrt(sound.var() + TINY)
        sound = np.pad(sound, (0, max(0, SHORTEST - len(sound))))[None]
        inputs = [each.name for each in self._session.get_inputs()]
        feeds = {inputs[0]: sound, **{name: np.ones(sound.shape, np.int64) for name in inputs[1:2]}}
        with refused_as(EngineFailed, f"{self.name} gave up"):
            return np.asarray(self._session.run(None, feeds)[0][0], np.float32)


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters that a model knows by the numbers of its scores."""

    numbers: Mapping[str, int]
    blank: int
    delimiter: int | None
    ignored: tuple[int, ...]
    """What no unknown character can be: blank, delimiter, the marks for unknown letters and for beginning and end."""

    @classmethod
    def read(cls, folder: Path) -> _Letters:
        tokens = _json(folder / VOCABULARY)
        if not tokens or not all(isinstance(number, int) and number >= 0 for number in tokens.values()):
            raise BrokenModel(f"{folder / VOCABULARY} does not give a number for each letter.")
        named = _json(folder / TOKENIZER) if (folder / TOKENIZER).is_file() else {}
        blanks = (_content(named.get("pad_token")), "<pad>", "[PAD]", "<blank>")
        blank = next((tokens[name] for name in blanks if name in tokens), None)
        if blank is None:
            raise BrokenModel(f"{folder / VOCABULARY} has no <pad>, which stands for the blank of CTC.")
        delimiter = tokens.get(_content(named.get("word_delimiter_token")) or "|")
        marks = {number for token, number in tokens.items() if len(token) > 1}
        ignored = tuple(sorted(marks | {blank} | ({delimiter} if delimiter is not None else set())))
        letters = {token: number for token, number in tokens.items() if number not in ignored}
        if not letters:
            raise BrokenModel(f"{folder / VOCABULARY} has no letters.")
        return cls(letters, blank, delimiter, ignored)

    def spell(self, words: Sequence[Word], joins: Sequence[bool]) -> tuple[list[int], list[int | None]]:
        """Spell words; give the tokens and, for each, the index of its word (None for what stands between words)."""
        tokens: list[int] = []
        owners: list[int | None] = []
        for index, (word, joined) in enumerate(zip(words, joins, strict=True)):
            letters = self._letters_of(word.text)
            if letters and tokens and not joined and self.delimiter is not None:
                tokens.append(self.delimiter)
                owners.append(None)
            tokens += letters
            owners += [index] * len(letters)
        return tokens, owners

    def _letters_of(self, text: str) -> list[int]:
        plain = unicodedata.normalize("NFC", text).replace("\u2019", "'")
        return [number for character in plain for number in self._known(character)]

    def _known(self, character: str) -> list[int]:
        """The numbers of a character in either case, with its accents or without; punctuation has none."""
        bare = unicodedata.normalize("NFD", character)[0]
        for form in (character, character.lower(), character.upper(), bare, bare.lower(), bare.upper()):
            if all(part in self.numbers for part in form):
                return [self.numbers[part] for part in form]
        return [WILDCARD] if character.isalnum() else []


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log probabilities of shape (frames, vocabulary) from scores of the same shape."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def emissions(
    scores: NDArray[np.float64], tokens: Sequence[int], *, blank: int, ignored: Sequence[int]
) -> NDArray[np.float64]:
    """Log probability of each token of a text in each frame, shape (frames, tokens).

    A wildcard has that of the likeliest letter, which is none of ``ignored``. Since a digit is said with many letters,
    it may also last through frames in which nothing is heard, but rather leaves those around it alone.
    """
    anything = np.maximum(np.delete(scores, list(ignored), axis=1).max(axis=1), scores[:, blank] - INNER)
    numbers = np.array(tokens, int)
    return np.where(numbers == WILDCARD, anything[:, None], scores[:, numbers])


def best_path(
    letters: NDArray[np.float64], blanks: NDArray[np.float64], *, twins: NDArray[np.bool_]
) -> NDArray[np.int64] | None:
    """Find the likeliest way to read tokens off in order.

    Parameters
    ----------
    letters : array, shape (frames, tokens)
        Log probability of each token of the text in each frame.
    blanks : array, shape (frames,)
        Log probability that nothing is heard.
    twins : array, shape (tokens,)
        Whether a token is the same as the one before: CTC must then hear nothing between the two.

    Returns
    -------
    array, shape (frames,), or None
        Index of the token heard in each frame, ``NOTHING`` for none; None where there is no text, or fewer frames than
        it takes.
    """
    frames, count = letters.shape
    if not count:
        return None
    states = np.empty((frames, 2 * count + 1))
    states[:, 0::2] = blanks[:, None]
    states[:, 1::2] = letters
    may_skip = np.zeros(2 * count + 1, bool)
    may_skip[3::2] = ~twins[1:]
    came = np.zeros(states.shape, np.uint8)
    best = np.full(2 * count + 1, -np.inf)
    best[:2] = states[0, :2]
    ways = np.full((3, 2 * count + 1), -np.inf)
    for frame in range(1, frames):
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = np.where(may_skip[2:], best[:-2], -np.inf)
        came[frame] = ways.argmax(axis=0)
        best = ways.max(axis=0) + states[frame]
    state = 2 * count - 1 + int(best[-1] > best[-2])
    if best[state] == -np.inf:
        return None
    return _traced(came, state)


def _traced(came: NDArray[np.uint8], state: int) -> NDArray[np.int64]:
    path = np.empty(len(came), np.int64)
    for frame in range(len(came) - 1, -1, -1):
        path[frame] = state // 2 if state % 2 else NOTHING
        state -= int(came[frame, state])
    return path


def _twins(tokens: Sequence[int]) -> NDArray[np.bool_]:
    """Two unknown characters in a row need not be the same."""
    numbers = np.array(tokens, int)
    return np.concatenate([[False], (numbers[1:] == numbers[:-1]) & (numbers[1:] != WILDCARD)])[: len(numbers)]


def _spans(path: NDArray[np.int64], owners: Sequence[int | None]) -> dict[int, NDArray[np.int64]]:
    """The frames in which the letters of each word are heard, by the word's index."""
    frames: dict[int, list[int]] = {}
    for frame, token in enumerate(path.tolist()):
        owner = owners[token] if token != NOTHING else None
        if owner is not None:
            frames.setdefault(owner, []).append(frame)
    return {owner: np.array(found) for owner, found in frames.items()}


def _content(token: Any) -> str | None:
    """A token as tokenizer files name it: its text, or an object that holds it."""
    return token.get("content") if isinstance(token, dict) else token


def _wants_normalised(folder: Path) -> bool:
    path = folder / PREPROCESSOR
    settings = _json(path) if path.is_file() else {}
    rate = settings.get("sampling_rate", SAMPLE_RATE)
    if rate != SAMPLE_RATE:
        raise BrokenModel(f"{path}: the model takes {rate} Hz; only models that take {SAMPLE_RATE} Hz can be used.")
    return bool(settings.get("do_normalize", True))


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BrokenModel(f"{path} is missing; docs/models.md says what belongs there.") from None
    except (OSError, ValueError) as error:
        raise BrokenModel(f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise BrokenModel(f"{path} holds no JSON object.")
    return found
