"""Tables and sentences of the chapter that sets the rungs of evidence side by side."""

from collections.abc import Mapping
from typing import Final

from crosslab.arms import CONTROL
from crosslab.claims import Bar, Verdict, bars, claims
from crosslab.config import RealStudyConfig
from crosslab.costs import gpu_costs
from crosslab.evidence import estimate_of
from crosslab.experiments import GRAFT_PAIRS, STEPS, experiments_of
from crosslab.numerals import chance, counted, points, with_interval
from crosslab.prose.render import measured, table
from crosslab.records import Store
from crosslab.rungs import (
    ABOVE_CHANCE,
    LEVEL,
    ROBUST,
    SCALE,
    TASKS,
    Asked,
    Difference,
    Rungs,
    where_poor,
)
from crosslab.runs import planned_runs
from crosslab.scales import study_config
from crosslab.stats.multiplicity import holm
from crosslab.verdicts import evidence_for, judged

_PAPER: Final = "paper"
_RUNGS: Final = ("lab", SCALE, _PAPER)
_PRICE: Final = 2.0  # of a GPU hour, as `crosslab plan` has it


def verdicts_by_rung(store: Store) -> dict[str, dict[str, Verdict]]:
    """Return the verdicts of each rung that this folder has a study of, by claim."""
    return {
        rung: {each.claim_id: each for each in judged(store, rung) if each.rung == rung}
        for rung in _RUNGS
        if store.has_study(rung)
    }


def claim_table(found: Mapping[str, Mapping[str, Verdict]]) -> str:
    """Return every claim that has a bar, its figure, and what each rung says of it."""
    asked = list(dict.fromkeys(bar.claim_id for bar in bars()))
    names = {claim.claim_id: claim.name for claim in claims()}
    claimed = {bar.claim_id: bar.claimed_points for bar in bars()}
    rows = [
        (
            f"[{names[key]}](../claims/{key}.md)",
            "a direction" if claimed[key] is None else points(claimed[key] or 0.0),
            *(_said(rung, found.get(rung, {}).get(key)) for rung in _RUNGS),
        )
        for key in asked
    ]
    return table(("claim", "claimed", *(f"rung `{rung}`" for rung in _RUNGS)), rows)


def _said(rung: str, verdict: Verdict | None) -> str:
    if verdict is None:
        return "not run: needs-gpu" if rung == _PAPER else "not run"
    return f"{verdict.replication}: {measured(verdict)}"


def pooled_words(store: Store) -> str:
    """Return, of every verdict on the mean of several tasks, what the bar's arm gains on each."""
    names = {claim.claim_id: claim.name for claim in claims()}
    return "\n".join(
        f"- {names[bar.claim_id]}, rung `{bar.rung}`, is the mean of {len(bar.experiments)} tasks: "
        f"{_by_task(store, bar)}."
        for bar in bars()
        if len(bar.experiments) > 1 and store.has_study(bar.rung)
    )


def _by_task(store: Store, bar: Bar) -> str:
    said = []
    for each in evidence_for(bar, store, bar.rung):
        gains = each.outcomes.gain(bar.treated, bar.control, each.outcomes.cells(bar.cells))
        task = TASKS[each.task()] if bar.rung == SCALE else each.task()
        if len(gains) == 1:
            said.append(f"{task} {points(float(gains.mean()))} (one seed, no interval)")
        else:
            said.append(f"{task} {with_interval(estimate_of(gains).interval(bar.level))}")
    return ", ".join(said) or "neither was run"


def paper_words(store: Store) -> str:
    """Return what it would take to run the claims with the paper's own encoders."""
    if store.has_study(_PAPER):
        return "Rung `paper` was run here, or begun: its column says what came of it."
    config = study_config(_PAPER)
    assert isinstance(config, RealStudyConfig)
    hours = {
        name: gpu_costs(
            config,
            [each for each in planned_runs(_PAPER) if each.unit.experiment == name],
            _PRICE,
        ).gpu_hours
        for name, each in experiments_of(_PAPER).items()
        if each.claims
    }
    every = "; ".join(f"`{name}` about {each:.0f} GPU hours" for name, each in hours.items())
    return (
        "Rung `paper` was not run: it needs a GPU and a network (`needs-gpu`, `needs-network`). "
        f"With mBERT, all arms and {config.seeds} seeds, {config.barred_seeds} for the two that "
        f"bars compare, it is reckoned at {every}, which nobody measured. "
        "The command: `crosslab study --scale paper --data DIR`. What it would take to run "
        "everything, `crosslab plan --scale paper` says."
    )


