"""Vectors are read in whatever shape they come, compared rightly, and the files say the same."""

import csv
import io
import json
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lib.ui import similarity

ROWS = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.8, 0.6, 0.0]]
VECTORS = np.array(ROWS, dtype=np.float32)
SOME = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 8), st.integers(1, 6)),
    elements=st.floats(-100, 100, width=32),
)


@pytest.mark.parametrize(
    "told",
    [
        ROWS,
        {"data": ROWS},
        {"embeddings": ROWS},
        {"data": {"result": ROWS}},
        json.dumps(ROWS),
        {"data": [{"index": at, "embedding": ROWS[at]} for at in (2, 0, 1)]},
        [{"embedding": row} for row in ROWS],
    ],
)
def test_every_shape_of_vectors_is_read_in_the_order_of_the_texts(told: Any) -> None:
    assert similarity.read(json.dumps(told).encode()).tolist() == VECTORS.tolist()


def test_one_vector_alone_is_one_row() -> None:
    assert similarity.read(b"[1, 2, 3]").shape == (1, 3)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{}", b"[]", b"[[]]", b"hello", b"[[1, 2], [3]]", b'["a"]', b"[[NaN]]", b"\xff"),
        *(b"[" * 5000, b"null", b'[[1, "x"]]', b"[[[1]]]", b"[[1e99]]", b'[[{"a": 1}]]'),
    ],
)
def test_what_is_no_vectors_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match="no vectors"):
        similarity.read(content)


def test_the_input_may_be_one_text_or_many() -> None:
    assert similarity.texts("a line") == ["a line"]
    assert similarity.texts(["a", "b"]) == ["a", "b"]
    assert similarity.texts(None) == []


def test_alike_is_the_cosine() -> None:
    assert similarity.matrix(VECTORS * 5) == pytest.approx(
        np.array([[1, 0, 0.8], [0, 1, 0.6], [0.8, 0.6, 1]]), abs=1e-6
    )


@given(SOME)
def test_alike_is_symmetric_bounded_and_finite(vectors: Any) -> None:
    alike = similarity.matrix(vectors)
    assert np.isfinite(alike).all()
    assert (np.abs(alike) <= 1).all()
    assert np.allclose(alike, alike.T, atol=1e-5)


def test_the_nearest_come_best_first_and_never_the_text_itself() -> None:
    alike = similarity.matrix(VECTORS)
    found = similarity.nearest(alike[2], 5, leave_out=2)
    assert [(each.one, each.other) for each in found] == [(2, 0), (2, 1)]
    assert found[0].similarity == pytest.approx(0.8)


def test_a_query_is_compared_with_every_text() -> None:
    alike = similarity.to_each(np.array([0, 2, 0], dtype=np.float32), VECTORS)
    assert alike == pytest.approx([0, 1, 0.6], abs=1e-6)
    assert [each.other for each in similarity.nearest(alike, 2)] == [1, 2]


def test_vectors_of_another_model_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different models"):
        similarity.to_each(np.ones(2, dtype=np.float32), VECTORS)


def test_the_closest_pairs_are_the_highest_of_all() -> None:
    random = np.random.default_rng(3).normal(size=(30, 8)).astype(np.float32)
    alike = similarity.matrix(random)
    wanted = sorted((alike[a, b] for a in range(30) for b in range(a)), reverse=True)[:7]
    found = similarity.closest(alike, 7)
    assert [each.similarity for each in found] == pytest.approx(wanted)
    assert all(each.one < each.other for each in found)
    assert len(similarity.closest(similarity.matrix(VECTORS), 100)) == 3
    assert similarity.closest(similarity.matrix(VECTORS[:1]), 5) == []


def test_a_flat_map_keeps_the_distances_of_what_is_flat() -> None:
    """Points of a plane, turned into ten dimensions, come back up to turning and mirroring."""
    random = np.random.default_rng(5)
    plane = random.normal(size=(20, 2)) * [5, 1]
    turned = plane @ np.linalg.qr(random.normal(size=(10, 10)))[0][:2] + 7
    found = similarity.flat(turned.astype(np.float32))

    def distances(points: Any) -> Any:
        return np.linalg.norm(points[:, None] - points[None], axis=-1)

    assert distances(found) == pytest.approx(distances(plane), abs=1e-3)
    assert found.var(axis=0)[0] > found.var(axis=0)[1]
    assert similarity.spread(turned.astype(np.float32), found) == pytest.approx(1, abs=1e-3)


def test_many_texts_in_few_dimensions_and_few_in_many_give_the_same_kind_of_map() -> None:
    random = np.random.default_rng(6).normal(size=(12, 12)).astype(np.float32)
    for some in (random[:, :5], random[:5]):
        whole = some - some.mean(axis=0)
        values = np.linalg.svd(whole, compute_uv=False)
        assert np.linalg.norm(similarity.flat(some), axis=0) == pytest.approx(values[:2], abs=1e-3)


@given(SOME)
def test_every_map_has_a_finite_point_for_each_text_and_is_the_same_again(vectors: Any) -> None:
    points = similarity.flat(vectors)
    assert points.shape == (len(vectors), 2)
    assert np.isfinite(points).all()
    assert (points == similarity.flat(vectors)).all()


LINES = ["plain", "=1+1", 'with "quotes", a comma\nand a line end', "猫"]
FOUR = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)


def test_csv_reads_back_exactly_and_no_formula_is_left() -> None:
    text = similarity.as_csv(LINES, FOUR).decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(text)))
    assert head == ["text", "v0", "v1", "v2"]
    assert [row[0] for row in rows] == ["plain", "'=1+1", LINES[2], "猫"]
    read = np.array([row[1:] for row in rows], dtype=np.float32)
    assert (read == FOUR).all()


def test_npz_reads_back_exactly_without_pickle() -> None:
    with np.load(io.BytesIO(similarity.as_npz(LINES, FOUR)), allow_pickle=False) as read:
        assert read["texts"].tolist() == LINES
        assert (read["vectors"] == FOUR).all()


def test_parquet_reads_back_exactly() -> None:
    read = parquet.read_table(io.BytesIO(similarity.as_parquet(LINES, FOUR)))
    assert read["text"].to_pylist() == LINES
    assert (np.array(read["vector"].to_pylist(), dtype=np.float32) == FOUR).all()


def test_two_thousand_lines_are_compared_and_laid_out() -> None:
    random = np.random.default_rng(2).normal(size=(2000, 64)).astype(np.float32)
    random[1999] = random[7]
    [first, *_] = similarity.closest(similarity.matrix(random), 100)
    assert (first.one, first.other) == (7, 1999)
    points = similarity.flat(random)
    assert points[7] == pytest.approx(points[1999], abs=1e-4)
    assert 0 < similarity.spread(random, points) < 0.2


def test_names_on_the_map_never_stand_over_each_other() -> None:
    points = np.array([[0, 0], [0.1, 0.01], [0.1, 0.9], [0.9, 0.01], [1, 1]])
    assert similarity.named(points, (0.4, 0.05)) == [0, 2, 3, 4]
    assert similarity.named(points, (0, 0)) == [0, 1, 2, 3, 4]
    assert similarity.named(points[:1], (0.4, 0.05)) == [0]
    assert similarity.named(points[[0, 0]], (0.4, 0.05)) == [0]
