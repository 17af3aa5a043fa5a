"""From the runs of a question to an answer, by its bar and nothing else, obstacles first.

The parts of a bar must all hold, so the least certain of them stands for all. That one of them is
surely not worth having is enough to contradict the whole, and then that one does.
"""

from collections.abc import Sequence
from typing import Any, Final

from crosslab.applying import Result, Weighed, outcome_of, results
from crosslab.claims import RUNGS, Replication
from crosslab.literature.testimony import stances
from crosslab.questions import Answer, question_bars
from crosslab.records import Store, Unit
from crosslab.stats.crossed import Estimate
from crosslab.stats.power import detectable, power
from crosslab.weighing import named_seeds

_SCOPE: Final = {
    "lab": "for one encoder and one world of invented languages",
    "bench": "for one small encoder of real languages",
}


def answers(store: Store, scale: str) -> list[Answer]:
    """Return the answer to every question that has a bar on the rung of this scale.

    Raises:
        StoreError: There is no study at this scale, or a record is damaged.
    """
    return [answer(each) for each in results(store, scale)]


def answers_on_every_rung(store: Store, scale: str) -> list[Answer]:
    """Return the answers of a scale and of every other rung that was run, the highest first."""
    rungs = [each for each in dict.fromkeys(bar.rung for bar in question_bars()) if each != scale]
    found = answers(store, scale)
    for rung in rungs:
        if store.has_study(rung):
            found += [each for each in answers(store, rung) if each.records]
    return sorted(found, key=lambda each: RUNGS.index(each.rung), reverse=True)


def answer(found: Result) -> Answer:
    """Return what the runs of a question come to, with its reason."""
    bar, telling = found.bar, found.telling
    replication, reason = _decided(found)
    return Answer(
        question_id=bar.question_id,
        rung=bar.rung,
        scale=found.compared.scale,
        claimed=None,
        bayes_factor=None,
        **_numbers(found, telling),
        seeds=list(found.compared.seeds(bar.arms)),
        literature=stances()[bar.question_id],
        replication=replication,
        reason=reason,
        records=[record.unit.folder for record in found.compared.records],
    )


def _decided(found: Result) -> tuple[Replication, str]:
    if found.outcome is None or found.obstacles:
        missing = "nothing was run" if not found.compared.runs else "too few runs to compare"
        return "inconclusive", _with_collapsed("; ".join(found.obstacles) or missing, found)
    if found.without_collapsed:
        without = outcome_of(found.bar, found.without_collapsed)
        if without != found.outcome:
            reason = (
                f"the outcome hangs on collapsed runs: {found.outcome} with them, {without} without"
            )
            return "inconclusive", _with_collapsed(reason, found)
    return found.outcome, _with_collapsed(_why(found), found)


def _why(found: Result) -> str:
    bar, telling = found.bar, found.telling
    assert telling is not None  # an outcome has parts
    scope = _SCOPE.get(bar.rung, f"on rung {bar.rung}")
    if found.outcome == "direction-only":
        return f"{bar.outcomes.direction_only}, {scope}"
    low = [each.part.name for each in found.parts if each.found.interval(bar.level).high < 0]
    if found.outcome == "contradicted":
        turned = f"; below zero: {', '.join(low)}" if low else ""
        return f"{_part(found, telling)}{bar.outcomes.contradicted}{turned}; {scope}"
    interval = telling.found.interval(bar.level)
    return (
        f"{_part(found, telling)}the interval reaches "
        f"{interval.high - interval.estimate:.1f} points to either side, and the smallest effect "
        f"of interest, {bar.smallest_effect_points} points, would be found with a chance of "
        f"{100 * power(bar.smallest_effect_points, telling.found, level=bar.level):.0f} %, {scope}"
    )


def _part(found: Result, telling: Weighed) -> str:
    return f"{telling.part.name}: " if len(found.parts) > 1 else ""


def _with_collapsed(reason: str, found: Result) -> str:
    if not found.collapsed:
        return reason
    listed = ", ".join(named_seeds(arm, seeds) for arm, seeds in found.collapsed.items())
    return f"{reason}; collapsed, and kept in the estimate: {listed}"


def _numbers(found: Result, telling: Weighed | None) -> dict[str, Any]:
    """Return the fields of an answer that are numbers, and why some of them are empty."""
    bar = found.bar
    absent = {"bayes_factor": "no figure is claimed", "claimed": "a question claims nothing"}
    if telling is None:
        empty = dict.fromkeys(("estimate", "interval", "power", "prediction"))
        why = "an arm of the bar has no two seeds to compare"
        return {**empty, "tests": {}, "not_computed": absent | dict.fromkeys(empty, why)}
    estimate, same = telling.found, telling.found.standard_error == 0
    interval, prediction = estimate.interval(bar.level), estimate.prediction(bar.level)
    effect = bar.smallest_effect_points
    if same:
        absent["power"] = "both sides gave the same answers"
    return {
        "estimate": estimate.mean,
        "interval": (interval.low, interval.high),
        "prediction": (prediction.low, prediction.high),
        "power": None if same else power(effect, estimate, level=bar.level),
        "tests": _tests(found, estimate),
        "not_computed": absent,
    }


def _tests(found: Result, telling: Estimate) -> dict[str, dict[str, float]]:
    bar, corrected = found.bar, found.corrected()
    tests = {
        "direction": {
            "p_one_sided": telling.p_greater(),
            "standard_error": telling.standard_error,
            "degrees_of_freedom": telling.degrees,
        }
    }
    if telling.standard_error > 0:
        tests["power"] = {
            "effect_points": bar.smallest_effect_points,
            "detectable_points": detectable(telling, level=bar.level),
        }
    for each in found.parts:
        tests[f"part: {each.part.name}"] = {
            **_bounds(each.found, bar.level),
            "p_one_sided": each.found.p_greater(),
        }
    for each in found.beside:
        tests[f"beside: {each.part.name}"] = {
            **_bounds(each.found, bar.level),
            "p_two_sided_holm": corrected[each.part.name],
        }
    for each in found.without_collapsed:
        tests[f"without collapsed: {each.part.name}"] = _bounds(each.found, bar.level)
    return tests


def _bounds(found: Estimate, level: float) -> dict[str, float]:
    interval = found.interval(level)
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high}


def missing_words(units: Sequence[Unit]) -> str:
    """Return which runs are missing, arm by arm; nothing where none is."""
    absent: dict[str, list[int]] = {}
    for unit in units:
        absent.setdefault(unit.arm, []).append(unit.seed)
    return ", ".join(named_seeds(arm, seeds) for arm, seeds in absent.items())
