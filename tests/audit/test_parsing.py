import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_reports import QUESTION, ROWS, TITLE, judge, mutated, read, report_text, table

from crosslab.audit.decoding import decoded, encoded


def accounted(report):
    """Return how often each character is in a claim, in a part, or uncovered."""
    times = [0] * len(report.text)
    for span in [*report.parts, *report.claims]:
        for place in range(span.start, span.end):
            times[place] += 1
    for start, end in report.uncovered:
        for place in range(start, end):
            times[place] += 1
    return times


FORMS = [
    pytest.param({"form": form, "marks": marks}, id=f"{form}-{marks or 'plain'}")
    for form in ("tab", "pipe")
    for marks in ("", "##")
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_report_reads_the_same_in_every_form(form, end):
    report = read(report_text(**form).replace("\n", end))
    assert [(claim.text, claim.verified, claim.confidence) for claim in report.claims] == [
        (text, mark == "✓", float(confidence)) for text, mark, confidence in ROWS
    ]
    assert (report.title, report.question, report.date) == (TITLE, QUESTION, "June 24, 2026")
    stated = {key: report.first_declared(key) for key in report.declared}
    assert stated == {"papers": 5, "claims": 4, "verified": 2, "quality": 6.5}
    assert [each.identifier for each in report.references] == ["arXiv:2104.08645"]
    assert (report.uncovered, report.noted) == ([], [])


def test_a_claim_is_found_at_its_place_and_every_character_is_counted_once():
    report = read(report_text())
    for claim in report.claims:
        assert report.text[claim.start : claim.end] == claim.text
    assert set(accounted(report)) == {1}
    coverage = report.coverage
    assert coverage["characters"] == len(report.text)
    assert sum(coverage[key] for key in ("claims", "recognized", "uncovered")) == len(report.text)


def test_a_byte_order_mark_is_a_character_and_shifts_every_place_by_one():
    plain, marked = read(report_text()), read("\ufeff" + report_text())
    assert [claim.start + 1 for claim in plain.claims] == [claim.start for claim in marked.claims]
    assert marked.title == TITLE
    assert set(accounted(marked)) == {1}


@pytest.mark.parametrize(
    ("mark", "verified"),
    [("✓", True), ("✔\ufe0f", True), ("☑", True), ("yes", True), ("TRUE", True), ("**✓**", True),
     ("&check;", True), ("<b>Verified</b>", True), ("[x]", True),
     ("×", False), ("✗", False), ("❌", False), ("No", False), ("false", False), ("[ ]", False),
     ("not verified", False),
     ("", None), ("maybe", None), ("x", None)],
)  # fmt: skip
def test_marks_are_read_as_signs_words_and_booleans(mark, verified):
    report = read(report_text([("A claim that stands here.", mark, "0.5")]))
    assert report.claims[0].verified is verified
    noted = [each.code for each in report.noted]
    assert noted == ([] if verified is not None else ["unreadable-mark"])


@pytest.mark.parametrize(
    ("printed", "value"),
    [("0.16", 0.16), ("1", 1.0), (".5", 0.5), ("16%", 0.16), ("`0.16`", 0.16),
     ("1,2", None), ("0,16", None), ("NaN", None), ("inf", None), ("1.2", None), ("-0.1", None),
     ("\u0660.\u0661\u0666", None), ("1e-1", None), ("high", None), ("", None), ("9" * 5000, None)],
)  # fmt: skip
def test_a_confidence_is_a_number_from_0_to_1_or_is_noted_at_its_place(printed, value):
    text = report_text([("A claim that stands here.", "yes", printed)])
    report = read(text)
    assert report.claims[0].confidence == (None if value is None else pytest.approx(value))
    if value is None:
        (noted,) = report.noted
        assert noted.code == "unreadable-confidence"
        assert text[noted.start : noted.end].strip().endswith(printed)


def test_a_link_in_a_cell_stays_in_the_text_of_the_claim():
    cell = 'The code is at <a href="https://a.org/x">https://a.org/x</a> .'
    assert read(report_text([(cell, "✓", "0.2")])).claims[0].text == cell


def test_a_pipe_that_is_escaped_is_part_of_the_claim():
    report = read(report_text([("The rate is P(a \\| b).", "✓", "0.2")], form="pipe"))
    assert report.claims[0].text == "The rate is P(a \\| b)."
    assert report.noted == []


def test_a_row_with_too_many_cells_keeps_its_marks_and_the_claim_gets_the_rest():
    report = read(report_text([("One", "two", "✓", "0.3")]))
    assert (report.claims[0].text, report.claims[0].confidence) == ("One\ttwo", 0.3)
    assert [each.code for each in report.noted] == ["row-shape"]


def test_a_row_with_too_few_cells_is_a_claim_without_them():
    report = read(report_text([("Lonely\tclaim.".replace("\t", " "), "✓")]))
    assert report.claims[0].verified is True
    assert report.claims[0].confidence is None
    assert {each.code for each in report.noted} == {"row-shape", "unreadable-confidence"}


def test_missing_columns_are_said_and_the_others_are_read():
    rows = [("A claim.", "0.4"), ("Another claim.", "0.5")]
    report = read(report_text(claims=table(rows, head=("Claim", "Confidence"))))
    assert [claim.confidence for claim in report.claims] == [0.4, 0.5]
    (noted,) = report.noted
    assert noted.code == "missing-column"
    assert "verified" in noted.message


def test_columns_may_stand_in_any_order_and_beside_others():
    rows = [("1", "0.4", "A claim.", "yes"), ("2", "0.5", "Another claim.", "no")]
    text = table(rows, "pipe", head=("#", "Score", "Statement", "Status"))
    report = read(report_text(claims=text))
    found = [(claim.text, claim.verified, claim.confidence) for claim in report.claims]
    assert found == [("A claim.", True, 0.4), ("Another claim.", False, 0.5)]


def test_two_tables_are_both_read_and_the_second_is_named():
    text = table(ROWS[:2]) + "\n\n" + table(ROWS[2:], "pipe")
    report = read(report_text(claims=text))
    assert [claim.text for claim in report.claims] == [text for text, _, _ in ROWS]
    assert [each.code for each in report.noted] == ["several-claim-tables"]


def test_a_list_of_claims_below_a_lone_head_is_read():
    report = read(report_text(claims="Claim\n  First one stands here.\nSecond one."))
    assert [claim.text for claim in report.claims] == ["First one stands here.", "Second one."]
    assert all(report.text[claim.start : claim.end] == claim.text for claim in report.claims)


def test_a_row_without_a_claim_is_noted_and_is_no_claim():
    report = read(report_text([("", "✓", "0.2"), ("A claim.", "✓", "0.3")], form="pipe"))
    assert len(report.claims) == 1
    assert [each.code for each in report.noted] == ["empty-claim"]


def test_blank_lines_inside_a_table_lose_no_row():
    text = "\n\n".join(table().split("\n"))
    assert len(read(report_text(claims=text)).claims) == len(ROWS)


def test_text_in_no_known_section_is_uncovered_and_nothing_else_is():
    text = report_text(marks="##") + "\n\n## Weather\n\nIt rained all day.\n"
    report = read(text)
    assert [text[start:end].strip() for start, end in report.uncovered] == ["It rained all day."]


def test_a_table_about_something_else_is_no_table_of_claims():
    report = read(report_text(claims="Method\tScore\nOurs\t0.9"))
    assert report.claims == []
    assert len(report.uncovered) == 1


def test_the_section_number_of_a_heading_is_no_declared_count():
    report = read(report_text(counts="Nothing is counted."))
    assert not any(report.declared.values())


def test_numbers_inside_claims_are_not_what_the_report_declares():
    report = read(report_text([("The study reports 99 claims extracted from text.", "✓", "0.5")]))
    assert [each.value for each in report.declared["claims"]] == [4]


@pytest.mark.parametrize(
    ("entry", "identifier"),
    [
        ("<http://arxiv.org/abs/1905.11736v5>", "arXiv:1905.11736"),
        ("[1] A. Name. Title. arXiv:cs/0112017", "arXiv:cs/0112017"),
        (
            "Title. https://doi.org/10.18653/v1/2021.emnlp-main.126.",
            "doi:10.18653/v1/2021.emnlp-main.126",
        ),
        ("https://aclanthology.org/2021.emnlp-main.126/", "acl:2021.emnlp-main.126"),
        ("https://example.org/paper.pdf", "https://example.org/paper.pdf"),
        ("Somebody. Something. 1999.", "Somebody. Something. 1999."),
    ],
)  # fmt: skip
def test_what_a_reference_points_to_is_read_from_any_form(entry, identifier):
    report = read(report_text(references=[entry]))
    assert [each.identifier for each in report.references] == [identifier]
    (cited,) = report.references
    assert report.text[cited.start : cited.end] in f"- {entry}"


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_whatever_is_done_to_a_report_every_character_is_accounted_for(text):
    raw = text.encode("utf-8", "surrogatepass")
    report = read(raw.decode("utf-8", "surrogateescape"))
    assert set(accounted(report)) <= {1}
    for claim in report.claims:
        assert report.text[claim.start : claim.end] == claim.text
        before = report.text[: claim.start].encode("utf-8", "surrogateescape")
        piece = claim.text.encode("utf-8", "surrogateescape")
        assert raw[len(before) : len(before) + len(piece)] == piece
    for each in report.noted:
        assert 0 <= each.start <= each.end <= len(report.text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400).map(lambda tail: report_text().encode() + tail))
