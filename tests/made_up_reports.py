"""Reports made up for the tests, in every form that the parser is to read."""

from hypothesis import strategies as st

from crosslab.audit.auditing import Audited, audited_text
from crosslab.audit.knowledge import Knowledge
from crosslab.audit.matching import Matcher
from crosslab.audit.parsing import parsed
from crosslab.audit.report import Report
from crosslab.claims import claims
from crosslab.literature.testimony import benchmarks

ROWS = (
    ("Robust training lifts transfer on PAWS-X by 2.1 points.", "✓", "0.61"),
    ("The code can be found on a public server.", "×", "0.20"),
    ("Grey parrots align two embedding spaces by ear.", "✓", "0.58"),
    ("Early works align word embeddings.", "×", "0.11"),
)
TITLE = "Effects of Something on Something Else"
QUESTION = "How does pickled herring affect zero-shot retrieval on the SMORGAS benchmark?"


def table(rows=ROWS, form="tab", head=("Claim", "Verified", "Confidence")):
    """Return a table of claims in one of two forms."""
    if form == "tab":
        return "\n".join("\t".join(cells) for cells in (head, *rows))
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def report_text(  # noqa: PLR0913 - what a report may differ in
    rows=ROWS,
    *,
    form="tab",
    marks="",
    title=TITLE,
    question=QUESTION,
    counts="5 papers retrieved. 4 claims extracted; 2 independently verified. "
    "Quality review score: 6.5/10.",
    abstract="A short abstract of our own that ends as it should.",
    references=("<http://arxiv.org/abs/2104.08645v2>",),
    claims=None,
):
    """Return the text of a report, headings with or without marks before them."""
    heading = f"{marks} " if marks else ""
    listed = "\n".join(f"- {each}" for each in references)
    return (
        f"\n\n{'# ' if marks else ''}{title}\n\nSome Machine\n\nJune 24, 2026\n\n"
        f"{heading}Abstract\n\n{abstract}\n\n"
        f"{heading}1 Introduction\n\nThis paper examines things. Research question: {question}\n\n"
        f"{heading}3 Results\n\n{counts}\n\n"
        f"{heading}5 Extracted Claims\n\n{table(rows, form) if claims is None else claims}\n\n"
        f"{heading}References\n\n{listed}"
    )


def read(text) -> Report:
    """Return a text as the parser reads it."""
    return parsed(text, path="made-up.txt", sha256="0" * 64)


def made_up_knowledge(**changes) -> Knowledge:
    """Return what is known without any record of a run and without a single source."""
    values = {
        "claims": claims(),
        "matcher": Matcher(claims()),
        "stances": {claim.claim_id: "supported" for claim in claims()},
        "replications": {claim.claim_id: "inconclusive" for claim in claims()},
        "references": {},
        "answers": {},
        "benchmarks": benchmarks(),
        "abstracts": (),
    }
    return Knowledge(**values | changes)


def judge(text, **changes) -> Audited:
    """Return everything that is said of a text."""
    return audited_text(text, "made-up.txt", "0" * 64, made_up_knowledge(**changes))


def codes(text, **changes) -> list[str]:
    """Return the codes of what is found in a text."""
    return [each.code for each in judge(text, **changes).findings]


NASTY = ["\t", "|", "\n", "\r", "\r\n", "\ufeff", "#", "<", ">", "&amp;", "\x00", "\u2028", "✓",
         "×", "\U0001f600", "\x1b[31m", "|---|", "Claim\tVerified\tConfidence\n", "References\n",
         "\udc80", "<script>", "!!python/object:os.system", "NaN", "\u202e"]  # fmt: skip


@st.composite
def mutated(draw):
    """Return a report into which something was put, or from which something was cut."""
    form = draw(st.sampled_from(["tab", "pipe"]))
    text = report_text(form=form, marks=draw(st.sampled_from(["", "#", "##"])))
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 200)))
        kind = draw(st.sampled_from(["insert", "delete", "repeat", "swap"]))
        piece = draw(st.one_of(st.sampled_from(NASTY), st.text(max_size=12)))
        if kind == "insert":
            text = text[:start] + piece + text[start:]
        elif kind == "delete":
            text = text[:start] + text[end:]
        elif kind == "repeat":
            text = text[:end] + text[start:end] + text[end:]
        else:
            text = text[end:] + text[:end]
    return text
