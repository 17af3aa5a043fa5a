"""Certificates: against closed forms, against enumeration, and how often they are right."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from crosslab.errors import UsageError
from crosslab.stats.certificates import least_share, moved_share, noise_radius, substitution_margin


def gaussian_votes(rng, weights, point, sigma, draws):
    """How many Gaussian draws around a point fall on its side of a linear classifier."""
    noise = rng.normal(0, sigma, (draws, len(point)))
    return int((((point + noise) @ weights > 0) == (point @ weights > 0)).sum())


@pytest.mark.parametrize("distance", [0.3, 0.8, 1.5])
def test_of_a_linear_classifier_the_certified_radius_nears_the_distance_to_its_border(distance):
    # smoothing leaves a linear classifier as it is, so its border is where it was
    rng = np.random.default_rng(0)
    weights = np.array([3.0, -4.0, 12.0])
    point = distance * weights / np.linalg.norm(weights)
    votes = gaussian_votes(rng, weights, point, 1.0, 200_000)
    radius = noise_radius(least_share(np.array([votes]), 200_000, 0.999), 1.0)
    assert radius[0] == pytest.approx(distance, abs=0.03)
    assert radius[0] < distance


def test_few_draws_certify_beyond_the_border_no_more_often_than_the_confidence_allows():
    rng = np.random.default_rng(1)
    votes = rng.binomial(50, stats.norm.cdf(0.7), size=4000)
    radii = noise_radius(least_share(votes, 50, 0.95), 1.0)
    assert 0.01 < (radii > 0.7).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4000)


def test_the_radius_grows_with_the_noise_and_with_the_votes():
    shares = least_share(np.array([60, 90, 100]), 100, 0.999)
    radii = noise_radius(shares, 0.5)
    assert radii[0] == 0 < radii[1] < radii[2]
    assert noise_radius(shares, 1.0) == pytest.approx(2 * radii)


def test_more_confidence_certifies_less():
    votes = np.array([80])
    assert least_share(votes, 100, 0.999) < least_share(votes, 100, 0.9) < 0.8


@pytest.mark.parametrize(("votes", "draws", "confidence"), [(5, 4, 0.9), (-1, 4, 0.9), (1, 4, 1.0)])
def test_impossible_votes_are_refused(votes, draws, confidence):
    with pytest.raises(UsageError, match="between 0 and"):
        least_share(np.array([votes]), draws, confidence)


def test_the_moved_share_bounds_what_enumeration_finds():
    # any classifier's winning share changes by no more than the two draws differ in total
    neighbours = {"a": {"a", "b"}, "b": {"a", "b", "c"}, "c": {"b", "c"}}

    def draws(sentence):
        return dict.fromkeys(product(*(sorted(neighbours[word]) for word in sentence)), 1)

    sentence = ("a", "c")
    bound = moved_share(
        [[neighbours[w], *(neighbours[n] for n in neighbours[w])] for w in sentence]
    )
    here = draws(sentence)
    differences = []
    for other in product(*(sorted(neighbours[word]) for word in sentence)):
        there = draws(other)
        common = sum(min(1 / len(here), 1 / len(there)) for each in here if each in there)
        differences.append(1 - common)
    assert max(differences) == pytest.approx(bound)


def test_where_substitution_moves_nothing_a_majority_is_enough():
    shares = np.array([0.49, 0.51, 0.7])
    assert substitution_margin(shares, np.zeros(3)).tolist() == [False, True, True]
    assert substitution_margin(shares, np.full(3, 0.15)).tolist() == [False, False, True]
