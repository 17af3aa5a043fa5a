import numpy as np
import pytest

from crosslab.config import TaskConfig
from crosslab.lab.concepts import ABSENT
from crosslab.lab.items import spoken, task_items
from crosslab.lab.retrieval import ASKED, TASK, questions
from crosslab.lab.world import ROLES


@pytest.fixture(scope="module")
def asked(smoke_lab):
    return questions(smoke_lab.world, 3000, np.random.default_rng(0))


def test_as_many_come_as_are_asked_for(asked):
    assert len(asked) == 3000


def test_a_query_says_what_its_passage_says_but_for_the_phrase_it_asks_for(asked):
    query, passage = asked.first.matrix(), asked.second.matrix()
    for row in range(len(asked)):
        missing = {
            role
            for role, one, two in zip(ROLES, query[row], passage[row], strict=True)
            if one != two
        }
        left_out = set(ASKED[str(asked.rule[row])])
        assert missing <= left_out
        assert (query[row][[ROLES.index(role) for role in left_out]] == ABSENT).all()
        assert missing


def test_every_kind_of_question_is_asked(asked):
    assert set(asked.rule.tolist()) == set(ASKED)


def test_one_passage_answers_a_query_and_no_other_does(asked):
    query, passage = asked.first.matrix(), asked.second.matrix()
    for name, roles in ASKED.items():
        hidden = [ROLES.index(role) for role in roles]
        said = passage.copy()
        said[:, hidden] = ABSENT
        for row in np.flatnonzero(asked.rule == name):
            assert np.flatnonzero((said == query[row]).all(axis=1)).tolist() == [row]


def test_query_and_passage_choose_their_words_apart(smoke_lab):
    items = task_items(smoke_lab, TASK, TaskConfig(train=300, dev=1, test=1))["train"]
    query, passage = (
        spoken(smoke_lab, items, side, "ave", "retrieval/train") for side in ("first", "second")
    )
    shared = [
        len(set(one.split()) & set(two.split())) / len(one.split())
        for one, two in zip(query, passage, strict=True)
    ]
    # content words have two synonyms each: half of them are said with the other one
    assert 0.4 < np.mean(shared) < 0.8
