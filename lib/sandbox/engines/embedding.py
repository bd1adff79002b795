"""The embedding engine: hashed words, pairs of words and pieces of words.

Two texts are neighbours when they share words or parts of words (kitten and kittens), never
because they mean the same (kitten and cat); `NOTE` says so where vectors are handed out.
"""

import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOTE = "deAPI Playground sandbox: neighbours share words and spellings, not meanings."
DIMENSION = 1024
"""Of a model that doesn't say (deapi.md, OpenAI compatibility: 1024 for its example model)."""

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_]+|[^\s\w]|_")
_IDEOGRAPH = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
"""Scripts that write without spaces between words: each sign counts."""
_LETTERS_A_TOKEN = 5

_COMMON_WORDS = (
    "a an and are as at be but by for from has have i in is it its of on or that the this to was"
    " we were will with you your"
    " das dem den der des die ein eine einen einer es im ist mit nicht und von zu"
    " con de el en la las los para por que una uno y"
    " au aux ce dans des du est et le les pour sur un une"
    " do jest na nie o sie w z za"
)
_COMMON = frozenset(_COMMON_WORDS.split())
"""Words that say little; they count a little."""

_WHOLE, _PAIR, _PIECES, _DULL = 1.0, 0.4, 1.2, 0.2
"""What a word, a pair, all pieces of a word together, and a common word weigh."""

Vector = NDArray[np.float64]
_Feature = tuple[int, float]
"""A hash and its weight."""


def embed(texts: Sequence[str], dimension: int = DIMENSION, model: str = "") -> list[list[float]]:
    """A vector of length 1 for each text, in order; models have spaces of their own.

    A text without a word in it gets the same vector as every other such text.
    """
    salt = zlib.crc32(model.encode())
    known: dict[str, tuple[_Feature, ...]] = {}
    return [_vector(text, dimension, salt, known).round(7).tolist() for text in texts]


def tokens(text: str) -> int:
    """How many tokens we count, for limits and prices. This count is ours; deAPI's isn't published.

    A word takes one for every five letters or digits begun, and each other sign that can be seen
    takes one, ideographs included. English comes to about four characters a token, as with the
    vocabularies in use. No text takes less than one.
    """
    total = 0
    for part in _TOKEN.findall(text):
        signs = len(_IDEOGRAPH.findall(part))
        total += signs + math.ceil((len(part) - signs) / _LETTERS_A_TOKEN)
    return max(1, total)


def _vector(text: str, dimension: int, salt: int, known: dict[str, tuple[_Feature, ...]]) -> Vector:
    words = _words(text)
    counts = Counter(words)
    features: list[_Feature] = []
    for word, count in counts.items():
        if word not in known:
            known[word] = tuple(_features(word, salt))
        often = 1 + math.log(count)
        features += [(number, weight * often) for number, weight in known[word]]
    for pair in sorted(set(pairwise(words))):
        dull = _DULL if _COMMON.issuperset(pair) else 1.0
        features.append((_hash(" ".join(pair), salt), _PAIR * dull))
    return _unit(features or [(_hash("", salt), 1.0)], dimension)


def _unit(features: list[_Feature], dimension: int) -> Vector:
    numbers = np.array([number for number, _ in features], np.uint64)
    weights = np.array([weight for _, weight in features])
    signs = np.where(numbers & np.uint64(1 << 40), 1.0, -1.0)
    places: NDArray[Any] = ((numbers & np.uint64(0xFFFFFFFF)) % np.uint64(dimension)).astype(int)
    vector = np.bincount(places, weights * signs, dimension)
    length = float(np.linalg.norm(vector))
    if length < 1e-9:  # features that cancel each other out: rare, and still needs a direction
        vector[0], length = 1.0, 1.0
    return vector / length


def _features(word: str, salt: int) -> Iterator[_Feature]:
    weight = _DULL if word in _COMMON else 1.0
    yield _hash(word, salt), _WHOLE * weight
    pieces = sorted(set(_pieces(word)))
    for piece in pieces:
        yield _hash(f"#{piece}", salt), _PIECES * weight / math.sqrt(len(pieces))


def _pieces(word: str) -> Iterator[str]:
    """Three to five characters in a row, the word's ends marked; single ideographs and pairs."""
    ideographs = bool(_IDEOGRAPH.search(word))
    marked = word if ideographs else f"<{word}>"
    for length in (1, 2) if ideographs else (3, 4, 5):
        for start in range(len(marked) - length + 1):
            yield marked[start : start + length]


def _words(text: str) -> list[str]:
    """Lower case, without accents: `Café` and `cafe` are one word."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return _WORD.findall(unicodedata.normalize("NFC", plain))


def _hash(text: str, salt: int) -> int:
    """64 bits that depend on every character, on any machine."""
    number = zlib.crc32(text.encode("utf-8", "surrogatepass"), salt)
    number = number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    number = (number ^ number >> 29) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return number ^ number >> 32
