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
def found(encoder, ground):
    place = ground("standard")
    return place, collected(encoder, place, Standard())


def test_what_is_kept_fooled_the_model_of_its_round_and_is_in_no_split(found):
    place, tried = found
    config = place.config.collecting
    hard = from_table(tried.tables[ITEMS])
    assert len(hard) == config.rounds * config.tested
    splits = {key for each in tried.items.values() for key in each.identities()}
    keys = hard.identities()
    assert not splits & set(keys)
    assert len(set(keys)) == len(keys)
    answers = tried.answers.to_pandas()
    for number in range(config.rounds):
        of_round = answers[answers["item"].astype(str).str.startswith(f"round-{number + 1}-")]
        wrong = of_round[of_round["prediction"] != of_round["gold"]]
        kept = hard.label[number * config.tested : (number + 1) * config.tested]
        assert wrong["gold"].to_list()[: config.tested] == kept.tolist()


def test_the_model_of_a_round_learns_from_what_fooled_the_ones_before(encoder, ground, monkeypatch):
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


def test_too_few_items_that_fool_a_model_are_said(encoder, ground):
    many = replace(ground("standard").config.collecting, candidates=30, tested=15, learned=15)
    with pytest.raises(RunError, match="Draw more candidates, or keep fewer"):
        collected(encoder, ground("standard", collecting=many), Standard())
