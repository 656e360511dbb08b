"""Are the addressed random numbers the published ones, and uniform?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.draws import fill, moment, philox, split_seed, stream, uniform
from simlab.engine.month import MONTH
from simlab.rules import rule

WORD = st.integers(0, 2**32 - 1)


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0,) * 4, (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_vectors(counter, key, expected):
    """Random123 (Salmon et al. 2011), kat_vectors, philox4x32 10."""
    assert tuple(int(word) for word in philox(*counter, *key)) == expected


@given(WORD)
def test_a_uniform_lies_strictly_between_0_and_1(word):
    assert 0.0 < uniform(np.uint32(word)) < 1.0


def test_words_of_neighbouring_addresses_look_independent():
    words = np.array(
        [[uniform(w) for w in philox(i, moment(g, m), 7, 11, 1, 2)]
         for i in range(40) for g in range(5) for m in range(40)]
    )
    assert abs(words.mean() - 0.5) < 0.005
    assert abs(words.var() - 1 / 12) < 0.002
    correlation = np.corrcoef(words.T) - np.eye(4)
    assert abs(correlation).max() < 0.04
    assert abs(np.corrcoef(words[:-1, 0], words[1:, 0])[0, 1]) < 0.04


@settings(deadline=None)  # the first example compiles
@given(WORD, WORD, WORD, st.integers(1, 64))
def test_a_tile_gets_the_same_numbers_as_one_by_one(slot, stream_number, key, count):
    entity = np.arange(slot, slot + count).astype(np.uint32)
    moments = np.array([moment(g, 5) for g in range(count)], np.uint32)
    histories = np.full(count, 9, np.uint32)
    numbers = np.zeros((5, count))
    number, low = np.uint32(stream_number), np.uint32(key)
    fill(entity, moments, histories, count, number, low, low, numbers, 1)
    for j in range(count):
        one = philox(entity[j], moments[j], histories[j], number, low, low)
        assert [uniform(word) for word in one] == numbers[1:, j].tolist()
    assert not numbers[0].any()


@given(st.integers(0, 2**64 - 1))
def test_a_seed_is_two_words(seed):
    low, high = split_seed(seed)
    assert int(low) + (int(high) << 32) == seed


def test_streams_come_from_names_and_do_not_collide():
    kinds = [r.name + kind for r in MONTH.rules for kind in ("", "@account")]
    numbers = [stream(kind, block) for kind in kinds for block in range(4)]
    assert len(set(numbers)) == len(numbers)


def test_two_rules_of_one_name_are_refused():
    @rule("person")
    def work(person):
        person.pulse = 1.0

    with pytest.raises(ValueError, match="share a name"):
        MONTH.adding(work, after="enter")


def test_a_rule_may_only_ask_for_what_its_scope_offers():
    with pytest.raises(ValueError, match="asks for people"):

        @rule("person")
        def peek(person, people):
            person.pulse = people[0].pulse
