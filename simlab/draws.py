"""Random numbers with an address: nothing is carried from one draw to the next.

A uniform is a word of the Philox4x32-10 block (Salmon, Moraes, Dror, Shaw, SC 2011) at the
counter (entity, generation and month, history, stream) under the seed as key. So the same
person meets the same luck under every policy, in any order, on any number of threads, and any
history can be replayed alone.

A rule's *purposes* name the words of its blocks: its first four purposes are the first block,
and so on. A rule's stream numbers come from its name, so adding or reordering rules, or adding
a purpose at the end of a rule's list, moves nobody's luck.
"""

from __future__ import annotations

import zlib

import numpy as np
from numba import njit

WORDS = 4
"""Uniforms in one block."""

ACCOUNT = np.uint32(0x80000000)
"""Set in the entity word of accounts, so that account 7 and person 7 differ."""


def stream(rule: str, block: int) -> int:
    """The 32-bit stream number of a rule's `block`-th block."""
    return zlib.crc32(f"{rule}/{block}".encode())


@njit
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Philox4x32-10: four random words (uint32) from a counter of four and a key of two."""
    mask = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    a, b, c, d = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    x, y = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p = np.uint64(0xD2511F53) * a
        q = np.uint64(0xCD9E8D57) * c
        a, b, c, d = (q >> shift) ^ b ^ x, q & mask, (p >> shift) ^ d ^ y, p & mask
        x = (x + np.uint64(0x9E3779B9)) & mask
        y = (y + np.uint64(0xBB67AE85)) & mask
    return np.uint32(a), np.uint32(b), np.uint32(c), np.uint32(d)


@njit
def uniform(word):  # type: ignore[no-untyped-def]
    """A uint32 word as a number strictly between 0 and 1."""
    return (np.float64(word) + 0.5) * 2.3283064365386963e-10


@njit
def moment(generation, month):  # type: ignore[no-untyped-def]
    """The counter word of an entity's generation (below 65,536) in a month (below 65,536)."""
    return (np.uint32(generation) << np.uint32(16)) | (np.uint32(month) & np.uint32(0xFFFF))


def split_seed(seed: int) -> tuple[np.uint32, np.uint32]:
    """A seed of up to 64 bits as Philox's two key words."""
    return np.uint32(seed & 0xFFFFFFFF), np.uint32((seed >> 32) & 0xFFFFFFFF)
