"""``crosslab audit``: what is printed, what is written, and how it ends."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crosslab.audit.auditing import Row, Total, audit
from crosslab.audit.findings import KINDS, LEVELS
from crosslab.audit.keeping import keep
from crosslab.audit.knowledge import Knowledge, knowledge, verdicts_so_far
from crosslab.audit.markup import harmless
from crosslab.audit.output import STANDARD, Taker, takers
from crosslab.errors import StaleError, UsageError
from crosslab.records import Store
from crosslab.registry import lookup
from crosslab.stats.agreement import interval_alpha

_SHOWN: Final = 20  # with more reports only totals are printed


def run_audit(  # noqa: PLR0913 - the options of the command
    reports: Sequence[Path],
    files: Mapping[str, Path | None],
    *,
    store: Store,
    scale: str,
    fail_on: str | None,
    keep_them: bool,
) -> None:
    """Audit reports, write what was asked for and print the rest.

    Raises:
        UsageError: Some reports cannot be used; the others were audited and written.
        StaleError: There are findings at or above the level to fail on.
    """
    if fail_on is not None:
        lookup(dict.fromkeys(LEVELS), fail_on, kind="level of finding")
    known = knowledge(verdicts_so_far(store, scale), store.root)
    console = _Console(
        quiet=STANDARD in files.values(), soft_wrap=True, highlight=False, markup=False
    )
    with takers(files, reports) as taking:
        if len(reports) <= _SHOWN:
            taking.append(lambda row, _: _show(row, console))
        total = _audited(reports, known, taking)
    _show_total(total, console)
    if keep_them:
        _keep(reports, total, console)
    if total.unusable:
        raise UsageError(total.unusable)
    if fail_on is not None:
        count = sum(total.levels[each] for each in LEVELS[LEVELS.index(fail_on) :])
        if count:
            raise StaleError(f"Findings of level {fail_on} or above: {count}.")


class _Console(Console):
    """A console that leaves it to the command line what a reader who has had enough means."""

    def on_broken_pipe(self) -> None:
        """Say so, and do not end with a status of its own."""
        raise BrokenPipeError


def _keep(reports: Sequence[Path], total: Total, console: Console) -> None:
    """Keep the reports that could be used; what is in the way of one is told with the others."""
    for path in reports:
        if path in total.usable:
            try:
                kept = keep(path)
            except UsageError as error:
                total.unusable += error.problems
            else:
                console.print(f"Kept as {kept.path}; `crosslab book` gives it a page.")


def _audited(reports: Sequence[Path], known: Knowledge, taking: Sequence[Taker]) -> Total:
    """Audit reports behind a bar on the terminal, if there are enough of them to wait for."""
    columns = (TextColumn("reports"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    shown = console.is_terminal and len(reports) > _SHOWN
    with Progress(*columns, console=console, disable=not shown) as bar:
        task = bar.add_task("", total=len(reports))

        def take(row: Row, text: str) -> None:
            for each in taking:
                each(row, text)

        return audit(reports, known, take, progress=lambda: bar.advance(task))


def _show(row: Row, console: Console) -> None:
    """Print one report: what it declares and holds, each finding, each reviewer."""
    declared, found = row["declared"], row["found"]
    matched = sum(each["claim_id"] is not None for each in row["claims"])
    console.print(
        f"{harmless(row['path'])}: {found['claims']} claims ({_said(declared['claims'])}), "
        f"{found['verified']} verified ({_said(declared['verified'])}), {matched} matched; "
        f"{row['coverage']['uncovered']} of {row['coverage']['characters']} characters uncovered"
    )
    for each in row["findings"]:
        console.print(
            f"  {each['start']}-{each['end']}: {each['level']} {each['code']}: "
            f"{harmless(each['message'])}"
        )
    scores = ", ".join(f"{each['reviewer']} {each['score']}" for each in row["reviews"])
    console.print(
        f"  automated reviewers: {scores}; declared by the report: "
        f"{declared['quality'] if declared['quality'] is not None else 'nothing'}"
    )


def _said(value: int | None) -> str:
    return "none declared" if value is None else f"{value} declared"


def _show_total(total: Total, console: Console) -> None:
    console.print(
        f"Reports: {total.reports:,}. Claims: {total.claims:,}, marked as verified: "
        f"{total.verified:,}, matched to the registry: {total.matched:,}. Findings: "
        + ", ".join(f"{level} {total.levels[level]:,}" for level in reversed(LEVELS))
        + (f". Reports that cannot be used: {len(total.unusable):,}." if total.unusable else ".")
    )
    if total.reports > _SHOWN:
        for code, count in total.findings.most_common():
            console.print(f"  {count:,} {code}: {KINDS[code].meaning}")
    reviewers = interval_alpha(total.scores)
    if reviewers is not None and total.reports > 1:
        console.print(f"Agreement of the reviewers (Krippendorff's alpha): {reviewers:.2f}")
    if total.alpha is not None and total.reports > 1:
        console.print(
            f"Agreement of the marks over reports (Krippendorff's alpha): {total.alpha:.2f}"
        )