def test_any_bytes_that_are_taken_as_text_come_back_as_they_were(raw):
    from pathlib import Path

    from crosslab.errors import UsageError

    try:
        text = decoded(raw, Path("r.txt"))
    except UsageError:
        return
    assert encoded(text, raw) == raw


# --- where a table ends, and what belongs to an entry ---------------------------------------------


def test_another_table_and_prose_with_a_pipe_are_no_claims():
    other = "| Paper | Year |\n|---|---|\n| Foo | 2020 |\n\nNote that P(a|b) is meant here."
    report = read(report_text(claims=table(form="pipe") + "\n\n" + other))
    assert [claim.text for claim in report.claims] == [text for text, _, _ in ROWS]
    covered = [report.text[start:end] for start, end in report.uncovered]
    assert any("P(a|b)" in each for each in covered)


@pytest.mark.parametrize(
    "odd",
    [
        "Note that P(a|b) is meant.",
        "(continued on the next page)",
        "<!-- checked -->",
        "\n| **Second paper** |",
    ],
)
def test_an_odd_line_inside_a_table_is_uncovered_and_loses_no_later_row(odd):
    lines = table(form="pipe").split("\n")
    report = read(report_text(claims="\n".join([*lines[:3], odd, *lines[3:]])))
    assert [claim.text for claim in report.claims] == [text for text, _, _ in ROWS]
    assert odd.strip() in [report.text[start:end].strip() for start, end in report.uncovered]


