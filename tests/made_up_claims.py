"""Printed claims made up for the tests of the explorer: many, or hostile."""

from crosslab.book.explorer_rows import Explored, ListedClaim, OnRung, PrintedRow
from crosslab.prose.explorer_links import MARK_NAMES

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "[words](javascript:alert(1))",
    "=HYPERLINK(1)",
    "</table></script><!-- ]]>",
    "\u202eturned round\u2066",
    "```\n# out of the block",
    "&lt;b&gt; {{{{x}}}} \x00\x1b",
)
VERDICTS = {
    "gain": (("bench", "contradicted"), ("lab", "inconclusive")),
    "loss": (("bench", "direction-only"), ("lab", "contradicted")),
}


def made_up_rows(
    count: int, words: tuple[str, ...] = ("A claim about alignment {number}",)
) -> Explored:
    """Return rows of reports of twelve, of three claims and of none in turn."""
    listed = [_listed(each) for each in VERDICTS] + [_unrunnable()]
    by_id = {each.claim_id: each for each in listed}
    ids = ("gain", "loss", "read", None)
    rows = [
        _printed(number, words[number % len(words)], by_id.get(ids[number % 4] or ""))
        for number in range(count)
    ]
    return Explored(printed=rows, claims=listed)


def _listed(claim_id: str) -> ListedClaim:
    return ListedClaim(
        claim_id=claim_id,
        claim=f"The {claim_id}",
        words=f"There is a {claim_id}.",
        literature="supported" if claim_id == "gain" else "source-silent",
        verdicts=[
            OnRung(rung=rung, scale=rung, verdict=verdict, measured="+1.0", address=None)
            for rung, verdict in VERDICTS[claim_id]
        ],
        obstacle=None,
    )


def _unrunnable() -> ListedClaim:
    return ListedClaim(
        claim_id="read",
        claim="What was read",
        words="It was read.",
        literature="supported",
        verdicts=[],
        obstacle="not-measurable",
    )


def _printed(number: int, words: str, claim: ListedClaim | None) -> PrintedRow:
    report = f"{number // 12:03d}"
    return PrintedRow(
        report=report,
        row=number % 12 + 1,
        words=words.format(number=number),
        mark=tuple(MARK_NAMES.values())[number % 3],
        confidence=None if number % 5 == 4 else number * 7 % 100 / 100,
        claim_id=claim and claim.claim_id,
        claim=claim and claim.claim,
        literature=claim and claim.literature,
        verdicts=claim.verdicts if claim else [],
        obstacle=claim and claim.obstacle,
        match_score=0.5,
        start=number,
        end=number + 10,
        file=f"{report}_made-up.txt",
        original_sha256="0" * 64,
        sha256="1" * 64,
        address=f"reports/{report}-made-up.html#claim-{number % 12 + 1}",
    )
