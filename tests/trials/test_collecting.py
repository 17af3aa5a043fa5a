from dataclasses import replace

import numpy as np
import pytest

from crosslab.errors import RunError
from crosslab.lab.items import task_items
from crosslab.lab.nli import TASK
from crosslab.methods.standard import Standard
from crosslab.runs import planned_runs
from crosslab.trials import collecting
from crosslab.trials.collecting import ITEMS, as_table, collected, from_table


@pytest.fixture
def learner(tiny_encoder, monkeypatch):
    """Models whose answers vary: what was never trained gives one answer to everything."""
    plain = collecting.probabilities

    def varied(model, inputs):
        found = plain(model, inputs)
        return found - found.mean(axis=0)

    monkeypatch.setattr(collecting, "probabilities", varied)


@pytest.fixture
def found(encoder, ground, learner):
    place = ground("standard")
    return place, collected(encoder, place, Standard())


def test_what_is_kept_is_alike_often_of_each_label_and_in_no_split(found):
    place, tried = found
    config = place.config.collecting
    hard = from_table(tried.tables[ITEMS])
    each_label = np.bincount(hard.label, minlength=3)
    assert each_label.tolist() == [config.rounds * config.tested] * 3
    assert list(tried.metrics["kept"].values()) == each_label.tolist()
    splits = {key for each in tried.items.values() for key in each.identities()}
    keys = hard.identities()
    assert not splits & set(keys)
    assert len(set(keys)) == len(keys)
    answers = tried.answers.to_pandas()
    for number in range(config.rounds):
        of_round = answers[answers["item"].astype(str).str.startswith(f"round-{number + 1}-")]
        wrong = (of_round["prediction"] != of_round["gold"]).sum()
        assert wrong >= 3 * config.tested + config.learned
        assert tried.metrics["fooled"][f"round {number + 1}"] == round(wrong / len(of_round), 4)


def test_drawing_ends_once_enough_of_each_label_fool_the_model(encoder, ground, learner):
    few = replace(ground("standard").config.collecting, candidates=6000, portion=100)
    tried = collected(encoder, ground("standard", collecting=few), Standard())
    answers = tried.answers.to_pandas()
    rounds = answers["item"].astype(str).str.split("-").str[1]
    assert (rounds.value_counts() < 1000).all()


def test_a_model_that_gives_one_answer_is_fooled_by_no_item_of_that_label(encoder, ground):
    tried = collected(encoder, ground("standard"), Standard())
    kept = tried.metrics["kept"]
    assert min(kept.values()) < max(kept.values())
    assert sum(kept.values()) == len(tried.tables[ITEMS])


def test_every_item_that_is_kept_fools_the_model_of_its_round(
    encoder, ground, learner, monkeypatch
):
    models, plain = [], collecting.tuned

    def watching(*arguments):
        made = plain(*arguments)
        models.append(made.model)
        return made

    monkeypatch.setattr(collecting, "tuned", watching)
    place = ground("standard")
    found = {}
    learned_with = collecting._round

    def noting(model, place, number, seen):
        asked, fooled = learned_with(model, place, number, seen)
        found.update(dict.fromkeys(fooled.identities(), number))
        return asked, fooled

    monkeypatch.setattr(collecting, "_round", noting)
    hard = from_table(collected(encoder, place, Standard()).tables[ITEMS])
    each = 3 * place.config.collecting.tested
    assert [found[key] for key in hard.identities()] == [
        number for number in range(3) for _ in range(each)
    ]


def test_the_model_of_a_round_learns_from_what_fooled_the_ones_before(
    encoder, ground, learner, monkeypatch
):
    learned, seeds = [], []
    plain = collecting.tuned

    def watching(encoder, place, task, items, method):
        learned.append(len(items["train"]))
        seeds.append(place.seed)
        return plain(encoder, place, task, items, method)

    monkeypatch.setattr(collecting, "tuned", watching)
    place = ground("standard")
    collected(encoder, place, Standard())
    start, more = place.config.items.train, place.config.collecting.learned
    assert learned == [start, start + more, start + 2 * more]
    assert len(set(seeds)) == 3
    arms = {each.unit.seed for each in planned_runs("smoke") if each.unit.experiment == "scales"}
    assert not arms & set(seeds)


def test_items_survive_being_written_down(ground):
    place = ground("standard")
    items = task_items(place.lab, TASK, place.config.items)["test"]
    again = from_table(as_table(items))
    assert again.identities() == items.identities()
    assert (again.label == items.label).all()
    assert (again.rule == items.rule).all()
    assert again.label.dtype == np.int8


def test_where_nothing_fools_a_model_that_is_said(encoder, ground, monkeypatch):
    def knowing(model, inputs):
        return np.eye(3)[collecting_labels.pop(0)]

    plain, collecting_labels = collecting._fresh, []

    def noting(drawn, known):
        fresh = plain(drawn, known)
        collecting_labels.append(fresh.label)
        return fresh

    monkeypatch.setattr(collecting, "_fresh", noting)
    monkeypatch.setattr(collecting, "probabilities", knowing)
    with pytest.raises(RunError, match="none of 600 items fools its model"):
        collected(encoder, ground("standard"), Standard())
