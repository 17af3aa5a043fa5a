"""What a report leans on: the abstract it prints, its references, the benchmarks it names."""

import re
from collections.abc import Sequence
from typing import Final

from crosslab.audit.abstracts import WORDS, KnownAbstract, copied
from crosslab.audit.findings.base import Findings, finding
from crosslab.audit.references import Judged
from crosslab.audit.report import Report, Span
from crosslab.literature.references import Reference
from crosslab.literature.testimony import KnownBenchmark

_COPIED: Final = 0.5  # of the word sequences of an abstract
_IMPOSSIBLE: Final = re.compile(r"arXiv:\d\d(?!0[1-9]|1[0-2])\d\d\.")
_NAMED: Final = re.compile(r"\b([A-Z][\w-]{0,40}[A-Z][\w-]{0,40}) benchmark\b")
_ENDS: Final = (".", "!", "?")
_CLOSING: Final = " \t\r\n\"')]\u201d\u2019\u00bb"  # may stand behind the end of a sentence
_CUT_WORDS: Final = 8  # fewer may be missing at the end of an abstract that was not cut


def abstract(report: Report, known: Sequence[KnownAbstract]) -> Findings:
    """Yield that the abstract stands in print elsewhere, and that it was cut off."""
    span = report.section("abstract")
    if span is None:
        return
    text = report.text[span.start : span.end]
    found = copied(text, known)
    message, missing = "the abstract ends in mid-sentence", 0
    if found is not None and found.share >= _COPIED:
        listed = next(
            (
                number
                for number, each in enumerate(report.references, start=1)
                if each.identifier == f"arXiv:{found.arxiv}"
            ),
            None,
        )
        where = "none of its references" if listed is None else f"its reference number {listed}"
        said = (
            f"{found.shared} of the {found.legible} sequences of {WORDS} words that can be read in "
            f"the abstract are those of arXiv:{found.arxiv}, {where}; it is not marked as a "
            "quotation"
        )
        yield finding("abstract-copied", said, span)
        missing = found.words - found.reached - WORDS
        message += f": about {missing} of the {found.words} words in print are missing"
    if missing > _CUT_WORDS or not text.rstrip(_CLOSING).endswith(_ENDS):
        yield finding("abstract-cut-off", message, span)


def references(report: Report, judged: Sequence[Judged]) -> Findings:
    """Yield references that cannot be about the topic, are wrong, or are not known here."""
    for cited, each in zip(report.references, judged, strict=True):
        place = (cited.start, cited.end)
        if _IMPOSSIBLE.match(cited.identifier):
            message = f"{cited.identifier}: the third and fourth digit are a month, 01 to 12"
            yield finding("reference-impossible", message, place)
            continue
        if each.status == "exists-misdescribed":
            yield finding("reference-misdescribed", f"{cited.identifier}: {each.why}", place)
        if each.status == "not-found":
            yield finding("reference-not-found", f"{cited.identifier}: {each.why}", place)
        if each.status == "cannot-tell" and not each.fits:
            yield finding("reference-doubtful", f"{cited.identifier}: {each.why}", place)
        elif each.status == "cannot-tell":
            yield finding("reference-unknown", f"{cited.identifier}: {each.why}", place)
        if each.known is not None and each.fits and each.known.domain == "vision":
            message = (
                f"{cited.identifier} ({_named(each.known)}) is about images; it cannot bear on "
                "transfer between languages"
            )
            yield finding("reference-off-topic", message, place)


def _named(known: Reference) -> str:
    return f"“{known.title}”" if known.title else known.key


def benchmarks(report: Report, known: Sequence[KnownBenchmark]) -> Findings:
    """Yield benchmarks that the title, the question or a claim names and nobody could find."""
    title = report.section("title")
    places = [span for span in (title, report.question_span) if span is not None]
    places += [Span(claim.start, claim.end) for claim in report.claims]
    for each in known:
        if each.exists:
            continue
        where = [_pattern(each).search(report.text, start, end) for start, end in places]
        named = [found for found in where if found is not None]
        if named:
            near = " and ".join(real.name for real in each.nearest[:2])
            message = f"{each.name}: looked for and not found; nearest are {near}"
            if len(named) > 1:
                message += f"; named in {len(named)} places"
            yield finding("benchmark-not-found", message, named[0].span())
    listed = {name.casefold() for each in known for name in (each.name, *each.aliases)}
    for start, end in places:
        for found in _NAMED.finditer(report.text, start, end):
            if found[1].casefold() not in listed:
                message = f"{found[1]} is on no list here: nobody looked whether it exists"
                yield finding("benchmark-unknown", message, found.span(1))


def _pattern(benchmark: KnownBenchmark) -> re.Pattern[str]:
    """Return what a benchmark is called, as a word of its own."""
    names = "|".join(re.escape(name) for name in (benchmark.name, *benchmark.aliases))
    return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)
