from itertools import repeat

import numpy as np
import pytest
import torch
from torch import nn

from crosslab.config import OptimizerConfig
from crosslab.errors import RunError
from crosslab.training import train

FAST = OptimizerConfig(learning_rate=0.1, warm_up_steps=2, weight_decay=0.0)


class Dial(nn.Module):
    """A model of one number."""

    def __init__(self, value=0.0):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(float(value)))


def updates(gradients, optimizer, no_report):
    """Return how far the number moved at each update, its gradient being as given."""
    model = Dial()
    seen = []

    def loss_of(gradient, _):
        seen.append(model.value.item())
        return gradient * model.value

    train(model, gradients, loss_of, steps=len(gradients), optimizer=optimizer, report=no_report)
    return -np.diff([*seen, model.value.item()])


def adam_rates(steps, optimizer, no_report):
    """Return the learning rate of every update: Adam moves by it under a constant gradient."""
    return updates([1.0] * steps, optimizer, no_report)


def test_the_learning_rate_rises_to_its_peak_then_falls_towards_zero(no_report):
    optimizer = OptimizerConfig(learning_rate=0.1, warm_up_steps=4, weight_decay=0.0)
    expected = [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25]
    assert adam_rates(8, optimizer, no_report) == pytest.approx(0.1 * np.array(expected), abs=1e-5)


def test_without_warm_up_the_first_update_is_the_largest(no_report):
    optimizer = OptimizerConfig(learning_rate=0.1, warm_up_steps=0, weight_decay=0.0)
    expected = 0.1 * np.array([1.0, 0.75, 0.5, 0.25])
    assert adam_rates(4, optimizer, no_report) == pytest.approx(expected, abs=1e-5)


def test_a_run_shorter_than_its_warm_up_never_reaches_the_peak(no_report):
    optimizer = OptimizerConfig(learning_rate=0.1, warm_up_steps=10, weight_decay=0.0)
    expected = 0.1 * np.array([0.1, 0.2, 0.3])
    assert adam_rates(3, optimizer, no_report) == pytest.approx(expected, abs=1e-5)


def test_a_steep_gradient_is_clipped_to_the_agreed_norm(no_report):
    optimizer = OptimizerConfig(learning_rate=0.1, warm_up_steps=1, weight_decay=0.0, clip_norm=0.5)
    gentle = updates([0.5, 0.5, 0.5, 0.5], optimizer, no_report)
    steep = updates([0.5, 0.5, 900.0, 0.5], optimizer, no_report)
    assert steep == pytest.approx(gentle, abs=1e-5)


def test_a_gradient_below_the_agreed_norm_is_left_alone(no_report):
    optimizer = OptimizerConfig(learning_rate=0.1, warm_up_steps=1, weight_decay=0.0, clip_norm=5.0)
    falling = updates([1.0, 0.1], optimizer, no_report)
    constant = updates([1.0, 1.0], optimizer, no_report)
    assert falling[1] < 0.9 * constant[1]


def test_weights_decay_where_the_gradient_is_nought(no_report):
    optimizer = OptimizerConfig(learning_rate=0.1, warm_up_steps=0, weight_decay=0.5)
    model = Dial(1.0)
    train(model, [0], lambda *_: 0 * model.value, steps=1, optimizer=optimizer, report=no_report)
    assert model.value.item() == pytest.approx(1 - 0.1 * 0.5)


def test_training_brings_the_loss_down_and_returns_it_for_every_update(no_report):
    model = Dial(1.0)
    losses = train(
        model,
        repeat(0.2),
        lambda goal, _: (model.value - goal) ** 2,
        steps=50,
        optimizer=FAST,
        report=no_report,
    )
    assert len(losses) == 50
    assert losses[0] == pytest.approx(0.64)
    assert losses[-1] < 0.01


def test_gradients_do_not_pile_up_from_update_to_update(no_report):
    model = Dial()
    seen = []

    def loss_of(batch, _):
        seen.append(model.value.grad)
        return batch * model.value

    train(model, [1.0] * 3, loss_of, steps=3, optimizer=FAST, report=no_report)
    assert all(gradient is None or gradient == 0 for gradient in seen)


