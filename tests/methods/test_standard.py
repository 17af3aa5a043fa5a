import numpy as np
import pytest
import torch

from crosslab.methods import METHODS, method
from crosslab.methods.standard import Standard
from crosslab.scales import study_config

CONFIG = study_config("smoke").methods


@pytest.mark.parametrize("key", METHODS)
def test_every_parameter_learns_from_the_loss(key, model, batch, context):
    method(key, CONFIG).loss(model, batch, context()).backward()
    still = [name for name, weight in model.named_parameters() if weight.grad is None]
    assert not still


def test_the_standard_loss_is_the_mean_surprise_at_the_gold_label(model, batch, context):
    loss = Standard().loss(model, batch, context()).item()
    with torch.no_grad():
        scores = model(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            token_type_ids=batch.token_type_ids,
        ).logits.double()
    shares = (scores.exp() / scores.exp().sum(dim=1, keepdim=True)).numpy()
    gold = shares[np.arange(len(shares)), batch.labels.numpy()]
    assert loss == pytest.approx(-np.log(gold).mean(), abs=1e-6)


def test_the_standard_method_draws_nothing(model, batch, context):
    surroundings = context()
    draws = surroundings.generator
    before = draws.get_state()
    Standard().loss(model, batch, surroundings)
    assert torch.equal(draws.get_state(), before)
