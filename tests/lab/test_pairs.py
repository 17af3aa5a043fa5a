import numpy as np
import pytest

from crosslab.lab.concepts import ABSENT, VERBS
from crosslab.lab.pairs import Rule, chosen
from crosslab.lab.world import ROLES, Meanings

COUNT = 4000


@pytest.fixture
def first():
    """Meanings told apart by their subject alone."""
    columns = {role: np.full(COUNT, ABSENT, dtype=np.int16) for role in ROLES}
    return Meanings(**{**columns, "subject": np.arange(COUNT, dtype=np.int16)})


@pytest.fixture
def items(first):
    everywhere = np.ones(COUNT, dtype=bool)
    upper_half = np.arange(COUNT) >= COUNT // 2
    rules = [
        Rule("verb 1", 0, everywhere, first.changed(everywhere, verb=VERBS[1])),
        Rule("verb 2", 1, upper_half, first.changed(everywhere, verb=VERBS[2])),
    ]
    return chosen(first, rules, [1.0, 3.0], np.random.default_rng(0))


def test_a_rule_is_only_drawn_where_it_applies(items):
    assert set(items.rule[: COUNT // 2].tolist()) == {"verb 1"}


def test_rules_are_drawn_by_their_weights(items):
    assert abs((items.rule[COUNT // 2 :] == "verb 2").mean() - 0.75) < 0.04


def test_the_second_meaning_is_the_one_the_drawn_rule_makes(first, items):
    assert np.array_equal(items.second.subject, first.subject)
    assert np.array_equal(items.second.verb, VERBS.start + 1 + (items.rule == "verb 2"))


def test_the_label_is_the_one_of_the_drawn_rule(items):
    assert np.array_equal(items.label, items.rule == "verb 2")


def test_taken_items_keep_their_parts_together(first, items):
    rows = np.array([COUNT - 1, 0, COUNT - 2])
    taken = items.take(rows)
    assert taken.first.subject.tolist() == rows.tolist()
    assert taken.second.subject.tolist() == rows.tolist()
    assert taken.label.tolist() == items.label[rows].tolist()
    assert taken.rule.tolist() == items.rule[rows].tolist()


def test_items_that_differ_only_in_the_second_sentence_are_different_items(items):
    altered = items.second.changed(np.arange(COUNT) == 5, object=1)
    one, two = (
        type(items)(first=items.first, second=second, label=items.label, rule=items.rule)
        for second in (items.second, altered)
    )
    assert [
        row
        for row, (a, b) in enumerate(zip(one.identities(), two.identities(), strict=True))
        if a != b
    ] == [5]
