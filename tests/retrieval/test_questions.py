import numpy as np
import pytest

from crosslab.errors import DataError, UnknownNameError
from crosslab.models import MARKS, PADDING, SEPARATOR, START
from crosslab.retrieval.questions import Questions, sentences

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


def questions(queries=SAID, passages=SAID, answer=((0, 1), (1, 0)), names=("a", "b")):
    queries, passages = (sentences(each, MARKS, 10) for each in (queries, passages))
    return Questions(queries=queries, passages=passages, answer=np.array(answer), names=names)


def test_passages_may_be_more_in_one_language_and_stand_elsewhere():
    more = {"one": [[7], [8], [9]], "two": [[17], [18]]}
    found = questions(passages=more, answer=((2, 0), (0, 1)))
    said = found.passages.said(found.answer[[0, 1], [0, 0]], np.array([0, 1]))
    assert said.ids[:, 1].tolist() == [9, 17]


def test_all_that_is_wrong_with_queries_and_answers_is_named():
    fewer = {"one": [[7], [8]], "two": [[9]]}
    with pytest.raises(DataError, match="2 queries need a sentence and an answer in every"):
        questions(queries=fewer)
    with pytest.raises(DataError, match="answers of shape"):
        questions(answer=((0, 1),))
    with pytest.raises(DataError, match="two: an answer lies beyond the 2 passages"):
        questions(answer=((0, 1), (2, 0)))
    with pytest.raises(DataError, match="both need the same languages"):
        questions(passages={"one": [[7], [8]], "three": [[9], [8]]})


def test_queries_belong_together_that_share_an_answer_in_any_language():
    five = {"one": [[7]] * 5, "two": [[8]] * 5}
    found = questions(
        queries=five, passages=five, answer=((0, 0, 1, 2, 3), (4, 3, 3, 1, 0)), names=tuple("abcde")
    )
    together = found.together().tolist()
    assert together[0] == together[1] == together[2]
    assert len({together[0], together[3], together[4]}) == 3


def test_a_language_that_is_not_there_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="one"):
        sentences(SAID, MARKS, 10).in_language("onne")
