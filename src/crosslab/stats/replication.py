"""How much more likely a result is if the effect is as claimed than if there is none."""

import math
from typing import Final

from scipy import integrate

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate

_REACH: Final = 12.0  # standard errors of the original on either side; beyond is nothing


def replication_bayes_factor(found: Estimate, claimed: float, *, original_error: float) -> float:
    r"""Return the Bayes factor of "the effect as claimed" over "no effect".

    After Verhagen and Wagenmakers (2014): what the original study left behind is the prior
    of the replication. With mean m, standard error s and d degrees of freedom of the new
    estimate, claimed value c and its standard error r,

        BF = \int t_d((m - x) / s) N(x; c, r^2) dx / t_d(m / s).

    Above 1 the result speaks for the effect as claimed, below 1 for none. An effect that
    is there but much smaller than claimed makes neither fit, and then the larger of two
    poor fits wins: read it with the interval, never alone.

    Raises:
        UsageError: The new estimate or the original one has no spread.
    """
    if found.standard_error <= 0 or original_error <= 0:
        raise UsageError(
            "A Bayes factor needs both standard errors above 0, got "
            f"{found.standard_error} and {original_error}."
        )

    def weighed(effect: float) -> float:
        prior = math.exp(-0.5 * ((effect - claimed) / original_error) ** 2)
        return _relative(found, effect) * prior

    low, high = claimed - _REACH * original_error, claimed + _REACH * original_error
    peaks = sorted({claimed, min(max(found.mean, low), high)})
    marginal, _ = integrate.quad(weighed, low, high, points=peaks, limit=200)
    return float(marginal / (original_error * math.sqrt(2 * math.pi)) / _relative(found, 0.0))


def _relative(found: Estimate, effect: float) -> float:
    """Return the t likelihood of an effect, up to a factor that is the same for all effects."""
    distance = (found.mean - effect) / found.standard_error
    return float((1 + distance**2 / found.degrees) ** (-(found.degrees + 1) / 2))
