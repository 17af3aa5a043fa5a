"""From evidence to verdicts: every bar is applied as it was written, obstacles first.

The numbers come from ``weighing.py``, the rule that turns them into an outcome from
``stats/decision.py``; here they become a verdict with its reason.
"""

from collections.abc import Sequence
from typing import Any, Final

from crosslab.arithmetic import Check, checks
from crosslab.checkpoints import LAST
from crosslab.claims import (
    BARS,
    REGISTRY,
    RUNGS,
    Bar,
    Claim,
    Judged,
    Replication,
    Stance,
    Verdict,
    bars,
    claims,
)
from crosslab.errors import UsageError
from crosslab.evidence import Evidence, complete_seeds, gathered
from crosslab.literature.testimony import stances
from crosslab.records import Store
from crosslab.scales import study_config
from crosslab.stats.crossed import Estimate, Interval
from crosslab.stats.decision import Outcome, outcome
from crosslab.stats.equivalence import equivalence_p
from crosslab.stats.multiplicity import holm
from crosslab.stats.power import detectable, power
from crosslab.stats.replication import replication_bayes_factor
from crosslab.weighing import RUNG_OF, Weighed, weighed

ARITHMETIC: Final = "arithmetic"  # rung and scale: figures in print, no run
_SCOPE: Final = {
    "lab": "for one encoder and one world of invented languages",
    "bench": "for one small English encoder that was made multilingual here",
    "paper": "for mBERT with the settings of the released scripts",
}


def judged(store: Store, scale: str) -> list[Verdict]:
    """Return the verdict on every claim that has a bar on the rung of this scale.

    Raises:
        UsageError: There is no such scale, or a bar is about an unknown claim.
        StoreError: There is no study at this scale, or a record is damaged.
    """
    study_config(scale)  # a scale that does not exist is refused by name
    return [*_by_bars(store, scale), *by_arithmetic()]


def judged_on_every_rung(store: Store, scale: str) -> list[Verdict]:
    """Return the verdicts of a scale, of every other rung that was run, and of what is in print.

    The rung that can decide most comes first. A rung of which nothing was run yet is left out,
    unless it is the one asked for.

    Raises:
        UsageError: There is no such scale, or a bar is about an unknown claim.
        StoreError: There is no study at this scale, or a record is damaged.
    """
    asked = judged(store, scale)
    others = [
        each
        for rung in dict.fromkeys(bar.rung for bar in bars())
        if rung != scale and store.has_study(rung)
        for each in _by_bars(store, rung)
        if each.records
    ]
    return sorted([*others, *asked], key=lambda each: RUNGS.index(each.rung), reverse=True)


def by_arithmetic() -> list[Verdict]:
    """Return the verdicts of rung ``arithmetic``: what is in print, and no run."""
    said = stances()
    return [_by_arithmetic(check, said[check.claim_id]) for check in checks()]


def _by_arithmetic(check: Check, stance: Stance) -> Verdict:
    """Return a check of published figures as a verdict.

    What stands in the way of a replication is said first: figures in print can be weighed,
    and nothing is replicated by weighing them.
    """
    empty = {"bayes_factor": "no runs", "prediction": "no runs"}
    if check.estimate_points is None:
        empty |= dict.fromkeys(("estimate", "interval", "power"), "no figure is claimed")
    return Verdict(
        claim_id=check.claim_id,
        rung=ARITHMETIC,
        scale=ARITHMETIC,
        estimate=check.estimate_points,
        interval=check.interval,
        claimed=check.claimed_points,
        tests=check.tests,
        bayes_factor=None,
        power=check.power,
        prediction=None,
        seeds=[],
        literature=stance,
        replication="inconclusive" if check.obstacle is None else "not-testable-here",
        reason=check.reason if check.obstacle is None else f"{check.obstacle}: {check.reason}",
        not_computed=empty,
        records=[],
    )


