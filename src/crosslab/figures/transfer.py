"""Figures of the transfer experiments: accuracy and gains, by language and by arm."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crosslab.evidence import Evidence, estimate_of
from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import (
    ARM_STYLE,
    BOUNDS,
    ESTIMATE,
    LEVEL,
    SMALL,
    bounds,
    canvas,
    draw_intervals,
    tidy,
)
from crosslab.numerals import level, listed, points
from crosslab.stats.outcomes import Cells

_MEAN: Final = "mean over seeds"
_ONE_SEED: Final = "one seed"
_COMMONEST: Final = "always the commonest answer"
_AVERAGES: Final = 2  # lines below the languages: all targets, mixed pairs


def accuracy_by_language(evidence: Evidence, arms: Sequence[str], chance: float) -> Shown:
    """Return accuracy per language and arm: seeds as faint marks, mean with its interval."""
    lines = [label for label, _ in evidence.lines()]
    data = _accuracies(evidence, arms, chance)
    figure, ((axes,),) = canvas(0.42 * len(lines) + 1.1)
    for number, (arm, (colour, marker)) in enumerate(_styles(evidence, arms)):
        mine = data[data["arm"] == arm]
        places = mine["line"].map(lines.index) + 0.22 * (number - 0.5)
        alone, means = (mine["mark"] == each for each in (_ONE_SEED, _MEAN))
        axes.scatter(mine.loc[alone, ESTIMATE], places[alone], s=9, color=colour, alpha=0.3, lw=0)
        draw_intervals(
            axes, mine[means], places[means].to_numpy(), colour=colour, marker=marker, label=arm
        )
    axes.axvline(100 * chance, color="0.45", linestyle=":", label=_COMMONEST)
    _labelled(axes, lines, "accuracy, points")
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return Shown(figure=figure, finding=_accuracy_finding(data, lines), data=data)


def _accuracies(evidence: Evidence, arms: Sequence[str], chance: float) -> pd.DataFrame:
    """Return a row per mark: every seed, every mean with its interval, the commonest answer."""
    rows: list[dict[str, Any]] = []
    for arm, _ in _styles(evidence, arms):
        for line, cells in evidence.lines():
            values = evidence.outcomes.points(arm, cells)
            mark = {"line": line, "arm": arm}
            rows += [
                {**mark, "mark": _ONE_SEED, "seed": seed, ESTIMATE: value}
                for seed, value in zip(evidence.outcomes.seeds, values.mean(axis=1), strict=True)
            ]
            interval = estimate_of(values).interval(LEVEL)
            rows.append({**mark, "mark": _MEAN, **bounds(interval)})
    rows.append({"mark": _COMMONEST, ESTIMATE: 100 * chance})
    found = pd.DataFrame(rows, columns=["line", "arm", "mark", "seed", *BOUNDS])
    return found.astype({"seed": "Int64"})


def _accuracy_finding(data: pd.DataFrame, lines: Sequence[str]) -> str:
    source, *targets = lines[:-_AVERAGES]
    everywhere = lines[-_AVERAGES]
    means = data[data["mark"] == _MEAN]

    def reached(line: str) -> str:
        there = means[means["line"] == line]
        return listed([f"{row['arm']} {findings.height(row)}" for row in findings.marks(there)])

    said = (
        f"Dot plot of accuracy in points, a line per language. In {source}: {reached(source)}. "
        f"Over {everywhere}: {reached(everywhere)}. "
    )
    first = means[(means["arm"] == means["arm"].iloc[0]) & means["line"].isin(targets)]
    if len(first) > 1:
        said += f"Of the targets, {_best_and_worst(first)}. "
    (commonest,) = data.loc[data["mark"] == _COMMONEST, ESTIMATE]
    return f"{said}Always giving the commonest answer would reach {level(commonest)}."


def _best_and_worst(rows: pd.DataFrame) -> str:
    """Return where an arm does best and where worst."""
    arm, ends = rows["arm"].iloc[0], findings.ends(rows, "line")
    if len(ends) == 1:
        return f"for {arm} {ends[0].alike}"
    worst, best = ends
    return f"{arm} does best in {best.who} ({best.said}) and worst in {worst.who} ({worst.said})"


def gain_by_language(evidence: Evidence, treated: str, control: str) -> Shown:
    """Return the gain of one arm over another, per language and on average."""
    rows = [
        {"line": line, **_gain(evidence, treated, control, cells)}
        for line, cells in evidence.lines()
    ]
    data = pd.DataFrame(rows)
    figure, ((axes,),) = canvas(0.42 * len(data) + 1.1)
    colour, marker = ARM_STYLE[treated]
    draw_intervals(axes, data, range(len(data)), colour=colour, marker=marker, label=treated)
    axes.axvline(0, color="0.2", linewidth=1)
    _labelled(axes, list(data["line"]), f"{treated} minus {control}, points")
    return Shown(figure=figure, finding=_gain_finding(data), data=data)


def _gain_finding(data: pd.DataFrame) -> str:
    targets = data.iloc[1:-_AVERAGES]
    source, *_, everywhere, mixed = findings.marks(data)
    over = "; ".join(f"{row['line']} {findings.gain(row)}" for row in (everywhere, mixed, source))
    said = (
        f"Dot plot of what {source['arm']} gains over {source['over']}, in points, a line per "
        f"language. {findings.sentence(over)} "
    )
    if len(targets) > 1:
        said += f"Of the targets, {_most_and_least(targets)}. "
    return f"{said}Target by target, {findings.off_zero(targets, cautioned=True)}."


def _most_and_least(targets: pd.DataFrame) -> str:
    """Return which targets gain most and which least."""
    ends = findings.ends(targets, "line", number=points, whole=findings.gain)
    if len(ends) == 1:
        return ends[0].alike
    least, most = ends
    return f"{most.does('gains', 'gain')} most, {most.said}, and {least.who} least, {least.said}"


def gain_matrix(evidence: Evidence, treated: str, control: str) -> Shown:
    """Return the gain in every ordered pair of languages."""
    outcomes, names = evidence.outcomes, evidence.names()
    difference = outcomes.gain_by_pair(treated, control)
    labels = [names[key] for key in outcomes.languages]
    figure, ((axes,),) = canvas(5.6)
    reach = max(1.0, float(np.abs(difference).max()))
    sns.heatmap(
        difference,
        ax=axes,
        annot=[[points(value) for value in line] for line in difference],
        fmt="",
        cmap="PuOr_r",
        vmin=-reach,
        vmax=reach,
        square=True,
        linewidths=0.5,
        xticklabels=labels,
        yticklabels=labels,
        cbar_kws={"label": f"{treated} minus {control}, points"},
    )
    axes.set(xlabel="language of the second sentence", ylabel="language of the first sentence")
    axes.tick_params(axis="x", rotation=35)
    axes.tick_params(axis="y", rotation=0)
    pairs = pd.MultiIndex.from_product(
        [labels, labels], names=["first_language", "second_language"]
    )
    data = pd.DataFrame({"arm": treated, "over": control, ESTIMATE: difference.ravel()}, pairs)
    data = data.reset_index()
    return Shown(figure=figure, finding=_matrix_finding(data), data=data)


def _matrix_finding(data: pd.DataFrame) -> str:
    arm, over = data[["arm", "over"]].iloc[0]
    alike = data["first_language"] == data["second_language"]
    ahead = int((data[ESTIMATE] > 0).sum())
    mixed = f", those of two {points(data.loc[~alike, ESTIMATE].mean())}" if (~alike).any() else ""
    return (
        f"Heat map of what {arm} gains over {over}, in points, in all {len(data)} "
        f"ordered pairs of languages. {_cells(data)}, and "
        f"{ahead} of {len(data)} lie above zero. Pairs of one language average "
        f"{points(data.loc[alike, ESTIMATE].mean())}{mixed}."
    )


def _cells(data: pd.DataFrame) -> str:
    """Return from which cell to which they run."""
    named = data.assign(pair=data["first_language"] + ", then " + data["second_language"])
    ends = findings.ends(named, "pair", number=points)
    if len(ends) == 1:
        return f"Of the cells {ends[0].alike}"
    return f"Cells run from {findings.span(named, 'pair', number=points)}"


def _styles(evidence: Evidence, arms: Sequence[str]) -> list[tuple[str, tuple[str, str]]]:
    return [
        (arm, style)
        for arm, style in ARM_STYLE.items()
        if arm in arms and arm in evidence.outcomes.right
    ]


def _gain(evidence: Evidence, treated: str, control: str, cells: Cells) -> dict[str, Any]:
    """Return what one arm gains over another in some pairs, as columns of a table of marks."""
    interval = estimate_of(evidence.outcomes.gain(treated, control, cells)).interval(LEVEL)
    return {"arm": treated, "over": control, **bounds(interval)}


def _labelled(axes: Axes, lines: Sequence[str], quantity: str) -> None:
    tidy(axes, lines, quantity)
    # Averages stand apart from the languages they are made of.
    axes.axhline(len(lines) - _AVERAGES - 0.5, color="0.8", linewidth=0.8)


def gain_by_arm(evidence: Evidence, control: str) -> Shown:
    """Return what every method gains over one: in the source, zero-shot, in mixed pairs."""
    settings = evidence.outcomes.read_as()
    arms = [arm for arm in ARM_STYLE if arm in evidence.outcomes.right and arm != control]
    if not arms:
        return nothing(f"no arm but {control} was run", ["panel", "arm", "over", *BOUNDS])
    data = pd.DataFrame(
        [
            {"panel": name, **_gain(evidence, arm, control, cells)}
            for name, cells in settings.items()
            for arm in arms
        ]
    )
    figure, (row,) = canvas(0.4 * len(arms) + 1.1, columns=len(settings), sharey=True)
    for axes, name in zip(row, settings, strict=True):
        for place, arm in enumerate(arms):
            colour, marker = ARM_STYLE[arm]
            one = data[(data["panel"] == name) & (data["arm"] == arm)]
            draw_intervals(axes, one, [place], colour=colour, marker=marker, label=arm)
        axes.axvline(0, color="0.2", linewidth=1)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("points")
        axes.grid(axis="x", color="0.9")
        axes.set_axisbelow(True)
        sns.despine(ax=axes, left=True)
    row[0].set_yticks(range(len(arms)), arms, fontsize=SMALL)
    row[0].invert_yaxis()
    return Shown(figure=figure, finding=_arms_finding(data, control), data=data)


def _arms_finding(data: pd.DataFrame, control: str) -> str:
    number, panels = data["arm"].nunique(), dict.fromkeys(data["panel"])
    said = [
        f"Dot plot of what {number} other arm{'s gain' if number > 1 else ' gains'} over "
        f"{control}, in points, in {len(panels)} panels; intervals are {findings.UNCORRECTED}."
    ]
    for panel in panels:
        rows = data[data["panel"] == panel]
        said.append(
            findings.sentence(
                f"{panel}: {findings.highest(rows, 'arm', gains=True)}; "
                f"{findings.named_off_zero(rows, 'arm')}"
            )
        )
    return " ".join(said)


def gain_by_setting(found: Sequence[Evidence], treated: str, control: str) -> Shown:
    """Return the gain in pairs of one language and of two, task by task."""
    rows = []
    for evidence in found:
        outcomes = evidence.outcomes
        for name, cells in (
            ("one language", outcomes.same_language()),
            ("two languages", outcomes.mixed_language()),
        ):
            gain = _gain(evidence, treated, control, cells)
            rows.append({"task": evidence.task(), "pairs": name, **gain})
    if not rows:
        return nothing("no task was run", ["task", "pairs", "arm", "over", *BOUNDS])
    data = pd.DataFrame(rows)
    figure, ((axes,),) = canvas(0.42 * len(data) + 1.0)
    colour, marker = ARM_STYLE[treated]
    draw_intervals(axes, data, range(len(data)), colour=colour, marker=marker, label=treated)
    axes.axvline(0, color="0.2", linewidth=1)
    labels = [f"{row['task']}, {row['pairs']}" for row in rows]
    tidy(axes, labels, f"{treated} minus {control}, points")
    return Shown(figure=figure, finding=_settings_finding(data), data=data)


def _settings_finding(data: pd.DataFrame) -> str:
    tasks = [
        f"on {task} "
        + " and ".join(
            f"{findings.gain(row)} in pairs of {row['pairs']}" for row in findings.marks(rows)
        )
        for task, rows in data.groupby("task", sort=False)
    ]
    one = findings.marks(data)[0]
    return (
        f"Dot plot of what {one['arm']} gains over {one['over']}, in points: {'; '.join(tasks)}. "
        f"{findings.sentence(findings.off_zero(data, cautioned=True))}"
    )