def gain_table(found: Rungs) -> str:
    """Return what every arm of the claims gains, by task and encoder."""
    rows = [
        (
            TASKS[each.task],
            f"`{each.encoder}`",
            *(_gain(each, arm) for arm in ROBUST),
        )
        for each in found.asked
        if each.against
    ]
    return table(("task", "encoder", *(f"`{arm}`" for arm in ROBUST)), rows) if rows else ""


def _gain(asked: Asked, arm: str) -> str:
    outcomes, gain = asked.against.get(arm), asked.gain(arm)
    if outcomes is None:
        return "fewer than two seeds"
    lost = _lost(asked, arm)
    if gain is None:
        english = outcomes.in_source(arm).mean(), outcomes.in_source(CONTROL).mean()
        return (
            f"not compared: {lost} ({english[0]:.1f} % right in English, `{CONTROL}` "
            f"{english[1]:.1f})"
        )
    said = f"{with_interval(gain.interval(LEVEL))}, {len(outcomes.seeds)} seeds"
    return f"{said}; {lost}, kept" if lost else said


def _lost(asked: Asked, arm: str) -> str:
    """Return under how many seeds an arm, or plain fine-tuning, did not learn the task."""
    lost = asked.collapsed(arm)
    return f"{len(lost)} of {len(asked.against[arm].seeds)} seeds collapsed" if lost else ""


def _lost_of_both(difference: Difference) -> str:
    """Return which seeds of either encoder did not learn the task, as the end of a sentence."""
    seeds = len(difference.seeds)
    lost = [
        f"{len(each)} of {seeds} seeds collapsed on `{encoder}`"
        for encoder, each in difference.collapsed.items()
    ]
    return f"; {' and '.join(lost)}, kept" if lost else ""


def arms_table(found: Rungs, task: str, encoder: str = GRAFT_PAIRS) -> str:
    """Return what every arm gains over plain fine-tuning on one encoder."""
    asked = found.of(task, encoder)
    if asked is None or not asked.against:
        return ""
    adjusted = _among_arms(asked)
    rows = [
        (f"`{arm}`", *_over_plain(asked, arm), chance(adjusted[arm]) if arm in adjusted else "")
        for arm in asked.against
    ]
    header = (
        f"{_name(task, encoder)}: arm minus `{CONTROL}`",
        *asked.plain.read_as(),
        "seeds",
        "p, Holm, zero-shot",
    )
    return table(header, rows)


def _over_plain(asked: Asked, arm: str) -> tuple[str, ...]:
    """Return the gains of an arm in each setting, and under how many seeds."""
    gains = [asked.gain(arm, each) for each in asked.plain.read_as()]
    seeds, lost = f"{len(asked.against[arm].seeds)}", _lost(asked, arm)
    said = [
        "not compared" if each is None else with_interval(each.interval(LEVEL)) for each in gains
    ]
    return (*said, f"{seeds}; {lost}" if lost else seeds)


def _among_arms(asked: Asked) -> dict[str, float]:
    """Return, by arm, the chance of a zero-shot gain like this or greater, after Holm."""
    gains = {arm: asked.gain(arm) for arm in asked.against}
    return holm({arm: each.p_greater() for arm, each in gains.items() if each is not None})


def arms_words(found: Rungs, task: str, encoder: str = GRAFT_PAIRS) -> str:
    """Return which arms are ahead of plain fine-tuning after Holm, and which are not there yet."""
    asked = found.of(task, encoder)
    planned = [arm for arm in _arms(task, encoder) if arm != CONTROL]
    if asked is None or not asked.against:
        return f"{_name(task, encoder)}: no arm can be compared yet."
    adjusted = _among_arms(asked)
    ahead = [f"`{arm}`" for arm, chance_of in adjusted.items() if chance_of < 1 - LEVEL]
    absent = [f"`{arm}`" for arm in planned if arm not in asked.against]
    said = (
        f"{_name(task, encoder)}, zero-shot, after Holm over {counted(len(adjusted), 'arm')}: "
        f"{', '.join(ahead) or 'none'} ahead of `{CONTROL}` beyond chance."
    )
    return said + (f" Not there yet: {', '.join(absent)}." if absent else "")


