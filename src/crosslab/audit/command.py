"""``crosslab audit``: what is printed, what is written, and how it ends."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crosslab.audit.auditing import Row, Total, audit
from crosslab.audit.findings import KINDS, LEVELS
from crosslab.audit.knowledge import Knowledge, knowledge, verdicts_so_far
from crosslab.audit.output import STANDARD, Taker, takers
from crosslab.errors import StaleError, UsageError
from crosslab.records import Store
from crosslab.registry import lookup

_SHOWN: Final = 20  # with more reports only totals are printed


def run_audit(
    reports: Sequence[Path],
    files: Mapping[str, Path | None],
    *,
    store: Store,
    scale: str,
    fail_on: str | None,
) -> None:
    """Audit reports, write what was asked for and print the rest.

    Raises:
        UsageError: Some reports cannot be used; the others were audited and written.
        StaleError: There are findings at or above the level to fail on.
    """
    if fail_on is not None:
        lookup(dict.fromkeys(LEVELS), fail_on, kind="level of finding")
    known = knowledge(verdicts_so_far(store, scale), store.root)
    console = Console(
        quiet=STANDARD in files.values(), soft_wrap=True, highlight=False, markup=False
    )
    with takers(files) as taking:
        if len(reports) <= _SHOWN:
            taking.append(lambda row: _show(row, console))
        total = _audited(reports, known, taking)
    _show_total(total, console)
    if total.unusable:
        raise UsageError(total.unusable)
    if fail_on is not None:
        count = sum(total.levels[each] for each in LEVELS[LEVELS.index(fail_on) :])
        if count:
            raise StaleError(f"{count} findings of level {fail_on} or above.")


def _audited(reports: Sequence[Path], known: Knowledge, taking: Sequence[Taker]) -> Total:
    """Audit reports behind a bar on the terminal, if there are enough of them to wait for."""
    columns = (TextColumn("reports"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    shown = console.is_terminal and len(reports) > _SHOWN
    with Progress(*columns, console=console, disable=not shown) as bar:
        task = bar.add_task("", total=len(reports))

        def take(row: Row) -> None:
            for each in taking:
                each(row)

        return audit(reports, known, take, progress=lambda: bar.advance(task))


def _show(row: Row, console: Console) -> None:
    """Print one report: what it declares and holds, each finding, each reviewer."""
    declared, found = row["declared"], row["found"]
    matched = sum(each["claim_id"] is not None for each in row["claims"])
    console.print(
        f"{_plain(row['path'])}: {found['claims']} claims ({_said(declared['claims'])}), "
        f"{found['verified']} verified ({_said(declared['verified'])}), {matched} matched; "
        f"{row['coverage']['uncovered']} of {row['coverage']['characters']} characters uncovered"
    )
    for each in row["findings"]:
        console.print(
            f"  {each['start']}-{each['end']}: {each['level']} {each['code']}: "
            f"{_plain(each['message'])}"
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
        f"{total.reports:,} reports, {total.claims:,} claims, {total.verified:,} marked as "
        f"verified, {total.matched:,} matched to the registry; "
        + ", ".join(f"{total.levels[level]:,} {level}" for level in reversed(LEVELS))
        + (f"; {len(total.unusable):,} reports cannot be used" if total.unusable else "")
    )
    if total.reports > _SHOWN:
        for code, count in total.findings.most_common():
            console.print(f"  {count:,} {code}: {KINDS[code].meaning}")
    if total.alpha is not None and total.reports > 1:
        console.print(
            f"Agreement of the marks over reports (Krippendorff's alpha): {total.alpha:.2f}"
        )


def _plain(text: Any) -> str:
    r"""Return text without characters that would steer a terminal.

    Example:
        >>> _plain("a\x1b[31mb")
        'a�[31mb'
    """
    return "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in str(text)
    )
