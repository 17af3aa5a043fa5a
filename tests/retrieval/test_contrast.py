import math

import pytest
import torch
from torch.nn import functional

from crosslab.errors import RunError
from crosslab.retrieval.contrast import both_ways, info_nce


def unit(rows, seed, width=8):
    drawn = torch.randn((rows, width), generator=torch.Generator().manual_seed(seed))
    return functional.normalize(drawn, dim=1)


def by_hand(queries, passages, temperature, margin=0.0):
    """Return the loss written out, sum by sum."""
    total = 0.0
    for row, query in enumerate(queries):
        scores = [float(query @ each) for each in passages]
        scores[row] -= margin
        weights = [math.exp(score / temperature) for score in scores]
        total -= math.log(weights[row] / sum(weights))
    return total / len(queries)


@pytest.mark.parametrize("margin", [0.0, 0.3])
@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_it_is_the_loss_as_it_is_written_down(temperature, margin):
    queries, passages = unit(5, 0), unit(9, 1)  # four passages are nobody's
    found = info_nce(queries, passages, temperature=temperature, margin=margin)
    assert found.item() == pytest.approx(by_hand(queries, passages, temperature, margin), rel=1e-4)


def test_a_batch_of_unrelated_vectors_costs_what_guessing_costs():
    queries, passages = torch.eye(64)[:32], torch.eye(64)[32:]
    found = info_nce(queries, passages, temperature=1.0)
    assert found.item() == pytest.approx(math.log(32))


def test_a_passage_that_is_nobodys_and_near_makes_it_harder():
    queries, passages = unit(4, 0), unit(4, 1)
    alone = info_nce(queries, passages, temperature=0.1)
    beside = info_nce(queries, torch.cat([passages, queries[:1]]), temperature=0.1)
    assert beside > alone


def test_a_margin_asks_for_more():
    queries, passages = unit(4, 0), unit(4, 0)
    plain = info_nce(queries, passages, temperature=0.1)
    assert info_nce(queries, passages, temperature=0.1, margin=0.3) > plain


def test_both_ways_is_the_same_whichever_side_comes_first():
    one, other = unit(6, 0), unit(6, 1)
    there = both_ways(one, other, temperature=0.1, margin=0.3)
    back = both_ways(other, one, temperature=0.1, margin=0.3)
    assert there.item() == pytest.approx(back.item())
    single = info_nce(one, other, temperature=0.1, margin=0.3)
    assert there.item() != pytest.approx(single.item())


def test_one_item_alone_is_refused():
    with pytest.raises(RunError, match="at least two items"):
        info_nce(unit(1, 0), unit(1, 1), temperature=0.1)
