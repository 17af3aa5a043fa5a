"""The bars on the page of the trail: since when each is in force, and which runs it judges."""

from collections.abc import Sequence
from typing import Final

from crosslab.claims import bars, claims
from crosslab.locking import BARS, LOCK, LockedBar, in_force_since, read_lock, written_bars
from crosslab.numerals import counted
from crosslab.prose.render import table
from crosslab.questions import question_bars
from crosslab.trail.contents import LOG, Run, Trail, ended
from crosslab.trail.shown import parted, second, short

_LABORATORY: Final = "lab"
_PILOT: Final = range(10)  # seeds; LOG.md, 2026-11-21, "all methods, and the settings they get"


def bars_words(found: Trail, scales: Sequence[str]) -> str:
    """Return what every bar compares, since when it has been in force, and which runs it judges."""
    entries = read_lock()
    locked = written_bars()
    said = [
        "What counts as what was written down before the counted runs: "
        f"{counted(len(locked), 'bar')} in `{BARS}`, locked in {len(entries)} entries of `{LOCK}`, "
        "each with the hash of the one before.\n\n"
        f"- Last entry: {second(entries[-1].locked)} UTC, checksum `{entries[-1].checksum}`.\n"
        f"- SHA-256 of `{BARS}` in it: `{entries[-1].file}`.\n\n"
        "A bar is in force since its present wording was locked. It judges the counted runs of its "
        "experiments at its scale; the book cannot be built if one of them ended before. Where "
        "runs were made again later, under the same bar, the first run in the tables is the first "
        "of those whose records are there now; the seals keep the hashes of the ones before.",
        _before_words(found, locked),
    ]
    for scale in dict.fromkeys([*scales, *(each.rung for each in locked)]):
        there = [each for each in locked if each.rung == scale]
        not_run = "" if found.of_scale(scale) else ", not run"
        if there:
            said.append(f"### Bars at scale `{scale}`{not_run}\n\n{_bars_table(found, there)}")
    return "\n\n".join(said)


def _before_words(found: Trail, locked: Sequence[LockedBar]) -> str:
    """Return what had been looked at when the bars were locked, and that no counted run was."""
    mine = [each for each in locked if each.rung == _LABORATORY]
    judged = {each.checksum: each for bar in mine for each in judged_by(found, bar)}
    pilot = sum(each.record.unit.seed in _PILOT for each in judged.values())
    return (
        f"Before that, other runs were looked at, and `{LOG}` tells which. Under 2026-11-21: a "
        f"first study of the laboratory, two arms under seeds {_PILOT[0]} to {_PILOT[-1]}, was "
        "made and read under a bar that was not locked. It counts as the pilot; that bar was "
        "withdrawn, and the bars of now, with fresh seeds, were locked after it. Settings were "
        "chosen before too, on dev items of the source language, in runs that no bar judges. Under "
        "2026-12-01, midday: before the bars of searches on real languages were locked, one arm of "
        "each kind had been asked once, to see that it runs, and no two were compared. Runs of the "
        "laboratory that a bar judges and that have a seed of the pilot: "
        f"{pilot or 'none'}."
    )


def judged_by(found: Trail, bar: LockedBar) -> list[Run]:
    """Return the runs that a bar judges: those of its experiments at its scale."""
    return [
        each for each in found.of_scale(bar.rung) if each.record.unit.experiment in bar.experiments
    ]


def _bars_table(found: Trail, there: Sequence[LockedBar]) -> str:
    compared = _comparisons()
    entries = read_lock()
    rows = []
    for bar in there:
        judged = judged_by(found, bar)
        since = in_force_since(entries, bar.key) if bar.key in entries[-1].bars else ""
        first = min(judged, key=ended, default=None)
        rows.append(
            (
                f"{_bar_link(bar)}<br>{short(bar.checksum)}",
                compared[bar.key],
                parted(since) if since else "not locked",
                len(judged),
                parted(first.record.finished) if first else "none is there",
            )
        )
    header = ("bar, its hash", "compares", "locked (UTC)", "counted runs", "first run ended (UTC)")
    return table(header, rows)


def _bar_link(bar: LockedBar) -> str:
    """Return a bar's name, linked to the page of what it is about."""
    about = bar.key.partition("/")[0]
    claimed = about in {each.claim_id for each in claims()}
    return f"[{about}](claims/{about}.md)" if claimed else f"[{about}](questions.md)"


def _comparisons() -> dict[str, str]:
    """Return what each bar compares, by its key."""
    of_claims = {
        f"{each.claim_id}/{each.rung}": f"`{each.treated}` over `{each.control}`" for each in bars()
    }
    of_questions = {
        f"{each.question_id}/{each.rung}": "; ".join(
            f"{part.name} ({part.measure})" for part in each.parts
        )
        for each in question_bars()
    }
    return of_claims | of_questions
