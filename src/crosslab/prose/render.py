"""How numbers, verdicts and runs are written on every page.

No number in the book is typed by hand: prose asks a function of this folder, and the
function takes its numbers from records. What one chapter alone says stands in a module of
its own (``transfer_tables``, ``mechanism_tables``, ...).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from crosslab.audit.keeping import Kept
from crosslab.audit.occurrences import occurrences
from crosslab.claims import Bar, Claim, Verdict, claim_and_bar, is_whole
from crosslab.literature.references import Reference
from crosslab.literature.testimony import conclusions, stances
from crosslab.numerals import chance, points, with_interval
from crosslab.records import Record
from crosslab.reproduction import Reproduction
from crosslab.stats.crossed import Interval

REPLICATION_WORDS: Final = {
    "reproduced": "the figure is reproduced",
    "direction-only": "the direction is confirmed, the size is not at issue here",
    "contradicted": "the runs contradict it",
    "inconclusive": "the runs do not decide it",
    "not-testable-here": "this rung cannot test it",
}
LITERATURE_WORDS: Final = {
    "supported": "the literature supports it",
    "contradicted": "the literature contradicts it",
    "conflicting": "the literature is divided",
    "source-silent": "its source does not say so where it could be read",
    "not-found": "no source was found",
}
_SEVERAL_KINDS: Final = ("agreement", "of-sizes", "in-domain")  # of items, in one run


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a Markdown table.

    Example:
        >>> print(table(["a", "b"], [[1, "x|y"]]))
        | a | b |
        |---|---|
        | 1 | x\|y |
    """
    lines = [_line(header), "|" + "---|" * len(header), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def plain(text: str) -> str:
    r"""Return text that may come from a report, so that Markdown shows it as it is.

    Example:
        >>> plain("a <b> *c*")
        'a &lt;b&gt; \\*c\\*'
    """
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign in "\\`*_[]$":
        shown = shown.replace(sign, f"\\{sign}")
    # A quotation mark stays the one that was printed.
    shown = shown.replace('"', "&quot;").replace("'", "&#39;").replace("{", "&#123;")
    return " ".join(shown.split())


def measured(verdict: Verdict) -> str:
    """Return what a verdict rests on, with its interval.

    Where nothing was run, the interval is how far chance could carry the figure in print.
    """
    if verdict.estimate is None or verdict.interval is None:
        return "not measured"
    if not verdict.records:
        return f"not run; in print, chance allows {_range(verdict.interval)}"
    found = with_interval(Interval(verdict.estimate, *verdict.interval))
    if is_whole(verdict):
        return found
    _, bar = claim_and_bar(verdict.claim_id, rung=verdict.rung)
    return f"{found}, {len(verdict.seeds)} of {bar.seeds} seeds"


def verdict_table(
    verdicts: Sequence[Verdict], named: Callable[[Verdict], str] = lambda each: each.claim_id
) -> str:
    """Return the answer so far, one line per claim and rung; ``named`` says what a line is called.

    The name may be a link to where the verdict is argued.
    """
    rows = [
        (
            named(each),
            each.replication,
            measured(each),
            "" if each.claimed is None else points(each.claimed),
            each.literature,
            rung_words(each.rung, each.scale),
        )
        for each in verdicts
    ]
    header = ("claim", "replication", "measured, 95 % interval", "claimed", "literature", "rung")
    return table(header, rows)


def rung_words(rung: str, scale: str) -> str:
    """Return a rung, with the scale of its runs where that is another.

    Example:
        >>> rung_words("lab", "lab"), rung_words("lab", "smoke")
        ('lab', 'lab (scale smoke)')
    """
    return rung if scale == rung else f"{rung} (scale {scale})"


def verdict_words(claim: Claim, bar: Bar, verdict: Verdict) -> str:
    """Return the verdict on one claim in full sentences, both halves and the reason."""
    places = occurrences()[claim.claim_id]
    marked = [each.confidence for each in places if each.verified and each.confidence is not None]
    return "\n\n".join(
        [
            f"> {claim.quote}",
            f"{len(places)} reports print this; {_marked_words(marked)}. Where they do, and what "
            f"is in print for and against it: {claim_link(claim)}.",
            f"**Replication: {verdict.replication}**, on rung `{verdict.rung}`, scale "
            f"`{verdict.scale}`: {REPLICATION_WORDS[verdict.replication]}. "
            f"{_measured_words(verdict)}, in {_runs_linked(bar)}. "
            f"Reason: {verdict.reason.rstrip('.')}.",
            literature_words(claim.claim_id),
            f"**The bar**, written before the runs: {bar.quantity} {bar.test}",
        ]
    )


def _measured_words(verdict: Verdict) -> str:
    if verdict.estimate is None:
        return "Nothing was measured"
    return f"Measured: {measured(verdict)}, in points, over {len(verdict.seeds)} seeds"


def literature_words(about: str) -> str:
    """Return what the literature says of a claim or a question, and why."""
    stance = stances()[about]
    return f"**Literature: {stance}**: {LITERATURE_WORDS[stance]}. {conclusions()[about].reason}"


def row_link(text: str, report: Kept, row: int, base: str = "..") -> str:
    """Return a link to a claim's place in the marked-up text of its report.

    In HTML, for the anchors in that text are none that Markdown knows of.
    """
    return f'<a href="{base}/reports/{page_name(report)}.html#claim-{row}">{text}</a>'


def page_name(report: Kept) -> str:
    """Return the name of a report's page, which is its address: hyphens, no ending."""
    return report.page


def source_words(source: Reference) -> str:
    """Return a source as it is cited in a table, linked to where it can be read."""
    who = source.authors[0].split(",")[0] if source.authors else ""
    more = " and others" if len(source.authors) > 1 else ""
    when = "" if source.year is None else f" ({source.year})"
    address = source.url or f"https://arxiv.org/abs/{source.arxiv}"
    title = f"[{plain(source.title or 'not identified')}]({address})"
    return f"{plain(who)}{more}{when}: {title}" if who else f"{title}{when}"


def claim_link(claim: Claim, text: str | None = None, base: str = "..") -> str:
    """Return a link to a claim's own page; ``base`` leads from the page that has the link."""
    return f"[{text or claim.name}]({base}/claims/{claim.claim_id}.md)"


def table_of_tests(verdict: Verdict, names: Mapping[str, str]) -> str:
    """Return every test behind a verdict, and why some of them were not made."""
    tests, direction = verdict.tests, verdict.tests.get("direction", {})
    rows = [
        ("direction: p, one-sided", _chance(direction.get("p_one_sided"))),
        ("standard error, points", _number(direction.get("standard_error"))),
        ("degrees of freedom", _number(direction.get("degrees_of_freedom"))),
        (
            "as large as claimed: p of equivalence",
            _chance(tests.get("equivalence", {}).get("p")),
        ),
        ("replication Bayes factor", _number(verdict.bayes_factor)),
        ("power", _number(verdict.power)),
        (
            "least effect found with a chance of 80 %, points",
            _number(tests.get("power", {}).get("detectable_points")),
        ),
        (
            "where a re-run with as many seeds should fall",
            "not computed" if verdict.prediction is None else _range(verdict.prediction),
        ),
        *(
            (f"p of {names[key]} by itself, Holm over languages", chance(value))
            for key, value in tests.get("holm", {}).items()
        ),
    ]
    missing = "; ".join(f"{name.replace('_', ' ')}: {why}" for name, why in _absent(verdict))
    return table(("test", "value"), rows) + (f"\n\nNot computed: {missing}." if missing else "")


def _absent(verdict: Verdict) -> list[tuple[str, str]]:
    return list(verdict.not_computed.items())


def _number(value: float | None) -> str:
    return "not computed" if value is None else f"{value:.3g}"


def _chance(value: float | None) -> str:
    return "not computed" if value is None else chance(value)


def _range(bounds: tuple[float, float]) -> str:
    return f"{points(bounds[0])} to {points(bounds[1])}"


def _runs_linked(bar: Bar) -> str:
    return " and ".join(f"[these runs](#{name}-runs)" for name in bar.experiments)


def _marked_words(confidences: Sequence[float]) -> str:
    """Return how many reports mark a claim as verified, and how sure they say they are.

    Example:
        >>> _marked_words([0.15, 0.2])
        '2 of them mark it as verified, at a confidence of 0.15 to 0.2'
    """
    if not confidences:
        return "none of them marks it as verified"
    low, high = min(confidences), max(confidences)
    return f"{len(confidences)} of them mark it as verified, at a confidence of {low} to {high}"


def reproduction_words(found: Reproduction) -> str:
    """Return whether a study made again says what the published one says, verdict by verdict."""
    inside = sum(each.inside for each in found.verdicts)
    rows = [
        (
            each.claim_id,
            points(each.published_points),
            _range(each.predicted),
            "not measured" if each.again_points is None else points(each.again_points),
            "yes" if each.inside else "**no**",
            each.published,
            each.again,
        )
        for each in found.verdicts
    ]
    header = (
        "claim",
        "published",
        "a re-run should fall in",
        "again",
        "it did",
        "verdict",
        "again",
    )
    return (
        f"Made again on {found.processor}, finished {found.finished}, commit "
        f"`{found.commit[:12]}`: "
        f"{found.runs_identical} of {found.runs_compared} runs gave the same answers to the last "
        f"byte, and {inside} of {len(found.verdicts)} estimates fell where a re-run was predicted "
        f"to fall.\n\n{table(header, rows)}"
    )


def anchor(folder: str) -> str:
    """Return the permanent name of a run on the page of its experiment.

    Example:
        >>> anchor("lab/transfer-paraphrase/standard/0-abc")
        'run-lab-transfer-paraphrase-standard-0-abc'
    """
    return "run-" + folder.replace("/", "-")


def metric_name(name: str) -> str:
    """Return what a metric of a record is called on pages.

    Example:
        >>> metric_name("final_loss")
        'final loss'
    """
    return name.replace("_", " ")


def run_entry(record: Record, links: dict[str, str]) -> str:
    """Return one run on the page of its experiment: what it was, what came out, and its files."""
    unit = record.unit
    values = ", ".join(
        f"{metric_name(name)} {value:,}"
        if isinstance(value, int)
        else f"{metric_name(name)} {value:.4g}"
        for name, value in record.metrics.items()
        if isinstance(value, int | float)
    )
    files = " · ".join(f'<a href="{path}">{name}</a>' for name, path in links.items())
    machine = record.machine
    mixed = ", over all items that were asked, hard ones and those of a domain included"
    values += mixed if record.settings.get("evaluation") in _SEVERAL_KINDS else ""
    return "\n".join(
        [
            f"({anchor(unit.folder)})=",
            f"## {unit.arm}, seed {unit.seed}",
            "",
            f"- fingerprint `{unit.fingerprint}`",
            f"- {values}",
            f"- {record.wall_seconds:.1f} s on {machine['processor']}, {machine['threads']} "
            f"thread(s), {machine['system']}, Python {machine['python']}; finished "
            f"{record.finished}; commit `{record.commit}`",
            "- " + ", ".join(f"{name} {number}" for name, number in record.packages.items()),
            f"- {files}",
            "",
        ]
    )
