from dataclasses import replace

import numpy as np
import pytest

from crosslab.config import TaskConfig
from crosslab.lab import retrieval, tasks
from crosslab.lab.items import spoken, task_items
from crosslab.scales import study_config

SIZES = TaskConfig(train=2000, dev=200, test=300)
TASKS = {**tasks.TASKS, "retrieval": retrieval.TASK}
each_task = pytest.mark.parametrize("task", TASKS)


@pytest.fixture(scope="module")
def items(smoke_lab):
    return {task: task_items(smoke_lab, TASKS[task], SIZES) for task in TASKS}


@each_task
def test_no_item_occurs_twice_within_or_across_splits(items, task):
    keys = [key for split in items[task].values() for key in split.identities()]
    assert len(set(keys)) == len(keys)


@each_task
def test_splits_are_exactly_as_large_as_asked(items, task):
    assert {split: len(pairs) for split, pairs in items[task].items()} == {
        "train": 2000,
        "dev": 200,
        "test": 300,
    }


@each_task
def test_the_full_study_gets_as_many_items_as_it_asks_for(smoke_lab, task):
    sizes = study_config("lab").task
    found = task_items(smoke_lab, TASKS[task], sizes)
    assert [len(found[split]) for split in ("train", "dev", "test")] == [
        sizes.train,
        sizes.dev,
        sizes.test,
    ]


@each_task
def test_the_same_configuration_gives_the_same_items(smoke_lab, items, task):
    again = task_items(smoke_lab, TASKS[task], SIZES)
    for split, pairs in items[task].items():
        assert pairs.identities() == again[split].identities()
        assert np.array_equal(pairs.label, again[split].label)


@each_task
def test_test_items_do_not_depend_on_the_other_sizes(smoke_lab, items, task):
    fewer = task_items(smoke_lab, TASKS[task], replace(SIZES, train=100, dev=20))
    assert fewer["test"].identities() == items[task]["test"].identities()


def test_another_seed_gives_other_items(smoke_lab, items):
    other = task_items(smoke_lab, TASKS["nli"], replace(SIZES, seed=1))
    known = set(items["nli"]["test"].identities())
    assert len(known & set(other["test"].identities())) < 0.1 * SIZES.test


@each_task
def test_every_label_occurs_about_equally_often(items, task):
    labels = items[task]["train"].label
    shares = np.bincount(labels) / len(labels)
    assert len(shares) == len(TASKS[task].labels)
    assert np.abs(shares - 1 / len(shares)).max() < 0.06


def test_a_task_lives_in_the_module_named_after_its_key():
    assert {key: (task.key, task.draw.__module__) for key, task in TASKS.items()} == {
        key: (key, f"crosslab.lab.{key}") for key in TASKS
    }


def test_a_sentence_is_the_same_whenever_it_is_said(smoke_lab, items):
    pairs = items["nli"]["test"]
    one, again = (spoken(smoke_lab, pairs, "second", "cym", "nli/test") for _ in range(2))
    assert one == again


def test_each_side_says_its_own_meaning(smoke_lab, items):
    pairs = items["nli"]["test"]
    words = set(smoke_lab.lexicons["gha"].words())
    for side, meanings in (("first", pairs.first), ("second", pairs.second)):
        sentences = spoken(smoke_lab, pairs, side, "gha", "nli/test")
        lengths = [len(sentence.split()) for sentence in sentences]
        assert words.issuperset(" ".join(sentences).split())
        assert lengths == (meanings.matrix() >= 0).sum(axis=1).tolist()


def test_paraphrases_mostly_differ_in_words(smoke_lab, items):
    # positives that repeat their words would be told from the rest at a glance
    pairs = items["paraphrase"]["train"]
    sides = (spoken(smoke_lab, pairs, side, "ave", "p/train") for side in ("first", "second"))
    same = np.array([one == two for one, two in zip(*sides, strict=True)])
    assert same[pairs.label == 1].mean() < 0.2


def test_splits_are_said_in_words_of_their_own(smoke_lab, items):
    pairs = items["nli"]["test"]
    one, two = (spoken(smoke_lab, pairs, "first", "ave", purpose) for purpose in ("a", "b"))
    assert np.mean([a != b for a, b in zip(one, two, strict=True)]) > 0.5
