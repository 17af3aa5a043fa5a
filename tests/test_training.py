import copy
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pytest
import torch
from torch import nn

from crosslab import training
from crosslab.config import OptimizerConfig
from crosslab.errors import RunError
from crosslab.training import whole

FAST = OptimizerConfig(learning_rate=0.1, warm_up_steps=2, weight_decay=0.0)


def train(model, batches, *arguments, **named):
    """Train with updates of one batch each."""
    return training.train(model, whole(batches), *arguments, **named)


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


# Parts, crews and bookmarks


@dataclass(frozen=True)
class Reference:
    """A plain loop on whole batches, written without the project's: what parts must add up to."""

    losses: list
    weights: torch.Tensor


def regression():
    rng = torch.Generator().manual_seed(0)
    return [torch.randn(size, 3, generator=rng) for size in (6, 6, 5, 6, 4)]


def fresh():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1)).double()


def squared(model):
    return lambda batch, _: (model(batch) - batch.sum(dim=1, keepdim=True)).square().mean()


def flat(model):
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


@pytest.fixture(scope="module")
def reference():
    model = fresh()
    adam = torch.optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.0)
    losses = []
    for number, batch in enumerate(regression()):
        for group in adam.param_groups:
            group["lr"] = 0.1 * ([0.5, 1.0] + [(5 - step) / 3 for step in (2, 3, 4)])[number]
        loss = squared(model)(batch.double(), 0)
        losses.append(loss.item())
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
    return Reference(losses, flat(model))


def in_parts(count):
    for batch in regression():
        parts = batch.double().tensor_split(count)
        yield [(part, len(part) / len(batch)) for part in parts if len(part)]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_parts_add_up_to_the_update_of_a_plain_loop(count, reference, no_report):
    # batches of 6, 5 and 4 items do not divide evenly: shares must weigh the parts
    model = fresh()
    losses = training.train(
        model, in_parts(count), squared(model), steps=5, optimizer=FAST, report=no_report
    )
    assert losses == pytest.approx(reference.losses)
    torch.testing.assert_close(flat(model), reference.weights)


class Half:
    """One of two processes that share an update; the other's part is computed here too."""

    rank = 0

    def __init__(self, model):
        self.model, self.others = model, []

    def mine(self, parts):
        self.others = parts[1::2]
        return parts[::2]

    def summed(self, model, loss):
        for part, share in self.others:
            more = squared(self.model)(part, 0) * share
            more.backward()
            loss += more.item()
        return loss


def test_a_crew_computes_what_one_process_would(reference, no_report):
    model = fresh()
    losses = training.train(
        model,
        in_parts(3),
        squared(model),
        steps=5,
        optimizer=FAST,
        report=no_report,
        crew=Half(model),
    )
    assert losses == pytest.approx(reference.losses)
    torch.testing.assert_close(flat(model), reference.weights)


class Memory:
    """A bookmark in memory, which stops the run once."""

    def __init__(self, model, stop_at):
        self.model, self.stop_at, self.kept = model, stop_at, None

    def resume(self, adam, schedule):
        if self.kept is None:
            return []
        weights, optimizer, rates, losses = self.kept
        self.model.load_state_dict(weights)
        adam.load_state_dict(optimizer)
        schedule.load_state_dict(rates)
        return list(losses)

    def keep(self, adam, schedule, losses):
        if len(losses) == self.stop_at:
            self.kept = copy.deepcopy(
                (self.model.state_dict(), adam.state_dict(), schedule.state_dict(), list(losses))
            )
            raise KeyboardInterrupt


def test_a_run_that_was_stopped_goes_on_from_its_bookmark(reference, no_report):
    model = fresh()
    bookmark = Memory(model, stop_at=3)

    def run():
        return training.train(
            model,
            in_parts(1),
            squared(model),
            steps=5,
            optimizer=FAST,
            report=no_report,
            bookmark=bookmark,
        )

    with pytest.raises(KeyboardInterrupt):
        run()
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()  # what was in memory is gone
    bookmark.stop_at = None
    assert run() == pytest.approx(reference.losses)
    torch.testing.assert_close(flat(model), reference.weights)


def test_weights_that_are_held_fixed_stay_as_they_are(no_report):
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].requires_grad_(False)
    before = [each.weight.clone() for each in model]
    train(
        model,
        [torch.ones(3, 2)] * 4,
        lambda batch, _: model(batch).sum(),
        steps=4,
        optimizer=FAST,
        report=no_report,
    )
    assert torch.equal(model[0].weight, before[0])
    assert not torch.equal(model[1].weight, before[1])
