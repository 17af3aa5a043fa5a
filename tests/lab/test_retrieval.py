from dataclasses import replace

import numpy as np
import pytest

from crosslab.config import DomainConfig, TaskConfig
from crosslab.errors import UsageError
from crosslab.lab.concepts import ABSENT
from crosslab.lab.domains import in_domain
from crosslab.lab.items import spoken, task_items
from crosslab.lab.retrieval import ASKED, TASK, passages_of, questions
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


def test_one_passage_says_all_that_a_query_says_and_no_other_does(asked):
    # silence about a modifier or a place leaves it open; to leave out "not" is to say it is so
    query, passage = asked.first.matrix(), asked.second.matrix()
    negation = ROLES.index("negation")
    for row in range(0, len(asked), 7):
        hidden = [ROLES.index(role) for role in ASKED[str(asked.rule[row])]]
        fits = (query[row] == ABSENT) | (passage == query[row])
        if negation not in hidden:
            fits[:, negation] = passage[:, negation] == query[row][negation]
        assert np.flatnonzero(fits.all(axis=1)).tolist() == [row]


def test_a_world_with_favourites_gives_as_many_and_one_that_repeats_itself_says_so(smoke_lab):
    uneven = in_domain(smoke_lab.world, DomainConfig(key="any", focus=1.5), seed=1)
    assert len(questions(uneven, 3000, np.random.default_rng(0))) == 3000
    single = in_domain(smoke_lab.world, DomainConfig(key="any", focus=60.0), seed=1)
    lab = replace(smoke_lab, world=single)
    with pytest.raises(UsageError, match="and 400 were asked for"):
        task_items(lab, TASK, TaskConfig(train=1, dev=1, test=400))


def test_no_passage_of_one_split_stands_in_another(smoke_lab):
    items = task_items(smoke_lab, TASK, TaskConfig(train=4000, dev=500, test=500))
    passages = {split: set(passages_of(each)) for split, each in items.items()}
    assert sum(map(len, passages.values())) == len(set.union(*passages.values())) == 5000


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