@pytest.mark.parametrize("rule", ["", "|---|---|---|\n"])
def test_a_table_of_as_many_columns_right_below_is_another_one(rule):
    other = (
        f"\n| Language | Accuracy | Runs |\n{rule}| Danish | 82.1 | many |\n| Finnish | 65 | few |"
    )
    report = read(report_text(claims=table(form="pipe") + other))
    assert [claim.text for claim in report.claims] == [text for text, _, _ in ROWS]


@pytest.mark.parametrize("start", ["---\n\n", "---\ntitle: never closed\n\n"])
def test_a_rule_at_the_beginning_swallows_nothing(start):
    report = read(start + report_text())
    assert len(report.claims) == len(ROWS)
    assert report.question == QUESTION


def test_an_underlined_heading_that_is_not_known_ends_a_list_of_references():
    report = read(report_text() + "\n\nAppendix\n--------\n\nThis is how it was made.\n")
    assert [each.identifier for each in report.references] == ["arXiv:2104.08645"]
    assert "This is how it was made." in [
        report.text[start:end].strip() for start, end in report.uncovered
    ]


def test_entries_without_marks_are_told_apart_by_blank_lines():
    entries = (
        "Huang, K. (2021). A title\nthat goes on. arXiv:2104.08645.\n\n"
        "Ngugi, S. (2025). Another\ntitle.\n2021. arXiv:2506.15415."
    )
    report = read(report_text().replace("- <http://arxiv.org/abs/2104.08645v2>", entries))
    assert [each.identifier for each in report.references] == [
        "arXiv:2104.08645",
        "arXiv:2506.15415",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "**Research question**: Does it hold?",
        "Research question (RQ1): Does it hold?",
        "Research questions: (1) Does it hold? (2) Why?",
        "The research question is: \u201cDoes it hold?\u201d",
    ],
)
def test_a_question_is_found_in_every_common_form(words):
    text = report_text().replace(f"Research question: {QUESTION}", words)
    assert read(text).question == "Does it hold?"


def test_a_table_of_statements_is_one_of_claims_only_if_something_verifies_them():
    rows = [("Something is so.", "0.5")]
    assert read(report_text(claims=table(rows, head=("Statement", "Score")))).claims == []
    rows = [("Something is so.", "yes")]
    assert len(read(report_text(claims=table(rows, head=("Statement", "Status")))).claims) == 1


@pytest.mark.parametrize("head", ["Claim text", "Extracted Claims", "**Claim**", "CLAIM:"])
def test_heads_of_claims_have_several_names(head):
    rows = [("Something is so.", "yes", "0.5")]
    report = read(report_text(claims=table(rows, head=(head, "✓/✗", "Confidence (0-1)"))))
    assert [(claim.verified, claim.confidence) for claim in report.claims] == [(True, 0.5)]


