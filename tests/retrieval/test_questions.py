import numpy as np
import pytest

from crosslab.errors import DataError, UnknownNameError
from crosslab.models import MARKS, PADDING, SEPARATOR, START
from crosslab.retrieval.questions import sentences

SAID = {"one": [[7, 8], [9]], "two": [[17, 18, 19], [20, 21]]}


def test_a_sentence_stands_between_its_marks_and_is_padded_no_further_than_it_must():
    found = sentences(SAID, MARKS, 10).in_language("one")
    assert found.ids.tolist() == [[START, 7, 8, SEPARATOR], [START, 9, SEPARATOR, PADDING]]
    assert found.lengths.tolist() == [4, 3]


def test_each_sentence_may_be_in_a_language_of_its_own():
    found = sentences(SAID, MARKS, 10).said(np.array([1, 0, 1]), np.array([0, 1, 1]))
    assert [[word for word in row if word > SEPARATOR] for row in found.ids.tolist()] == [
        [9],
        [17, 18, 19],
        [20, 21],
    ]


def test_a_long_sentence_is_cut_and_keeps_its_last_mark():
    found = sentences(SAID, MARKS, 4).in_language("two")
    assert found.ids[0].tolist() == [START, 17, 18, SEPARATOR]


def test_an_empty_sentence_is_named_and_so_are_all_others():
    said = {"one": [[7], []], "two": [[], [8]]}
    with pytest.raises(DataError) as refused:
        sentences(said, MARKS, 10)
    assert [each.partition(";")[0] for each in refused.value.problems] == [
        "one: sentence 2 is empty",
        "two: sentence 1 is empty",
    ]


def test_a_language_that_lacks_sentences_is_named():
    with pytest.raises(DataError, match="'one': 2, 'two': 1"):
        sentences({"one": [[7], [8]], "two": [[9]]}, MARKS, 10)


def test_a_language_that_is_not_there_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="one"):
        sentences(SAID, MARKS, 10).in_language("onne")