def chance_words(found: Rungs, task: str, encoder: str) -> str:
    """Return how far above chance an encoder is in the targets, and whether that is enough."""
    asked = found.of(task, encoder)
    if asked is None:
        return ""
    far = asked.above_chance
    said = (
        f"In the target languages plain fine-tuning of `{encoder}` is {far:.1f} points above "
        f"always giving the commonest answer"
    )
    if far >= ABOVE_CHANCE:
        return f"{said}, which leaves room for a gain and for a loss."
    return (
        f"{said}, where the lab is held to {ABOVE_CHANCE:.0f}: too near chance to confirm or deny "
        "what other encoders say. A gain that is not seen there is no sign that there is none."
    )


def cut_words() -> str:
    """Return what of the grid on real languages was left out to make it fit."""
    config = study_config(SCALE)
    assert isinstance(config, RealStudyConfig)
    grid = [each for each in experiments_of(SCALE).values() if not each.question]
    whole = {each.task: each.arms for each in grid if each.encoder == GRAFT_PAIRS}
    said = [f"`{step}` is not fine-tuned" for step in STEPS if step not in _encoders()]
    for each in grid:
        task = next(task for task in TASKS if each.task.startswith(task))
        gone = [f"`{arm}`" for arm in whole[task] if arm not in each.arms]
        if gone:
            said.append(f"{TASKS[task]} on `{each.encoder}` is without {', '.join(gone)}")
    for task in TASKS:
        asked = config.tasks[task]
        pairs = len(asked.targets) * (len(asked.targets) + 1)
        said.append(
            f"an item of {TASKS[task]} is asked in {asked.pairs_per_item} of {pairs} mixed pairs, "
            f"each of which holds {asked.test * asked.pairs_per_item // pairs} items"
        )
    seeds = f"{config.seeds} seeds, and {config.barred_seeds} where a bar compares them"
    return f"**What was cut**: {'; '.join(said)}; arms have {seeds}."


def _encoders() -> set[str]:
    return {each.encoder for each in experiments_of(SCALE).values()}


def _name(task: str, encoder: str) -> str:
    """Return what was asked, and the encoder where it is not the one that bars speak of."""
    return TASKS[task] if encoder == GRAFT_PAIRS else f"{TASKS[task]} with `{encoder}`"


def _arms(task: str, encoder: str) -> tuple[str, ...]:
    """Return the arms that are planned on a task with an encoder."""
    there = [each for each in experiments_of(SCALE).values() if each.encoder == encoder]
    return next(each.arms for each in there if each.task.startswith(task))


def poor_words(found: Rungs) -> str:
    """Return whether arms gain more where languages line up badly, in sentences."""
    asked = [(task, arm) for task in TASKS for arm in ROBUST]
    differences = {key: where_poor(found, *key) for key in asked}
    there = {key: each for key, each in differences.items() if each is not None}
    if not there:
        return "Nothing can be compared between the two encoders yet."
    p_values = holm(
        {
            " ".join(key): 2 * min(each.estimate.p_greater(), each.estimate.p_less(0.0))
            for key, each in there.items()
        }
    )
    said = []
    for key, each in there.items():
        task, arm = key
        adjusted = min(1.0, p_values[" ".join(key)])
        if adjusted >= 1 - LEVEL:
            words = "no difference that chance would not make"
        else:
            side = "more" if each.estimate.mean > 0 else "less"
            words = f"gains {side} where languages line up badly"
        said.append(
            f"- {TASKS[task]}, `{arm}`: {words}: {with_interval(each.estimate.interval(LEVEL))} "
            f"points, p {chance(adjusted)}, two-sided, after Holm over these {len(there)} lines"
            f"{_lost_of_both(each)}."
        )
    absent = ", ".join(f"{TASKS[key[0]]} `{key[1]}`" for key in asked if key not in there)
    return "\n".join(said) + (f"\n\nNot compared: {absent}." if absent else "")


def missing_words(found: Rungs) -> str:
    """Return what was planned on real languages and not run yet."""
    if not found.missing:
        return ""
    names = ", ".join(
        f"`{name}` ({done} of {planned} runs are there)" if done else f"`{name}`"
        for name, (done, planned) in found.missing.items()
    )
    return f"**Not run yet, or not to the end**: {names}."
