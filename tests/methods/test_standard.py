import importlib

import numpy as np
import pytest
import torch

from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.tasks import TASKS
from crosslab.methods import METHODS
from crosslab.models import classifier, torch_generator
from crosslab.reading import Reader, lab_tokenizer, pair_batch, resources


@pytest.fixture(scope="module")
def batch(smoke_lab):
    items = task_items(smoke_lab, TASKS["nli"], TaskConfig(train=8, dev=1, test=1))["train"]
    return pair_batch(Reader(smoke_lab, items, "nli/train").pairs("ave", "ave"), items.label)


@pytest.fixture(scope="module")
def model(tiny_encoder):
    return classifier(tiny_encoder, labels=3, seed=0)


@pytest.fixture(scope="module")
def alone(smoke_lab):
    """Resources in which no word has a neighbour."""
    return resources(lab_tokenizer(smoke_lab), {})


@pytest.mark.parametrize("key", METHODS)
def test_a_method_is_found_where_its_key_says(key):
    method = METHODS[key]
    assert method.key == key
    assert type(method).__module__ == f"crosslab.methods.{key.replace('-', '_')}"
    assert type(method) in vars(importlib.import_module(type(method).__module__)).values()


@pytest.mark.parametrize("key", METHODS)
def test_a_method_names_its_paper_and_section(key):
    assert METHODS[key].paper.strip()
    assert METHODS[key].section.strip()


@pytest.mark.parametrize("key", METHODS)
def test_every_parameter_learns_from_the_loss(key, tiny_encoder, batch, alone):
    model = classifier(tiny_encoder, labels=3, seed=0)
    METHODS[key].loss(model, batch, alone, torch_generator(0)).backward()
    still = [name for name, weight in model.named_parameters() if weight.grad is None]
    assert not still


def test_the_standard_loss_is_the_mean_surprise_at_the_gold_label(model, batch, alone):
    loss = METHODS["standard"].loss(model, batch, alone, torch_generator(0)).item()
    with torch.no_grad():
        scores = model(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            token_type_ids=batch.token_type_ids,
        ).logits.double()
    shares = (scores.exp() / scores.exp().sum(dim=1, keepdim=True)).numpy()
    gold = shares[np.arange(len(shares)), batch.labels.numpy()]
    assert loss == pytest.approx(-np.log(gold).mean(), abs=1e-6)


def test_the_standard_method_draws_nothing(model, batch, alone):
    draws = torch_generator(0)
    before = draws.get_state()
    METHODS["standard"].loss(model, batch, alone, draws)
    assert torch.equal(draws.get_state(), before)
