from types import SimpleNamespace

import pytest
import torch
from conftest import made_up_answers
from torch import nn

from crosslab.checkpoints import BEST_SOURCE_DEV, CHECKPOINTS, LAST, ORACLE, prediction_column
from crosslab.finetuning import Checkpoints


def looked(model, *, after_each=lambda: None, **scores):
    """Return checkpoints after as many looks as there are scores, by the rules named."""
    turns = {name: iter(each) for name, each in scores.items()}
    rules = {name: lambda turn=turn: next(turn) for name, turn in turns.items()}
    checkpoints = Checkpoints(model, rules)
    for number in range(len(next(iter(scores.values())))):
        checkpoints.look(10 * (number + 1))
        after_each()
    return checkpoints


@pytest.fixture
def model():
    return nn.Linear(1, 1, bias=False)


def test_the_best_is_kept_with_when_it_was_and_how_good(model):
    kept = looked(model, dev=[0.5, 0.8, 0.7]).kept["dev"]
    assert (kept.update, kept.score) == (20, 0.8)


def test_of_equals_the_first_is_kept(model):
    assert looked(model, dev=[0.5, 0.8, 0.8, 0.8]).kept["dev"].update == 20


def test_the_first_look_is_kept_however_bad_it_is(model):
    assert looked(model, dev=[0.0, 0.0]).kept["dev"].update == 10


def test_each_rule_keeps_its_own(model):
    kept = looked(model, one=[0.9, 0.1, 0.5], other=[0.1, 0.2, 0.3]).kept
    assert {name: each.update for name, each in kept.items()} == {"one": 10, "other": 30}


def test_every_look_is_remembered_in_order(model):
    history = looked(model, one=[0.9, 0.1], other=[0.1, 0.2]).history
    assert history == [
        {"update": 10, "one": 0.9, "other": 0.1},
        {"update": 20, "one": 0.1, "other": 0.2},
    ]


def test_what_is_kept_is_a_copy_that_training_leaves_alone(model):
    nn.init.constant_(model.weight, 1.0)

    def train_on():
        with torch.no_grad():
            model.weight += 1.0

    kept = looked(model, after_each=train_on, dev=[0.1, 0.9, 0.5]).kept["dev"]
    assert model.weight.item() == 4.0
    assert kept.weights["weight"].item() == 2.0


def test_what_is_kept_can_be_loaded_back(model):
    kept = looked(model, dev=[0.5]).kept["dev"]
    before = model.weight.detach().clone()
    nn.init.zeros_(model.weight)
    model.load_state_dict(kept.weights)
    assert torch.equal(model.weight, before)


def test_a_look_leaves_the_model_training_although_answering_does_not():
    model = nn.Sequential(nn.Dropout(0.5))

    def answering():
        model.eval()
        return 0.5

    model.train()
    Checkpoints(model, {"dev": answering}).look(1)
    assert model.training
    assert model[0].training


def test_without_rules_nothing_is_kept_and_the_look_is_noted():
    checkpoints = Checkpoints(SimpleNamespace(train=lambda: None, named_parameters=lambda: ()), {})
    checkpoints.look(5)
    assert checkpoints.kept == {}
    assert checkpoints.history == [{"update": 5}]


def test_the_column_of_a_checkpoint_is_named_after_it():
    assert {each: prediction_column(each) for each in CHECKPOINTS} == {
        LAST: "prediction",
        BEST_SOURCE_DEV: "prediction_best_source_dev",
        ORACLE: "prediction_oracle",
    }


def test_made_up_answers_have_a_column_for_every_checkpoint():
    assert {prediction_column(each) for each in CHECKPOINTS} <= set(
        made_up_answers(0.5, 2, 0).column_names
    )
