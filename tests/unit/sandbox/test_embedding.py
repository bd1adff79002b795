"""The embedding engine: neighbours share words, and the same text is the same vector."""

import numpy as np

from lib.sandbox.engines.embedding import embed, tokens

KITTEN, KITTENS, CAT, STOCKS = (
    "A kitten sleeps on the sofa",
    "Two kittens, sleeping on sofas",
    "The cat naps in its basket",
    "Stock prices fell sharply on Monday",
)


def likeness(first: str, second: str) -> float:
    one, other = np.array(embed([first, second]))
    return float(one @ other)


def test_neighbours_share_words_and_pieces_of_words_not_meanings() -> None:
    assert likeness(KITTEN, "A kitten on a sofa") > 0.5
    assert likeness(KITTEN, KITTENS) > 0.15
    assert likeness("CAFÉ", "cafe") > 0.999
    assert likeness("東京の天気", "東京の天気予報") > 0.25
    assert abs(likeness(KITTEN, CAT)) < 0.12
    assert abs(likeness(KITTEN, STOCKS)) < 0.12


def test_vectors_have_the_models_dimension_length_one_and_come_out_the_same() -> None:
    texts = [KITTEN, STOCKS, "", "…", "\ud800 half a character", "a b " * 5000]
    for dimension in (64, 1024):
        vectors = np.array(embed(texts, dimension))
        assert vectors.shape == (len(texts), dimension)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert embed(texts) == [embed([text])[0] for text in texts]
    assert embed([KITTEN], model="one") != embed([KITTEN], model="another")


def test_tokens_grow_with_the_text_and_are_never_none() -> None:
    assert [tokens(text) for text in ("", " ", "a", "house")] == [1, 1, 1, 1]
    assert [tokens(text) for text in ("houses", "no, no")] == [2, 3]
    assert tokens("天気") == 2
    assert tokens("word " * 8192) == 8192
