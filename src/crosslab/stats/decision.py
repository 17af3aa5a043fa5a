"""The rule that turns an estimate into an outcome, and nothing else.

It is apart from records, claims and words so that the very same rule can be run on
thousands of simulated studies whose truth is known (``stats/simulation.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crosslab.stats.crossed import Estimate
from crosslab.stats.equivalence import equivalence_p

Outcome = Literal["reproduced", "direction-only", "contradicted", "inconclusive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The numbers of a bar: what was claimed, what matters, and how sure one must be."""

    claimed_points: float | None
    size_at_issue: bool
    smallest_effect_points: float
    equivalence_points: float | None
    level: float


def outcome(found: Estimate, criteria: Criteria) -> Outcome:
    """Return the first outcome that holds, in this order.

    Reproduced: the effect is there and its size is the claimed one, where the size may be
    spoken of. Direction only: it is there. Contradicted: no gain worth having is left.
    """
    interval = found.interval(criteria.level)
    if interval.low > 0:
        return "reproduced" if _as_claimed(found, criteria) else "direction-only"
    if interval.high < criteria.smallest_effect_points:
        return "contradicted"
    return "inconclusive"


def joint_outcome(found: Sequence[Estimate], smallest_effect: float, level: float) -> Outcome:
    """Return the outcome where several effects must all be there at once, and none has a size.

    All intervals above zero: whichever of the effects is not there, its own interval makes the
    mistake no more often than alone. One of them below what is worth having is enough to
    contradict, so that interval is widened for their number.
    """
    if all(each.interval(level).low > 0 for each in found):
        return "direction-only"
    wider = 1 - (1 - level) / len(found)
    if any(each.interval(wider).high < smallest_effect for each in found):
        return "contradicted"
    return "inconclusive"


def _as_claimed(found: Estimate, criteria: Criteria) -> bool:
    claimed, margin = criteria.claimed_points, criteria.equivalence_points
    if not criteria.size_at_issue or claimed is None or margin is None:
        return False
    return equivalence_p(found, claimed, margin=margin) < 1 - criteria.level
