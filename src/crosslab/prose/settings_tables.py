"""Tables and sentences of the chapter on settings: what was tried, the rule, what came of it."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from crosslab.arms import CONTROL
from crosslab.config import settings
from crosslab.numerals import counted, with_interval
from crosslab.prose.render import table
from crosslab.records import SHORT
from crosslab.scales import study_config
from crosslab.sweep import (
    LEVEL,
    TOLERANCE_POINTS,
    Choice,
    Setting,
    Sweep,
    in_words,
    picked,
)

_ABSENT: Final = (
    "**This folder has no records at scale `{scale}`**, or none of `{control}` on every task, so "
    "nothing can be shown here of how settings were chosen. To make them: `crosslab study "
    "--scale {scale} --results FOLDER`. The settings themselves are in the last table."
)


def rule_words() -> str:
    """Return the rule, with its one number."""
    return (
        "> Of the settings in the sweep take the largest radius whose source-dev accuracy at the "
        f"last checkpoint is, on average over tasks, at most {TOLERANCE_POINTS:g} points below "
        f"that of `{CONTROL}`; among settings of that radius the one with the highest accuracy."
    )


def sweep_words(found: Sweep) -> str:
    """Return what the sweep consists of, or that there is none here, and what is missing."""
    if not found.tried:
        return _ABSENT.format(scale=found.scale, control=CONTROL)
    seeds = {record.unit.seed for record in found.records}
    items = sorted({int(each.degrees) + 1 for each in found.control.values()})
    several = len(found.control) > 1
    said = [
        f"{counted(len(found.records), 'run')}: {counted(len(found.tried), 'setting')} of "
        f"{counted(len(found.methods), 'method')} and `{CONTROL}`, on "
        f"{counted(len(found.control), 'task')}, {counted(len(seeds), 'seed')}, "
        f"{' or '.join(f'{each:,}' for each in items)} dev items{' per task' if several else ''} "
        f"in the source language alone. `{CONTROL}` reaches {found.standard_points:.1f} points"
        f"{' on average over tasks' if several else ''}, so the threshold is "
        f"{found.threshold_points:.1f}. The table says how far *below* `{CONTROL}` a setting "
        "stays, with a 95 % interval over items."
    ]
    if found.missing:
        names = ", ".join(unit.label for unit in found.missing)
        said.append(
            f"**{counted(len(found.missing), 'run')} missing**, and with each of them its setting "
            f"is left out: {names}."
        )
    return "\n\n".join(said)


def setting_table(found: Sweep, scale: str) -> str:
    """Return every setting that was tried: accuracy by task, how far below, what became of it."""
    if not found.tried:
        return ""
    tasks, average = _columns(found)
    header = ("method", "radius", "otherwise", *tasks, average, "below", "outcome")
    control = [f"{found.control[task].mean:.1f}" for task in tasks]
    rows = [(CONTROL, "", "", *control, f"{found.standard_points:.2f}", "", "")]
    for method in found.methods:
        choice = found.choice(method, scale)
        rows += [_row(each, choice, tasks) for each in found.tried if each.method == method]
    return table(header, rows)


def _columns(found: Sweep) -> tuple[list[str], str]:
    """Return the tasks that have a column of their own, and what the average is called."""
    tasks = list(found.control)
    return (tasks, "mean") if len(tasks) > 1 else ([], tasks[0])


def _row(each: Setting, choice: Choice, tasks: list[str]) -> tuple[str, ...]:
    said = "**taken**" if each == choice.by_rule else "passes" if each.passes else "fails"
    return (
        each.method,
        f"{each.radius:g}",
        in_words({**each.values, "radius": None}),
        *(f"{each.by_task[task].mean:.1f}" for task in tasks),
        f"{each.accuracy.mean:.2f}",
        with_interval(each.below.interval(LEVEL)),
        f"{said}, **used**" if each == choice.used_setting else said,
    )


def choice_words(found: Sweep, scale: str) -> str:
    """Return, method by method, what the rule picks and whether the study keeps to it."""
    if not found.tried:
        return "Nothing, for there is nothing here to judge."
    lines = [_choice_words(found.choice(method, scale)) for method in found.methods]
    return "\n".join(f"- {line}" for line in lines)


def _choice_words(choice: Choice) -> str:
    used = f"The study uses {in_words(choice.used)}"
    if choice.by_rule is None:
        near = choice.nearest
        short = near.below.mean - TOLERANCE_POINTS
        said = (
            f"`{choice.method}`: **no setting passes.** The rule did not foresee that. The one "
            f"that comes nearest is {in_words(near.values)}, {short:.2f} points short. {used}"
        )
        return said + (", that one." if near == choice.used_setting else ", another one.")
    said = f"`{choice.method}`: the rule takes {in_words(choice.by_rule.values)}. "
    if choice.by_rule == choice.used_setting:
        return said + "The study uses it."
    return said + f"**{used}, which is not what the rule takes.**"


def caution_words(found: Sweep) -> str:
    """Return how firmly the choices stand: what lies within the chance of the dev items."""
    if not found.tried:
        return ""
    close = [each for each in found.tried if _straddles(each)]
    said = [
        f"Settings with the threshold inside their interval: {len(close)} of {len(found.tried)}. "
        "With other dev items these might have come out on its other side. The intervals count "
        "items alone; other seeds would move the numbers further."
    ]
    odd = [method for method in found.methods if _uneven(found, method)]
    if odd:
        names = " and ".join(f"`{method}`" for method in odd)
        said.append(
            f"For {names} a smaller radius fails and a larger one passes, nothing else being "
            "changed. A smaller radius should not cost more, so chance alone moves these numbers "
            "by about as much as the rule looks at."
        )
    return "\n\n".join([*said, *_ties(found)])


def _straddles(each: Setting) -> bool:
    interval = each.below.interval(LEVEL)
    return interval.low <= TOLERANCE_POINTS <= interval.high


def _uneven(found: Sweep, method: str) -> bool:
    """Whether, nothing but the radius changed, a smaller one fails where a larger one passes."""
    tried = [each for each in found.tried if each.method == method]
    return any(
        not low.passes and high.passes and low.radius < high.radius
        for low in tried
        for high in tried
        if {**low.values, "radius": 0} == {**high.values, "radius": 0}
    )


def _ties(found: Sweep) -> Iterator[str]:
    """Yield how closely the settings of the chosen radius lie together."""
    for method in found.methods:
        tried = [each for each in found.tried if each.method == method]
        best = picked(tried)
        if best is None:
            continue
        rivals = [each for each in tried if each.passes and each.radius == best.radius]
        if len(rivals) > 1:
            least = min(each.accuracy.mean for each in rivals)
            yield (
                f"Of `{method}`, {len(rivals)} settings of the chosen radius pass, within "
                f"{best.accuracy.mean - least:.1f} points of each other; the best of them is "
                "best by that little."
            )


def method_table(found: Sweep, scale: str) -> str:
    """Return what every method that has settings is set to at a scale, and whether by the sweep."""
    chosen = study_config(scale).methods
    rows = []
    for field in fields(chosen):
        method = field.name.replace("_", "-")
        name = "smoothing-synonyms-static, clean-matched" if method == "copies" else method
        rows.append(
            (name, in_words(settings(getattr(chosen, field.name))), _by(found, method, scale))
        )
    if not found.tried:
        return table(("method", f"set to, at scale `{scale}`"), [row[:2] for row in rows])
    return table(("method", f"set to, at scale `{scale}`", "chosen"), rows)


def _by(found: Sweep, method: str, scale: str) -> str:
    if method not in found.methods:
        return "fixed beforehand"
    choice = found.choice(method, scale)
    if choice.used_setting is None:
        return "**not from the sweep**"
    return "by the rule" if choice.used_setting == choice.by_rule else "**not by the rule**"


def run_table(found: Sweep) -> str:
    """Return the runs of the sweep with their fingerprints and how they did."""
    if not found.records:
        return ""
    rows = [
        (
            record.unit.experiment,
            record.unit.arm,
            record.unit.seed,
            f"{record.wall_seconds:.0f}",
            f"`{record.unit.fingerprint[:SHORT]}`",
        )
        for record in found.records
    ]
    return table(("experiment", "arm", "seed", "seconds", "record"), rows)
