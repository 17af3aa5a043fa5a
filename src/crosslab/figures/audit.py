"""The figures of the audit: marks against confidence, and what reviewers give."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from crosslab.figures.style import canvas, tidy

_MARKS: Final = ((True, "marked as verified", "#0072B2", "o"), (False, "not", "#D55E00", "X"))
_REVIEWERS: Final = (("#0072B2", "o"), ("#E69F00", "s"), ("#009E73", "^"), ("#CC79A7", "v"),
                     ("#56B4E9", "P"), ("#D55E00", "D"), ("#7F7F7F", "*"))  # fmt: skip
_APART: Final = 0.11  # marks of one confidence stand above each other
_TOP: Final = 10


def marks_by_confidence(
    marks: pd.DataFrame, cuts: Mapping[str, tuple[float | None, float]]
) -> Figure:
    """Return every mark at its confidence, a line per report, with the cut that tells them apart.

    Args:
        marks: A row per claim: ``report, confidence, verified``.
        cuts: Between which two confidences a report's cut lies.
    """
    reports = list(dict.fromkeys(marks["report"]))
    figure, ((axes,),) = canvas(0.62 * max(len(reports), 1) + 1.4)
    for line, report in enumerate(reports):
        mine = marks[marks["report"] == report]
        place = line + _APART * (mine.groupby("confidence").cumcount() - 0.5)
        for verified, label, colour, marker in _MARKS:
            chosen = mine["verified"] == verified
            axes.scatter(
                mine.loc[chosen, "confidence"], place[chosen], color=colour, marker=marker,
                s=30, label=label if line == 0 else None,
            )  # fmt: skip
        if report in cuts:
            below, above = cuts[report]
            middle = above if below is None else (below + above) / 2
            axes.plot([middle, middle], [line - 0.42, line + 0.42], color="0.2", linestyle="--",
                      linewidth=1.2, label="cut" if line == 0 else None)  # fmt: skip
    tidy(axes, [f"report {each}" for each in reports], "confidence stated by the report")
    axes.set_xlim(0, max(0.3, float(marks["confidence"].max()) * 1.1) if len(marks) else 1)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return figure


def reviewer_scores(scores: pd.DataFrame) -> Figure:
    """Return what each reviewer gives each report, and what the report gives itself.

    Args:
        scores: A row per score: ``report, reviewer, score``; the report's own is ``declared``.
    """
    reports = list(dict.fromkeys(scores["report"]))
    reviewers = [each for each in dict.fromkeys(scores["reviewer"]) if each != "declared"]
    figure, ((axes,),) = canvas(0.55 * max(len(reports), 1) + 1.5)
    offsets = np.linspace(-0.25, 0.25, max(len(reviewers), 1))
    for number, reviewer in enumerate(reviewers):
        mine = scores[scores["reviewer"] == reviewer]
        colour, marker = _REVIEWERS[number % len(_REVIEWERS)]
        axes.scatter(
            mine["score"], [reports.index(each) + offsets[number] for each in mine["report"]],
            color=colour, marker=marker, s=36, label=reviewer,
        )  # fmt: skip
    own = scores[scores["reviewer"] == "declared"]
    axes.scatter(
        own["score"], [reports.index(each) for each in own["report"]], marker="|", s=420,
        color="black", linewidths=2, label="declared by the report",
    )  # fmt: skip
    tidy(axes, [f"report {each}" for each in reports], "score, 0 to 10")
    axes.set_xlim(-0.3, _TOP + 0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return figure
