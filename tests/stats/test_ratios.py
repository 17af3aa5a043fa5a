import numpy as np
import pytest

from crosslab.stats.ratios import share_values


def drawn(rng, items=300):
    whole = rng.beta(2, 1, items)
    return whole * rng.beta(3, 2, items), whole


def test_the_mean_over_items_is_the_share_of_the_means():
    part, whole = drawn(np.random.default_rng(1))
    assert share_values(part, whole).mean() == pytest.approx(part.mean() / whole.mean())


def test_the_spread_over_items_is_that_of_the_share():
    rng = np.random.default_rng(2)
    pairs = [drawn(rng) for _ in range(400)]
    stated = [share_values(*each).std(ddof=1) / np.sqrt(300) for each in pairs]
    found = np.std([part.mean() / whole.mean() for part, whole in pairs], ddof=1)
    assert np.mean(stated) == pytest.approx(found, rel=0.1)


def test_of_nothing_nothing_is_kept():
    assert share_values(np.zeros(3), np.zeros(3)).tolist() == [0.0] * 3
