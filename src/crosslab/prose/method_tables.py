"""Tables and sentences on all methods beside plain fine-tuning.

A bar was locked for one method before the runs. What is said of the others describes: it
is corrected for their number, and settles no claim.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from crosslab.arms import CONTROL
from crosslab.chapters import chapters
from crosslab.evidence import Evidence, estimate_of
from crosslab.numerals import chance, with_interval
from crosslab.prose.render import table
from crosslab.scales import study_config
from crosslab.stats.crossed import Estimate
from crosslab.stats.multiplicity import holm
from crosslab.stats.outcomes import Cells

LEVEL: Final = 0.95
_DEVIATIONS: Final = "deviations"  # the chapter that says why a method is not as released


def arms_table(evidence: Evidence) -> str:
    """Return what each method gains over plain fine-tuning, and how sure that is among so many."""
    by_setting = {
        name: _gains(evidence, where) for name, where in evidence.outcomes.read_as().items()
    }
    adjusted = _adjusted(by_setting["zero-shot"])
    rows = [
        (
            f"`{arm}`",
            *(with_interval(each[arm].interval(LEVEL)) for each in by_setting.values()),
            chance(adjusted[arm]),
            len(evidence.outcomes.collapsed(arm, CONTROL)),
        )
        for arm in by_setting["zero-shot"]
    ]
    return table(("method minus `standard`", *by_setting, "p, Holm, zero-shot", "collapsed"), rows)


def arms_words(evidence: Evidence) -> str:
    """Return which methods are ahead of plain fine-tuning and which behind, by their intervals."""
    sides: dict[str, list[str]] = {"ahead": [], "behind": [], "open": []}
    for arm, gain in _zero_shot(evidence).items():
        sides[_side(gain)].append(f"`{arm}`")
    said = {
        "ahead": "Zero-shot, the whole interval lies above zero for {}.",
        "behind": "It lies below zero for {}.",
        "open": "It holds zero for {}.",
    }
    return " ".join(said[side].format(", ".join(arms)) for side, arms in sides.items() if arms)


def tasks_table(found: Sequence[Evidence]) -> str:
    """Return what each method gains on targets, task beside task."""
    gains = {evidence.task(): _zero_shot(evidence) for evidence in found}
    adjusted = {task: _adjusted(each) for task, each in gains.items()}
    header = ["method minus `standard`"]
    for task in gains:
        header += [task, "p, Holm"]
    rows = []
    for arm in _arms(gains.values()):
        row = [f"`{arm}`"]
        for task, each in gains.items():
            there = arm in each
            row.append(with_interval(each[arm].interval(LEVEL)) if there else "not run")
            row.append(chance(adjusted[task][arm]) if there else "")
        rows.append(row)
    return table(header, rows)


def tasks_words(found: Sequence[Evidence]) -> str:
    """Return which methods are ahead, or behind, on every task, by their intervals."""
    gains = [_zero_shot(evidence) for evidence in found]
    everywhere = [arm for arm in _arms(gains) if all(arm in each for each in gains)]
    where = " and ".join(evidence.task() for evidence in found)
    said = [
        f"On {where} alike, the whole interval lies {side} zero for {arms}."
        for side, arms in _alike(gains, everywhere)
    ]
    return " ".join(said or [f"No method is ahead, or behind, on {where} alike."])


def plain_first_words(scale: str, *, base: str) -> str:
    """Return that smoothing with synonyms begins with plain updates at a scale; nothing if not.

    Args:
        scale: The scale whose settings are told.
        base: What leads from the page that has the sentence to the chapters.
    """
    share = study_config(scale).methods.smoothing_synonyms.plain_share
    if not share:
        return ""
    why = ""
    if _DEVIATIONS in {each.name for each in chapters()}:
        why = f" ([why]({base}{_DEVIATIONS}.ipynb))"
    return (
        f"On `{scale}` the first {100 * share:g} % of the updates of `smoothing-synonyms` are "
        f"plain: no word is exchanged{why}."
    )


def _alike(
    gains: Sequence[Mapping[str, Estimate]], arms: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for side, word in (("ahead", "above"), ("behind", "below")):
        alike = [arm for arm in arms if all(_side(each[arm]) == side for each in gains)]
        if alike:
            yield word, ", ".join(f"`{arm}`" for arm in alike)


def _arms(gains: Iterable[Mapping[str, Estimate]]) -> list[str]:
    """Return the methods of all tasks, each once, in the order they come."""
    return list(dict.fromkeys(arm for each in gains for arm in each))


def _side(gain: Estimate) -> str:
    interval = gain.interval(LEVEL)
    return "ahead" if interval.low > 0 else "behind" if interval.high < 0 else "open"


def _zero_shot(evidence: Evidence) -> dict[str, Estimate]:
    return _gains(evidence, evidence.outcomes.same_language())


def _gains(evidence: Evidence, cells: Cells) -> dict[str, Estimate]:
    """Return what each method gains over plain fine-tuning in some cells."""
    outcomes = evidence.outcomes
    return {
        arm: estimate_of(outcomes.gain(arm, CONTROL, cells))
        for arm in outcomes.right
        if arm != CONTROL
    }


def _adjusted(gains: Mapping[str, Estimate]) -> dict[str, float]:
    return holm({arm: gain.p_greater() for arm, gain in gains.items()})
