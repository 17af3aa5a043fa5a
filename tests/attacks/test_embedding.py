import pytest
import torch

from crosslab.attacks.embedding import Attacked, at_random, climbed, worst
from crosslab.errors import UsageError
from crosslab.methods.embedding import ball_radii, word_embeddings

RADII = (0.0, 0.03, 0.1, 0.3, 1.0)


@pytest.fixture
def attacked(model, margin, batch, items):
    return Attacked(model, margin, batch, items)


def test_without_noise_nothing_is_lost(attacked, margin, batch, items):
    found = worst(attacked, (0.0,), steps=3).margins
    assert torch.allclose(found[0], margin(batch, items), atol=1e-5)


def test_a_larger_ball_never_leaves_an_item_better_off(attacked):
    found = worst(attacked, RADII, steps=3).margins
    assert (found.diff(dim=0) <= 0).all()
    assert (found[-1] < found[0]).all()


def test_more_steps_find_worse_places(attacked):
    one, many = (worst(attacked, (0.3,), steps=steps).margins[0] for steps in (1, 10))
    assert many.mean() < one.mean()


def test_the_attack_finds_more_than_chance_does_with_as_many_looks(attacked):
    draws = torch.Generator().manual_seed(0)
    sought = worst(attacked, RADII, steps=5).margins
    chance = at_random(attacked, RADII, steps=5, generator=draws).margins
    assert (chance.diff(dim=0) <= 0).all()
    assert ((sought < chance).float().mean(dim=1)[1:] > 0.9).all()


@pytest.mark.parametrize("kind", ["worst", "random"])
def test_margins_are_those_of_the_noise_that_is_returned(kind, attacked):
    batch, items, margin = attacked.batch, attacked.items, attacked.margin
    draws = torch.Generator().manual_seed(0)
    found = (
        worst(attacked, RADII, steps=3)
        if kind == "worst"
        else at_random(attacked, RADII, steps=3, generator=draws)
    )
    embedded = word_embeddings(attacked.model, batch).detach()
    for noise, margins in zip(found.changed, found.margins, strict=True):
        with torch.no_grad():
            assert torch.allclose(margin(batch, items, embedded + noise), margins, atol=1e-4)
    assert (found.changed[0] == 0).all()
    assert (found.changed[-1] != 0).any()


def test_an_attack_can_turn_answers_that_were_right(attacked):
    found = worst(attacked, (0.0, 0.1, 1.0), steps=5).margins
    assert (found[0] > 0).all()
    turned = (found < 0).float().mean(dim=1)
    assert 0 < turned[1] < turned[2]
    assert turned[2] > 0.5


def test_marks_and_padding_stay_where_they_are(attacked, model, margin, batch, items):
    seen = []

    def watching(batch, items, embeddings=None):
        seen.append(embeddings.detach())
        return margin(batch, items, embeddings)

    worst(Attacked(model, watching, batch, items), (0.3,), steps=3)
    embedded = word_embeddings(model, batch).detach()
    balls = ball_radii(embedded, batch, 0.3)
    assert len(seen) > 3
    for each in seen:
        moved = (each - embedded).norm(dim=-1, keepdim=True)
        assert (moved <= balls + 1e-5).all()
        assert (moved[~batch.movable] == 0).all()


def test_steps_up_a_cost_end_higher_than_they_began(model, batch, items, margin):
    embedded = word_embeddings(model, batch).detach()
    balls = ball_radii(embedded, batch, 0.3)

    def cost(moved):
        return -margin(batch, items, moved).sum()

    noise = climbed(cost, embedded, balls, steps=3)
    assert cost(embedded + noise) > cost(embedded)
    assert (noise.norm(dim=-1, keepdim=True) <= balls + 1e-5).all()


@pytest.mark.parametrize(("radii", "steps"), [((0.3, 0.1), 3), ((-0.1,), 3), ((0.1,), 0), ((), 1)])
def test_budgets_that_make_no_sense_are_refused(attacked, radii, steps):
    with pytest.raises(UsageError, match="Radii must grow"):
        worst(attacked, radii, steps)