def test_an_entry_over_several_lines_is_one_reference():
    entry = "A. Author. A title that is long.\n  Venue, 2020. arXiv:2101.00001"
    report = read(report_text(references=[entry, entry.replace("00001", "00002")]))
    assert [each.identifier for each in report.references] == [
        "arXiv:2101.00001",
        "arXiv:2101.00002",
    ]
    assert report.references[0].described.startswith("A. Author. A title that is long. Venue")


@pytest.mark.parametrize(
    "entry", ["arXiv preprint arXiv:2104.08645", "https://arxiv.org/pdf/2104.08645v2.pdf",
              "arxiv.org/html/2104.08645v2"],
)  # fmt: skip
def test_a_bare_identifier_in_any_dress_describes_nothing(entry):
    (cited,) = read(report_text(references=[entry])).references
    assert (cited.identifier, cited.described) == ("arXiv:2104.08645", "")


@pytest.mark.parametrize("heading", ["*References*", "VI. References", "References and Notes",
                                     "References\n----------", "<h2>References</h2>"])  # fmt: skip
def test_headings_come_in_many_dresses(heading):
    report = read(report_text().replace("References\n", heading + "\n"))
    assert [each.identifier for each in report.references] == ["arXiv:2104.08645"]


def test_yaml_before_a_report_is_read_for_its_title_and_nothing_else():
    report = read(
        '---\ntitle: "Of herrings"\nevil: !!python/object:os.system\n---\n' + report_text()
    )
    assert report.title == "Of herrings"
    assert len(report.claims) == len(ROWS)


def test_a_question_may_run_over_lines_and_a_mere_mention_is_none():
    asked = "How does pickled herring\naffect retrieval?"
    text = report_text(question=asked).replace(
        "This paper examines things.", "The research question of others was too broad."
    )
    assert read(text).question == "How does pickled herring affect retrieval?"


@pytest.mark.parametrize(
    ("counts", "key", "value"),
    [
        ("12\u00a0claims were extracted.", "claims", 12),
        ("**9** independently verified.", "verified", 9),
        ("13 papers\nretrieved.", "papers", 13),
        ("9 of 12 claims verified.", "verified", 9),
        ("40 papers were verified by hand.", "verified", None),
        ("Quality review score: 99/10.", "quality", None),
    ],
)
def test_counts_are_read_however_they_are_set(counts, key, value):
    assert read(report_text(counts=counts)).first_declared(key) == value


def test_keywords_below_an_abstract_are_not_its_end():
    report = read(report_text(abstract="It ends here.\n\nKeywords: herring, brine"))
    span = report.section("abstract")
    assert report.text[span.start : span.end].strip() == "It ends here."


RULERS = 21  # that a text may take: six seconds on an idle machine of two gigahertz
SLOW = {
    "question": "research question" + "\n" * 60_000,
    "count": "111," * 30_000,
    "heading": "# " + "#" * 100_000 + "x",
    "active": "<" + " " * 100_000,
    "rule": table(form="pipe") + "\n" + "-" * 100_000 + "x",
    "pipes": table(form="pipe") + "\n" + "|" * 100_000,
    "tabs": table() + "\n" + "\t" * 100_000,
    "links": "[" * 50_000 + "](" * 50_000,
    "tags": "<a" * 100_000,
    "quality": "quality " * 20_000,
    "references": "References\n" + "arxiv " * 40_000,
    "accents": "a" + "\u0301\u0316" * 60_000,
    "negations": table([("not " * 16_000 + "robust training improves.", "✓", "0.5")]),
    "many": table([(f"A claim with number {n} [12].", "✓" if n % 3 else "×", f"0.{n}")
                   for n in range(100, 8_000)]),
}  # fmt: skip


def seconds_of_a_ruler() -> float:
    """What some work costs that is like the audit's: texts are searched, cut up and remembered."""
    began = time.process_time()
    seen = {}
    for number in range(100_000):
        text = f"A claim with number {number} [12]."
        seen[text] = re.sub(r"\d+", "", text).split()
    return time.process_time() - began


@pytest.mark.parametrize("kind", SLOW)
def test_no_text_keeps_the_audit_busy_for_long(kind):
    before = seconds_of_a_ruler()
    began = time.process_time()
    judge(report_text(claims=SLOW[kind], abstract=SLOW[kind]))
    spent = time.process_time() - began
    # seconds are worth less on a slow or busy machine, rulers are not
    assert spent < RULERS * (before + seconds_of_a_ruler()) / 2
