"""How alike two spaces are, and how alike the answers that items get in several languages."""

import numpy as np
from numpy.typing import NDArray

from crosslab.errors import UsageError

Vectors = NDArray[np.floating]
Values = NDArray[np.float64]

_ROUNDING = 1e-9  # of what a space depends on itself by, relative to its products
_LEAST = 4  # sentences, below which nothing is left to correct chance by


def alignment(one: Vectors, other: Vectors) -> float:
    """Return how alike two spaces are in which the same sentences lie: linear CKA.

    One for spaces that differ by a rotation, a reflection or a scale; zero, on average, for
    unrelated ones, also where they have more dimensions than there are sentences: the products
    are corrected for chance (Song et al. 2012), for plain CKA calls any two wide spaces alike.

    Raises:
        UsageError: There are too few sentences, other numbers of them, or all are the same.
    """
    if len(one) != len(other) or len(one) < _LEAST:
        raise UsageError(
            f"Two spaces are compared on at least {_LEAST} sentences, the same ones in both (got "
            f"{len(one)} and {len(other)})."
        )
    products = [_products(each) for each in (one, other)]
    own = [_dependence(each, each) for each in products]
    least = [_ROUNDING * float((each**2).mean()) for each in products]
    if not all(value > bound for value, bound in zip(own, least, strict=True)):
        raise UsageError(
            "There is nothing to compare: all sentences of a space lie equally far apart, have "
            "the same vector, or have one that is no number."
        )
    return _dependence(*products) / float(np.sqrt(own[0] * own[1]))


def _products(vectors: Vectors) -> Values:
    """Return the products of all pairs, those of a sentence with itself left out."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    found: Values = centred @ centred.T
    np.fill_diagonal(found, 0.0)
    return found


def _dependence(one: Values, other: Values) -> float:
    """Return the unbiased Hilbert-Schmidt independence criterion of two tables of products."""
    count = len(one)
    together = float((one * other).sum())
    apart = float(one.sum() * other.sum()) / ((count - 1) * (count - 2))
    mixed = float(one.sum(axis=0) @ other.sum(axis=0)) * 2 / (count - 2)
    return (together + apart - mixed) / (count * (count - 3))


def agreement(answers: NDArray[np.integer]) -> Values:
    """Return, per item, the share of pairs of languages in which it gets the same answer.

    ``answers`` has a row per item and a column per language.

    Example:
        >>> agreement(np.array([[1, 1, 1], [0, 1, 1]])).round(3).tolist()
        [1.0, 0.333]
    """
    counts = _counts(answers)
    languages = answers.shape[1]
    found: Values = (counts * (counts - 1)).sum(axis=1) / (languages * (languages - 1))
    return found


def agreement_beyond_chance(answers: NDArray[np.integer]) -> float:
    """Return agreement over what the shares of the answers alone would give: Fleiss' kappa.

    A model that gives one answer to everything agrees with itself always, and knows nothing:
    then there is no agreement beyond chance, and the result is zero.

    Example:
        >>> agreement_beyond_chance(np.array([[1, 1], [0, 0]]))
        1.0
        >>> agreement_beyond_chance(np.ones((5, 3), dtype=int))
        0.0
    """
    shares = _counts(answers).sum(axis=0) / answers.size
    by_chance = float((shares**2).sum())
    if np.isclose(by_chance, 1.0):
        return 0.0
    return (float(agreement(answers).mean()) - by_chance) / (1 - by_chance)


def agreement_values(answers: NDArray[np.integer]) -> Values:
    """Return numbers, one per item, whose mean is the agreement beyond chance.

    An item counts by its own agreement and by how it moves what chance alone would give, so
    that the spread of the numbers is the spread of the whole (a linearization).

    Example:
        >>> float(agreement_values(np.array([[1, 1], [0, 0], [0, 1]])).mean().round(3))
        0.333
        >>> agreement_values(np.ones((2, 3), dtype=int)).tolist()
        [0.0, 0.0]
    """
    counts = _counts(answers) / answers.shape[1]
    shares = counts.mean(axis=0)
    by_chance = float((shares**2).sum())
    if np.isclose(by_chance, 1.0):
        return np.zeros(len(answers))
    own, beyond = agreement(answers), agreement_beyond_chance(answers)
    moved = 2 * (counts - shares) @ shares
    found: Values = beyond + (own - own.mean() - (1 - beyond) * moved) / (1 - by_chance)
    return found


def _counts(answers: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return how often each item gets each answer, shape ``(items, answers)``."""
    if answers.shape[1] < 2 or not len(answers):  # noqa: PLR2004
        raise UsageError("Agreement is of items, between languages; at least two are needed.")
    found: NDArray[np.intp] = (answers[..., None] == np.unique(answers)).sum(axis=1)
    return found
