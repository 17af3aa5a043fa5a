"""Is a measured value the claimed one, within a margin that was fixed before?"""

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate


def equivalence_p(found: Estimate, value: float, *, margin: float) -> float:
    """Return the p value of two one-sided tests: the truth lies within ``margin`` of ``value``.

    Not to differ significantly is no evidence of being the same: few seeds would do it.
    Here the burden lies the other way round (Schuirmann 1987): small only if the truth is
    shown to be above ``value - margin`` and below ``value + margin``, so the larger of the
    two p values counts.

    Example:
        >>> exact = Estimate(mean=2.1, standard_error=0.1, degrees=9)
        >>> equivalence_p(exact, 2.1, margin=1.0) < 0.001
        True
        >>> equivalence_p(exact, 4.0, margin=1.0) > 0.999
        True
    """
    if margin <= 0:
        raise UsageError(f"The margin of an equivalence test must be above 0, got {margin}.")
    return max(found.p_greater(value - margin), found.p_less(value + margin))
