"""Figures of the transfer experiments: accuracy and gains, by language and by arm."""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.evidence import Evidence, estimate_of
from crosslab.figures.style import ARM_STYLE, LEVEL, canvas, draw_intervals, tidy
from crosslab.stats.outcomes import Cells


def accuracy_by_language(evidence: Evidence, arms: Sequence[str], chance: float) -> Figure:
    """Return accuracy per language and arm: seeds as faint marks, mean with its interval."""
    lines = evidence.lines()
    figure, ((axes,),) = canvas(0.42 * len(lines) + 1.1)
    for number, (arm, (colour, marker)) in enumerate(_styles(evidence, arms)):
        places = np.arange(len(lines)) + 0.22 * (number - 0.5)
        points = [evidence.outcomes.points(arm, cells) for _, cells in lines]
        for place, values in zip(places, points, strict=True):
            seeds = values.mean(axis=1)
            axes.scatter(seeds, np.full(seeds.shape, place), s=9, color=colour, alpha=0.3, lw=0)
        draw_intervals(
            axes,
            [estimate_of(values).interval(LEVEL) for values in points],
            places,
            colour=colour,
            marker=marker,
            label=arm,
        )
    axes.axvline(100 * chance, color="0.45", linestyle=":", label="always the commonest answer")
    _labelled(axes, lines, "accuracy, points")
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure


def gain_by_language(evidence: Evidence, treated: str, control: str) -> Figure:
    """Return the gain of one arm over another, per language and on average."""
    lines = evidence.lines()
    figure, ((axes,),) = canvas(0.42 * len(lines) + 1.1)
    colour, marker = ARM_STYLE[treated]
    gains = [evidence.outcomes.gain(treated, control, cells) for _, cells in lines]
    intervals = [estimate_of(values).interval(LEVEL) for values in gains]
    draw_intervals(
        axes, intervals, np.arange(len(lines)), colour=colour, marker=marker, label=treated
    )
    axes.axvline(0, color="0.2", linewidth=1)
    _labelled(axes, lines, f"{treated} minus {control}, points")
    return figure


def gain_matrix(evidence: Evidence, treated: str, control: str) -> Figure:
    """Return the gain in every ordered pair of languages."""
    outcomes, names = evidence.outcomes, evidence.names()
    difference = outcomes.points_by_pair(treated) - outcomes.points_by_pair(control)
    figure, ((axes,),) = canvas(5.6)
    labels = [names[key] for key in outcomes.languages]
    reach = max(1.0, float(np.abs(difference).max()))
    sns.heatmap(
        difference,
        ax=axes,
        annot=True,
        fmt="+.1f",
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
    return figure


def _styles(evidence: Evidence, arms: Sequence[str]) -> list[tuple[str, tuple[str, str]]]:
    return [
        (arm, style)
        for arm, style in ARM_STYLE.items()
        if arm in arms and arm in evidence.outcomes.right
    ]


def _labelled(axes: Axes, lines: list[tuple[str, Cells]], quantity: str) -> None:
    tidy(axes, [label for label, _ in lines], quantity)
    # Averages stand apart from the languages they are made of.
    axes.axhline(len(lines) - 2.5, color="0.8", linewidth=0.8)


def gain_by_arm(evidence: Evidence, control: str) -> Figure:
    """Return what every method gains over one: in the source, zero-shot, in mixed pairs."""
    outcomes = evidence.outcomes
    settings = outcomes.read_as()
    arms = [arm for arm in ARM_STYLE if arm in outcomes.right and arm != control]
    figure, (row,) = canvas(0.4 * len(arms) + 1.1, columns=len(settings), sharey=True)
    for axes, (name, cells) in zip(row, settings.items(), strict=True):
        for place, arm in enumerate(arms):
            colour, marker = ARM_STYLE[arm]
            gain = estimate_of(outcomes.gain(arm, control, cells)).interval(LEVEL)
            draw_intervals(axes, [gain], [place], colour=colour, marker=marker, label=arm)
        axes.axvline(0, color="0.2", linewidth=1)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel("points")
        axes.grid(axis="x", color="0.9")
        axes.set_axisbelow(True)
        sns.despine(ax=axes, left=True)
    row[0].set_yticks(range(len(arms)), arms)
    row[0].invert_yaxis()
    return figure


def gain_by_setting(found: Sequence[Evidence], treated: str, control: str) -> Figure:
    """Return the gain in pairs of one language and of two, task by task."""
    lines = []
    for evidence in found:
        outcomes = evidence.outcomes
        for name, cells in (
            ("one language", outcomes.same_language()),
            ("two languages", outcomes.mixed_language()),
        ):
            gain = estimate_of(outcomes.gain(treated, control, cells)).interval(LEVEL)
            lines.append((f"{evidence.task()}, {name}", gain))
    figure, ((axes,),) = canvas(0.42 * len(lines) + 1.0)
    colour, marker = ARM_STYLE[treated]
    gains = [gain for _, gain in lines]
    draw_intervals(axes, gains, range(len(lines)), colour=colour, marker=marker, label=treated)
    axes.axvline(0, color="0.2", linewidth=1)
    tidy(axes, [label for label, _ in lines], f"{treated} minus {control}, points")
    return figure
