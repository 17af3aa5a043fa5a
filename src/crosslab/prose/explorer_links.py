"""Links that open the explorer of claims with filters set, and what its filters accept.

The state of the explorer is the fragment of its address: ``claims.html#report=001&rung=bench``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, get_args
from urllib.parse import quote

from crosslab.audit.keeping import Kept, kept
from crosslab.audit.matching import NO_CLAIM
from crosslab.claims import RUNGS, Replication, Stance, claims
from crosslab.errors import UnknownNameError, UsageError
from crosslab.prose.render import page_name, plain
from crosslab.registry import lookup

EXPLORER: Final = "claims.html"
TEXT: Final = "text"
MARK_NAMES: Final = {True: "verified", False: "not-verified", None: "unreadable"}
NOTHING: Final = NO_CLAIM  # what a row is whose words are no claim of the registry

# What the explorer shows, and the columns by which each view is sorted.
VIEWS: Final[Mapping[str, Sequence[str]]] = {
    "printed": ("report", "words", "mark", "confidence", "claim", "literature", "replication"),
    "claims": ("claim", "reports", "literature", "replication"),
}


def accepted(reports: Sequence[str], claim_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what each filter with a list of values accepts, by its key in the address."""
    return {
        "report": tuple(reports),
        "claim": (*claim_ids, NOTHING),
        "mark": tuple(MARK_NAMES.values()),
        "literature": (*get_args(Stance), NOTHING),
        "rung": RUNGS[::-1],
        "verdict": get_args(Replication),
    }


def report_names(reports: Sequence[Kept]) -> dict[str, str]:
    """Return what each report is called in the explorer, by its file; no two alike."""
    uses = Counter(each.short for each in reports)
    return {
        each.report: each.short if uses[each.short] == 1 else page_name(each) for each in reports
    }


def explorer_link(shown: str, /, base: str = "..", **filters: str) -> str:
    """Return a link to the explorer with filters set; ``base`` leads from the page it is on.

    In HTML, for Markdown would look for an anchor of that name.

    Example:
        >>> explorer_link("these", rung="bench", verdict="contradicted")
        '<a href="../claims.html#rung=bench&amp;verdict=contradicted">these</a>'

    Raises:
        UsageError: A filter or a value that the explorer does not know.
    """
    if problems := _problems(filters):
        raise UsageError(problems)
    fragment = "&".join(f"{name}={quote(value, safe='')}" for name, value in filters.items())
    return f'<a href="{escape(f"{base}/{EXPLORER}#{fragment}")}">{plain(shown)}</a>'


def _problems(filters: Mapping[str, str]) -> list[str]:
    """Return what the explorer would not understand."""
    names = list(report_names(kept()).values())
    known = accepted(names, [each.claim_id for each in claims()])
    columns = VIEWS.get(filters.get("view", "printed"), ())
    known |= {"view": tuple(VIEWS), "sort": (*columns, *(f"-{each}" for each in columns))}
    problems = [] if filters else [f"No filter is named; give one of {', '.join(known)}, {TEXT}."]
    for name, value in filters.items():
        try:
            values = lookup({**known, TEXT: ()}, name, kind="filter of the explorer")
            if name != TEXT:
                lookup(dict.fromkeys(values), value, kind=f"value of the filter {name}")
            elif not value.strip():
                problems.append("The filter text is empty; give words to look for.")
        except UnknownNameError as error:
            problems += error.problems
    return problems