def as_rows(found: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return verdicts and answers as plain data, what each is about first."""
    rows = []
    for each in found:
        row = each.model_dump(mode="json")
        about = [name for name in row if name not in Judged.model_fields]
        rows.append({name: row[name] for name in (*about, *Judged.model_fields)})
    return rows


def _by_bars(store: Store, scale: str) -> list[Verdict]:
    asked = [bar for bar in bars() if bar.rung == RUNG_OF.get(scale, scale)]
    known = {claim.claim_id: claim for claim in claims()}
    problems = [
        f"{BARS}: bar {bar.claim_id}/{bar.rung} is about a claim that {REGISTRY} does not hold; "
        f"known: {', '.join(known)}."
        for bar in asked
        if bar.claim_id not in known
    ]
    if problems:
        raise UsageError(problems)
    return [
        verdict(known[bar.claim_id], bar, evidence_for(bar, store, scale), scale=scale)
        for bar in asked
    ]


def evidence_for(bar: Bar, store: Store, scale: str, checkpoint: str = LAST) -> list[Evidence]:
    """Return the evidence a bar asks for, on its two arms alone.

    An experiment of which no seed is complete yet is left out; the verdict then names it.
    """
    arms = (bar.control, bar.treated)
    found = []
    for name in bar.experiments:
        units = [
            unit
            for unit in store.manifest(scale).units
            if unit.experiment == name and unit.arm in arms
        ]
        if complete_seeds(units, [unit for unit in units if store.folder(unit).exists()]):
            found.append(gathered(store, scale, name, checkpoint, arms))
    return found


def verdict(claim: Claim, bar: Bar, evidence: Sequence[Evidence], *, scale: str) -> Verdict:
    """Return what the evidence says of a claim, by the bar and nothing else.

    Evidence on experiments that the bar does not name is passed over; an experiment it
    names without evidence is an obstacle.
    """
    asked = [each for each in evidence if each.experiment in bar.experiments]
    result = weighed(bar, asked, scale=scale)
    replication, reason = _decided(bar, result)
    return Verdict(
        claim_id=claim.claim_id,
        rung=bar.rung,
        scale=scale,
        claimed=bar.claimed_points,
        **_numbers(bar, result),
        seeds=_shared_seeds(bar, asked),
        literature=stances()[claim.claim_id],
        replication=replication,
        reason=reason,
        records=[
            record.unit.folder
            for each in asked
            for record in each.records
            if record.unit.arm in (bar.treated, bar.control)
        ],
    )


def _shared_seeds(bar: Bar, asked: Sequence[Evidence]) -> list[int]:
    """Return the seeds that all experiments of a bar have: what is missing in one is not there."""
    seeds = {each.experiment: set(each.outcomes.seeds) for each in asked}
    return sorted(set.intersection(*(seeds.get(name, set()) for name in bar.experiments)))


def _decided(bar: Bar, result: Weighed) -> tuple[Replication, str]:
    """Return the outcome and the reason: obstacles first, then what the bar says."""
    found = result.found
    if found is None or result.obstacles:
        return "inconclusive", _with_collapsed("; ".join(result.obstacles), bar, result)
    reached = outcome(found, bar.criteria)
    if result.without_collapsed is not None:
        without = outcome(result.without_collapsed, bar.criteria)
        if without != reached:
            reason = f"the outcome hangs on collapsed runs: {reached} with them, {without} without"
            return "inconclusive", _with_collapsed(reason, bar, result)
    return reached, _with_collapsed(_why(bar, found, reached), bar, result)


def _why(bar: Bar, found: Estimate, reached: Outcome) -> str:
    scope = _SCOPE.get(bar.rung, f"on rung {bar.rung}")
    words = {
        "reproduced": bar.outcomes.reproduced,
        "direction-only": bar.outcomes.direction_only,
        "contradicted": bar.outcomes.contradicted,
    }
    if reached != "inconclusive":
        size = "" if reached == "reproduced" else f"; {bar.why_not_reproduced}"
        return f"{words[reached]}, {scope}{size}"
    effect, named = _effect_in_question(bar)
    interval = found.interval(bar.level)
    return (
        "the interval holds both zero and the smallest effect of interest, "
        f"{bar.smallest_effect_points} points; it reaches "
        f"{interval.high - interval.estimate:.1f} points to either side, and {named}, "
        f"{effect} points, would be found with a chance of "
        f"{100 * power(effect, found, level=bar.level):.0f} %, {scope}"
    )


def _effect_in_question(bar: Bar) -> tuple[float, str]:
    if bar.claimed_points is None:
        return bar.smallest_effect_points, "the smallest effect of interest"
    return bar.claimed_points, "the claimed effect"


def _with_collapsed(reason: str, bar: Bar, result: Weighed) -> str:
    if not result.collapsed:
        return reason
    kept = f"{reason}; collapsed, and kept in the estimate: {', '.join(result.collapsed)}"
    if result.without_collapsed is None:
        return kept
    interval = result.without_collapsed.interval(bar.level)
    return (
        f"{kept}; without their seeds it is {_signed(interval.estimate)} points "
        f"({_signed(interval.low)} to {_signed(interval.high)})"
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _numbers(bar: Bar, result: Weighed) -> dict[str, Any]:
    """Return the fields of a verdict that are numbers, and why some of them are empty."""
    found = result.found
    if found is None:
        why = "an experiment of the bar has no two seeds to compare"
        empty = dict.fromkeys(("estimate", "interval", "bayes_factor", "power", "prediction"))
        return {**empty, "tests": {}, "not_computed": dict.fromkeys(empty, why)}
    absent = _not_computed(bar, result, found)
    effect, _ = _effect_in_question(bar)
    return {
        "estimate": found.mean,
        "interval": _bounds(found.interval(bar.level)),
        "prediction": _bounds(found.prediction(bar.level)),
        "power": None if "power" in absent else power(effect, found, level=bar.level),
        "bayes_factor": None if "bayes_factor" in absent else _bayes_factor(bar, found),
        "tests": _tests(bar, result, found),
        "not_computed": absent,
    }


def _not_computed(bar: Bar, result: Weighed, found: Estimate) -> dict[str, str]:
    absent = {}
    if bar.claimed_points is None:
        absent["equivalence"] = absent["bayes_factor"] = "no figure is claimed"
    elif bar.original_standard_error_points is None:
        absent["bayes_factor"] = "how certain the claimed figure is, is not known"
    if found.standard_error == 0:
        absent["bayes_factor"] = absent["power"] = "both arms gave the same answers"
    if result.collapsed and result.without_collapsed is None:
        absent["without_collapsed"] = "too few seeds are left without a collapsed run"
    return absent


def _bayes_factor(bar: Bar, found: Estimate) -> float:
    claimed, error = bar.claimed_points, bar.original_standard_error_points
    assert claimed is not None  # or it would be among what is not computed
    assert error is not None
    return replication_bayes_factor(found, claimed, original_error=error)


def _tests(bar: Bar, result: Weighed, found: Estimate) -> dict[str, dict[str, float]]:
    """Return every test by name, each with the numbers that belong to it."""
    tests = {"direction": _direction_test(found)}
    if bar.claimed_points is not None and bar.equivalence_points is not None:
        margin = bar.equivalence_points
        p_value = equivalence_p(found, bar.claimed_points, margin=margin)
        tests["equivalence"] = {"p": p_value, "margin_points": margin}
    if found.standard_error > 0:
        effect, _ = _effect_in_question(bar)
        tests["power"] = {
            "effect_points": effect,
            "detectable_points": detectable(found, level=bar.level),
        }
    tests["holm"] = holm({key: each.p_greater() for key, each in result.by_language.items()})
    if result.without_collapsed is not None:
        low, high = _bounds(result.without_collapsed.interval(bar.level))
        tests["without_collapsed"] = {
            "estimate": result.without_collapsed.mean,
            "low": low,
            "high": high,
            **_direction_test(result.without_collapsed),
        }
    return tests


def _direction_test(found: Estimate) -> dict[str, float]:
    return {
        "p_one_sided": found.p_greater(),
        "standard_error": found.standard_error,
        "degrees_of_freedom": found.degrees,
    }


def _bounds(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high
