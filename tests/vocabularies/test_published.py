"""Published tokenizers, as every part of the study reads them."""

import pytest
from made_up_checkpoints import KINDS, write_made_up_checkpoint
from transformers import AutoTokenizer

from crosslab.vocabularies.published import PublishedVocabulary, by_words

SENTENCES = ("The baker, in Paris's inn. ", "don't  see", "baker", "the baker sees the inn")


@pytest.fixture(scope="module", params=KINDS)
def tokenizer(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints") / request.param
    return AutoTokenizer.from_pretrained(write_made_up_checkpoint(folder, request.param))


@pytest.fixture
def vocabulary(tokenizer):
    return PublishedVocabulary(tokenizer)


def test_sentences_are_read_as_the_tokenizer_reads_them(vocabulary, tokenizer):
    for language in ("en", "zh"):
        assert vocabulary.ids(SENTENCES, language) == [
            tokenizer(each, add_special_tokens=False)["input_ids"] for each in SENTENCES
        ]


def test_marks_make_of_two_sentences_what_the_tokenizer_makes_of_them(vocabulary, tokenizer):
    marks = vocabulary.marks
    first, second = vocabulary.ids(SENTENCES[:2], "en")
    whole = [*marks.before, *first, *marks.between, *second, *marks.after]
    assert whole == tokenizer(*SENTENCES[:2])["input_ids"]
    assert marks.padding == tokenizer.pad_token_id
    assert {*marks.before, *marks.between, *marks.after, marks.padding} <= set(marks.special)


def test_every_piece_is_counted_to_the_word_it_stands_in(vocabulary):
    for sentence in SENTENCES:
        (spelled,) = vocabulary.pieces.encode_batch([sentence], add_special_tokens=False)
        words = [sentence[slice(*spelled.word_to_chars(word))] for word in spelled.word_ids]
        assert spelled.word_ids == sorted(spelled.word_ids)
        assert len(words) == len(spelled.ids)
        assert set(words) <= {
            *("The", "baker", ",", "in", "Paris", "'", "s", "inn", "."),
            *("don", "t", "see", "the", "sees"),
        }


def test_a_word_is_found_although_it_touches_a_comma(vocabulary):
    (spelled,) = vocabulary.pieces.encode_batch(["a baker, he"], add_special_tokens=False)
    spans = [spelled.word_to_chars(word) for word in dict.fromkeys(spelled.word_ids)]
    assert spans == [(0, 1), (2, 7), (7, 8), (9, 11)]


def test_a_piece_over_the_end_of_a_word_makes_one_word_of_both():
    found = by_words("ab's c", [1, 2, 3], [(0, 1), (1, 4), (5, 6)])
    assert (found.word_ids, found.spans) == ([0, 0, 1], [(0, 4), (5, 6)])


def test_a_space_of_its_own_belongs_to_the_word_after():
    found = by_words("a bc", [1, 2, 3], [(0, 1), (1, 2), (2, 4)])
    assert found.word_ids == [0, 1, 1]


def test_a_word_with_a_part_that_is_unknown_is_not_put_in_place_of_another(vocabulary):
    assert vocabulary.knows("baker", "en")
    assert not vocabulary.knows("ж", "ru")
    assert not vocabulary.knows("", "en")
    assert list(vocabulary.tokens("baker", "de")) == vocabulary.ids(["baker"], "en")[0]
