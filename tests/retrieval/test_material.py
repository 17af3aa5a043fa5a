from dataclasses import replace

import numpy as np
import pytest
from made_up_data import write_made_up_data
from made_up_english import pieces

from crosslab.config import TaskConfig
from crosslab.data.folder import folder_source
from crosslab.data.loading import questions as loaded
from crosslab.grafting.english import english_marks
from crosslab.lab.items import spoken, task_items
from crosslab.lab.retrieval import TASK
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.retrieval.material import real_questions
from crosslab.vocabularies.grafted import GraftedVocabulary

LANGUAGES = ("en", "de", "ru")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    source = folder_source(write_made_up_data(tmp_path_factory.mktemp("data")))
    return loaded(source, LANGUAGES)


@pytest.fixture(scope="module")
def vocabulary():
    tokenizer = pieces()
    return GraftedVocabulary(
        tokenizer, {"de": ["degarden"], "ru": ["сад"]}, english_marks(tokenizer)
    )


def test_every_item_of_the_laboratory_is_a_query_and_its_own_answer(smoke_lab, questions):
    items = task_items(smoke_lab, TASK, TaskConfig(train=120, dev=1, test=1))["train"]
    vocabulary = lab_tokenizer(smoke_lab)
    for side, made in (("first", questions.queries), ("second", questions.passages)):
        expected = spoken(smoke_lab, items, side, "bor", "retrieval/train")
        found = made.in_language("bor")
        inner = [row[1 : length - 1] for row, length in zip(found.ids, found.lengths, strict=True)]
        assert [" ".join(vocabulary.id_to_token(word) for word in row) for row in inner] == expected
    assert (questions.answer == np.arange(120)).all()
    assert questions.names[:2] == ("train-00000", "train-00001")


def test_a_real_question_is_answered_by_the_sentence_that_the_data_set_names(found, vocabulary):
    made = real_questions(found, vocabulary, LANGUAGES, 40)
    assert made.names == found.items
    for number, key in enumerate(LANGUAGES):
        expected = vocabulary.ids([found.candidates[key][row] for row in found.answers[key]], key)
        passages = made.passages.in_language(key)
        for row, said in zip(made.answer[number], expected, strict=True):
            inner = passages.ids[row, 1 : passages.lengths[row] - 1].tolist()
            assert inner == list(said)[:38]


def test_a_sentence_that_stands_in_two_places_is_one_passage(found, vocabulary):
    first = found.candidates["de"]
    doubled = replace(
        found,
        candidates={**found.candidates, "de": (*first, *first)},
        answers={**found.answers, "de": found.answers["de"] + len(first)},
    )
    plain, made = (real_questions(each, vocabulary, LANGUAGES, 40) for each in (found, doubled))
    assert len(made.passages.in_language("de")) == len(plain.passages.in_language("de"))
    assert len(made.passages.in_language("de")) == len(set(first))
    assert np.array_equal(made.answer, plain.answer)
