"""Word pieces that serve all languages: the same from the same text, words apart from marks."""

import numpy as np
import pytest

from crosslab.models import SPECIAL_WORDS
from crosslab.scratch import shared_pieces


@pytest.fixture(scope="module")
def text():
    """Lines of two alphabets in which many pieces are as frequent as others."""
    rng = np.random.default_rng(0)

    def lines(alphabet):
        words = ["".join(rng.choice(list(alphabet), size=4)) for _ in range(150)]
        return [" ".join([*rng.choice(words, size=5), words[0]]) + "." for _ in range(60)]

    return {"one": lines("abcdefghij"), "other": lines("абвгдежзик")}


def test_the_same_text_gives_the_same_pieces_to_the_last_byte(text):
    made = {shared_pieces(text, 120).to_str() for _ in range(4)}
    assert len(made) == 1


def test_there_are_no_more_pieces_than_asked_for_and_the_special_ones_are_among_them(text):
    pieces = shared_pieces(text, 120)
    assert pieces.get_vocab_size() == 120
    assert [pieces.id_to_token(number) for number in range(len(SPECIAL_WORDS))] == list(
        SPECIAL_WORDS
    )


def test_a_mark_is_no_part_of_a_word(text):
    word = text["one"][0].split()[-1].rstrip(".")
    *own, mark = shared_pieces(text, 120).encode(f"{word}.", add_special_tokens=False).tokens
    assert mark == "."
    assert "".join(own) == f"\u2581{word}"


def test_a_letter_that_no_text_has_is_unknown_and_lets_the_others_be(text):
    pieces = shared_pieces(text, 120)
    assert SPECIAL_WORDS[1] not in pieces.encode("abc", add_special_tokens=False).tokens
    assert pieces.encode("\u0e01", add_special_tokens=False).tokens[-1] in SPECIAL_WORDS