def test_no_more_batches_are_taken_than_there_are_updates(no_report):
    model, batches = Dial(), iter(range(10))
    train(model, batches, lambda b, _: b * model.value, steps=4, optimizer=FAST, report=no_report)
    assert next(batches) == 4


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_loss_that_is_no_number_stops_training_and_names_the_update(no_report, bad):
    model = Dial()
    with pytest.raises(RunError, match=r"update 3\b"):
        train(
            model,
            [1.0, 1.0, bad, 1.0],
            lambda value, _: model.value * 0 + value,
            steps=4,
            optimizer=FAST,
            report=no_report,
        )
    assert torch.isfinite(model.value)


def test_batches_that_run_out_are_an_error(no_report):
    model = Dial()
    with pytest.raises(RunError, match=r"5 updates.*ran out at 3"):
        train(
            model,
            [1.0] * 3,
            lambda value, _: value * model.value,
            steps=5,
            optimizer=FAST,
            report=no_report,
        )


def reported(steps, report_every, losses=None):
    model, told = Dial(), []
    train(
        model,
        losses or [1.0] * steps,
        lambda value, _: model.value * 0 + value,
        steps=steps,
        optimizer=FAST,
        report=lambda **said: told.append(said),
        report_every=report_every,
    )
    return told


@pytest.mark.parametrize("steps", [4, 6, 7])
def test_the_last_report_says_that_all_is_done(steps):
    last = reported(steps, report_every=3)[-1]
    assert last["done"] == last["total"] == steps


def test_reports_come_as_often_as_asked_and_once_at_the_end():
    assert [said["done"] for said in reported(7, report_every=3)] == [3, 6, 7]
    assert [said["done"] for said in reported(6, report_every=3)] == [3, 6]


def test_a_report_tells_the_mean_loss_of_the_latest_updates():
    told = reported(6, report_every=3, losses=[1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    assert [said["loss"] for said in told] == [2.0, 6.0]


def test_a_model_in_evaluation_mode_is_put_to_training(no_report):
    model = Dial().eval()
    train(model, [1.0], lambda b, _: b * model.value, steps=1, optimizer=FAST, report=no_report)
    assert model.training


def trained_weights(seed, no_report):
    batches = torch.randn(10, 4, 3, generator=torch.Generator().manual_seed(seed))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
    train(
        model,
        batches,
        lambda batch, _: (model(batch) - batch.sum(dim=1, keepdim=True)).square().mean(),
        steps=10,
        optimizer=FAST,
        report=no_report,
    )
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def test_the_same_seed_trains_the_same_weights_to_the_last_bit(no_report):
    one, again, other = (trained_weights(seed, no_report) for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)


def test_the_reported_loss_is_the_mean_of_the_latest_updates_however_short_the_run():
    model = torch.nn.Linear(1, 1)
    told = []
    train(
        model,
        range(3),
        lambda number, _: 0 * model.weight.sum() + number,
        steps=3,
        optimizer=OptimizerConfig(learning_rate=0.1, warm_up_steps=0),
        report=lambda **beat: told.append(beat["loss"]),
    )
    assert told == [1.0]


def test_the_loss_is_told_what_share_of_the_updates_is_done(no_report):
    model, told = Dial(), []

    def loss_of(batch, progress):
        told.append(progress)
        return batch * model.value

    train(model, [1.0] * 4, loss_of, steps=4, optimizer=FAST, report=no_report)
    assert told == [0.0, 0.25, 0.5, 0.75]


def test_what_comes_after_an_update_sees_the_weights_it_made(no_report):
    model, seen = Dial(), []
    train(
        model,
        [1.0, 1.0, 1.0],
        lambda b, _: b * model.value,
        steps=3,
        optimizer=OptimizerConfig(learning_rate=0.1, warm_up_steps=0, weight_decay=0.0),
        report=no_report,
        after=lambda done: seen.append((done, model.value.item())),
    )
    assert [done for done, _ in seen] == [1, 2, 3]
    rates = -np.diff([0.0, *(value for _, value in seen)])
    assert rates == pytest.approx(0.1 * np.array([1.0, 2 / 3, 1 / 3]), abs=1e-5)
