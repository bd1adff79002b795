"""Chance that is the same wherever and whenever it is drawn."""

import hashlib

import numpy as np


def number(*facts: object) -> int:
    text = "\0".join(map(str, facts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def of(*facts: object) -> np.random.Generator:
    return np.random.default_rng(number(*facts))
