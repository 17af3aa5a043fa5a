"""How likely an effect of a given size is to be found, and the least one that would be."""

from typing import Final

from scipy.optimize import brentq
from scipy.special import stdtrit
from scipy.stats import nct

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate

USUAL: Final = 0.8


def power(effect: float, found: Estimate, *, level: float) -> float:
    """Return the chance that the whole interval lies above zero if the truth is ``effect``.

    The interval is two-sided at ``level``, so half of what it leaves out is the chance to
    find an effect that is not there. The spread is taken from the estimate; it is itself
    uncertain, and with three seeds very much so.

    Example:
        >>> found = Estimate(mean=0.0, standard_error=0.5, degrees=9)
        >>> round(power(0.0, found, level=0.95), 3), round(power(2.1, found, level=0.95), 2)
        (0.025, 0.96)
    """
    if found.standard_error <= 0:
        raise UsageError("Power needs a standard error above 0; both arms gave the same answers.")
    threshold = stdtrit(found.degrees, (1 + level) / 2)
    # nct.sf, not special.nctdtr: the latter is no number at some far distances
    return float(nct.sf(threshold, found.degrees, effect / found.standard_error))


def detectable(found: Estimate, *, level: float, wanted: float = USUAL) -> float:
    """Return the least effect that is found with the wanted chance."""
    reach = found.standard_error * float(stdtrit(found.degrees, (1 + level) / 2))
    # Ten times the reach of the interval is beyond every chance one might want.
    return float(brentq(lambda effect: power(effect, found, level=level) - wanted, 0.0, 10 * reach))
