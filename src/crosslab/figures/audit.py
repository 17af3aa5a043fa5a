"""The figures of the audit: marks against confidence, and what reviewers give."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import SMALL, canvas, tidy
from crosslab.numerals import counted

_VERIFIED, _NOT, _CUT = "marked as verified", "not marked as verified", "cut"
_MARKS: Final = {_VERIFIED: ("#0072B2", "o"), _NOT: ("#D55E00", "X")}
_REVIEWERS: Final = (("#0072B2", "o"), ("#E69F00", "s"), ("#009E73", "^"), ("#CC79A7", "v"),
                     ("#56B4E9", "P"), ("#D55E00", "D"), ("#7F7F7F", "*"))  # fmt: skip
_APART: Final = 0.11  # marks of one confidence stand above each other
_TOP: Final = 10
_DECLARED: Final = "declared"
_OWN: Final = "declared by the report"


def marks_by_confidence(
    marks: pd.DataFrame, cuts: Mapping[str, tuple[float | None, float]]
) -> Shown:
    """Return every mark at its confidence, a line per report, with the cut that tells them apart.

    Args:
        marks: A row per claim: ``report, confidence, verified``.
        cuts: Between which two confidences a report's cut lies.
    """
    columns = ["report", "mark", "confidence"]
    if marks.empty:
        return nothing("no report marks a claim at a confidence", columns)
    said = marks["verified"].map({True: _VERIFIED, False: _NOT})
    reports = list(dict.fromkeys(marks["report"]))
    data = pd.DataFrame(
        [
            *marks.assign(mark=said)[columns].itertuples(index=False),
            *((name, _CUT, _middle(*cuts[name])) for name in reports if name in cuts),
        ],
        columns=columns,
    )
    figure, ((axes,),) = canvas(0.62 * len(reports) + 1.4)
    for line, report in enumerate(reports):
        _draw_marks(axes, data[data["report"] == report], line)
    tidy(axes, [f"report {each}" for each in reports], "confidence stated by the report")
    axes.set_xlim(0, max(0.3, float(marks["confidence"].max()) * 1.1))
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    figure.legend(
        handles.values(), handles, loc="outside lower center", ncols=3, frameon=False,
        fontsize=SMALL,
    )  # fmt: skip
    return Shown(figure=figure, finding=_marks_finding(data), data=data)


def _middle(below: float | None, above: float) -> float:
    return above if below is None else (below + above) / 2


def _draw_marks(axes: Axes, mine: pd.DataFrame, line: int) -> None:
    claims = mine[mine["mark"] != _CUT]
    place = line + _APART * (claims.groupby("confidence").cumcount() - 0.5)
    for mark, (colour, marker) in _MARKS.items():
        chosen = claims["mark"] == mark
        axes.scatter(
            claims.loc[chosen, "confidence"], place[chosen], color=colour, marker=marker, s=30,
            label=mark,
        )  # fmt: skip
    for cut in mine.loc[mine["mark"] == _CUT, "confidence"]:
        axes.plot([cut, cut], [line - 0.42, line + 0.42], color="0.2", linestyle="--",
                  linewidth=1.2, label=_CUT)  # fmt: skip


def _marks_finding(data: pd.DataFrame) -> str:
    claims = data[data["mark"] != _CUT]
    cut = data[data["mark"] == _CUT].set_index("report")["confidence"]
    least, most = claims["confidence"].min(), claims["confidence"].max()
    verified = int((claims["mark"] == _VERIFIED).sum())
    said = (
        f"Dot plot of the confidence of {counted(len(claims), 'claim')}, a line for each of "
        f"{counted(claims['report'].nunique(), 'report')}: {verified} are marked as verified. "
        f"Confidences run from {least:g} to {most:g}. "
    )
    judged = claims[claims["report"].isin(cut.index)]
    if judged.empty:
        return f"{said}No cut tells marked claims from others."
    right = judged["confidence"] >= judged["report"].map(cut)
    wrong = judged[right != (judged["mark"] == _VERIFIED)]
    if wrong.empty:
        return (
            f"{said}In all {counted(len(cut), 'report')} with a cut, every claim above it is "
            "marked as verified and none below."
        )
    return (
        f"{said}In {counted(len(cut), 'report')} a cut tells marked claims from others, with "
        f"{counted(len(wrong), 'exception')} among {counted(len(judged), 'claim')}, in "
        f"{counted(wrong['report'].nunique(), 'report')}."
    )


def reviewer_scores(scores: pd.DataFrame) -> Shown:
    """Return what each reviewer gives each report, and what the report gives itself.

    Args:
        scores: A row per score: ``report, reviewer, score``; the report's own is ``declared``.
    """
    data = scores.assign(reviewer=scores["reviewer"].replace(_DECLARED, _OWN))
    if data.empty:
        return nothing("no report was reviewed", list(data.columns))
    reports = list(dict.fromkeys(data["report"]))
    figure, ((axes,),) = canvas(0.55 * len(reports) + 1.5)
    reviewers = [each for each in dict.fromkeys(data["reviewer"]) if each != _OWN]
    offsets = np.linspace(-0.25, 0.25, max(len(reviewers), 1))
    for number, reviewer in enumerate(reviewers):
        mine = data[data["reviewer"] == reviewer]
        colour, marker = _REVIEWERS[number % len(_REVIEWERS)]
        axes.scatter(
            mine["score"], mine["report"].map(reports.index) + offsets[number], color=colour,
            marker=marker, s=36, label=reviewer,
        )  # fmt: skip
    own = data[data["reviewer"] == _OWN]
    axes.scatter(
        own["score"], own["report"].map(reports.index), marker="|", s=420, color="black",
        linewidths=2, label=_OWN,
    )  # fmt: skip
    tidy(axes, [f"report {each}" for each in reports], "score, 0 to 10")
    axes.set_xlim(-0.3, _TOP + 0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=SMALL)
    return Shown(figure=figure, finding=_scores_finding(data), data=data)


def _scores_finding(data: pd.DataFrame) -> str:
    given = data[data["reviewer"] != _OWN]
    own = data[data["reviewer"] == _OWN].set_index("report")["score"]
    said = (
        f"Dot plot of scores from 0 to 10, a line for each of "
        f"{counted(data['report'].nunique(), 'report')}"
    )
    if len(given):
        means = given.groupby("reviewer", sort=False)["score"].mean().reset_index()
        said += f", from {counted(len(means), 'reviewer')}. {_extremes(means)}"
        mean = given.groupby("report")["score"].mean()
        judged = own[own.index.isin(mean.index)]
        higher = int((judged > mean.reindex(judged.index)).sum())
        if len(judged):
            said += (
                f" Of the reports' own scores, {higher} of {len(judged)} lie above the mean of "
                "what reviewers give."
            )
        return said
    return f"{said}, all of them the reports' own."


def _extremes(means: pd.DataFrame) -> str:
    """Return who gives most and who least, on average over reports."""
    ends = findings.ends(means, "reviewer", column="score")
    most = ends[-1]
    if len(ends) == 1:
        one = f"{most.who} gives {most.said} on average"
        return f"On average {most.alike}." if most.several else f"{one}."
    return (
        f"On average {most.does('gives', 'give')} most, {most.said}, and {ends[0].who} least, "
        f"{ends[0].said}."
    )
