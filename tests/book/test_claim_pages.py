import re

import pytest
import yaml
from conftest import PROJECT, rows

from crosslab.audit.keeping import kept
from crosslab.audit.occurrences import occurrences
from crosslab.book.claim_pages import claim_page
from crosslab.claims import claims
from crosslab.literature.references import references
from crosslab.literature.testimony import conclusions, stances, statements
from crosslab.prose.render import page_name, plain
from crosslab.records import Store
from crosslab.verdicts import by_arithmetic, judged_on_every_rung

PLACES = occurrences()
VERDICTS = judged_on_every_rung(Store(PROJECT / "results"), "lab")


def page(claim, **changes):
    values = {
        "places": PLACES[claim.claim_id],
        "stance": stances()[claim.claim_id],
        "conclusion": conclusions()[claim.claim_id],
        "statements": [each for each in statements() if each.about == claim.claim_id],
        "sources": references(),
        "verdicts": [each for each in by_arithmetic() if each.claim_id == claim.claim_id],
    }
    return claim_page(claim, **values | changes)


def claim_of(claim_id):
    (claim,) = (each for each in claims() if each.claim_id == claim_id)
    return claim


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.claim_id)
def test_a_page_holds_the_quote_every_place_and_every_source(claim):
    text = page(claim)
    assert f"> {claim.quote}" in text
    for place in PLACES[claim.claim_id]:
        assert f"/reports/{page_name(place.report)}.html#claim-{place.row}" in text
    mine = [each for each in statements() if each.about == claim.claim_id]
    assert mine
    for each in mine:
        assert plain(each.says) in text
        assert f"{each.mark}: " in text
    assert conclusions()[claim.claim_id].reason in text


def test_a_claim_that_no_run_bears_on_says_what_is_in_the_way_and_what_would_show_it():
    text = page(claim_of("code-available"))
    assert "needs-network" in text
    assert "git ls-remote" in text


def test_reports_that_differ_are_named_on_either_side():
    text = page(claim_of("syntax-needs-data"))
    assert "Report 001 marks it as verified, Reports 000, 002, 003 and 004 not." in text


def test_a_page_leads_to_its_rows_and_to_all_claims_of_the_same_verdict():
    text = page(claim_of("gain-nli"))
    assert 'href="../claims.html#claim=gain-nli"' in text
    assert 'href="../claims.html#rung=arithmetic&amp;verdict=not-testable-here"' in text


def study_page(claim_id):
    claim = claim_of(claim_id)
    return page(claim, verdicts=[each for each in VERDICTS if each.claim_id == claim_id])


def part(text, heading):
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_a_claim_of_a_direction_alone_is_borne_out_by_its_direction():
    said = part(study_page("gain-generalized"), "Where these do not go together")
    assert "no run here reproduces it" not in said
    claim = claim_of("gain-generalized")
    mine = [each for each in VERDICTS if each.claim_id == claim.claim_id and each.rung == "lab"]
    assert "no run here reproduces it: lab: inconclusive." in page(claim, verdicts=mine)


def test_what_no_run_reproduces_is_told_rung_by_rung():
    said = part(study_page("gain-paraphrase"), "Where these do not go together")
    ran = [each for each in VERDICTS if each.claim_id == "gain-paraphrase" and each.records]
    assert len(ran) > 1
    words = "; ".join(f"{each.rung}: {each.replication}" for each in ran)
    assert f"no run here reproduces it: {words}." in said


def test_each_comparison_of_a_bar_stands_with_its_rungs_and_whether_they_were_run():
    said = part(study_page("gain-paraphrase"), "What the re-computation says")
    assert "`smoothing-synonyms` with `standard` on `lab` and `bench`; " in said
    assert "`smoothing-synonyms-static-released` with `standard` on `paper` (not run)." in said


def test_the_chapter_of_a_claim_is_about_the_laboratory_and_other_rungs_lead_elsewhere():
    said = part(study_page("gain-generalized"), "What the re-computation says")
    laboratory, _, bench = said.partition("about the laboratory alone.")
    assert "verdict on rung `lab`" in laboratory
    assert "(../executed/generalized.ipynb)" in laboratory
    assert (
        "verdict on rung `bench` stands in [the chapter on rungs](../executed/rungs.ipynb)" in bench
    )
    assert "(../runs/bench-transfer-paraphrase.md)" in bench
    assert "(../runs/bench-transfer-nli.md)" in bench
    in_print = part(page(claim_of("gain-generalized")), "What the re-computation says")
    assert "bench" not in in_print.partition("The verdict")[2]


def test_reasons_stand_in_lists_that_a_narrow_screen_can_break():
    text = study_page("gain-nli")
    for each in (each for each in VERDICTS if each.claim_id == "gain-nli"):
        assert plain(each.reason).rstrip(".") in text
    for heading in ("What the literature says", "What the re-computation says"):
        assert part(text, heading).count("\n- ") > 1
        assert "|" not in part(text, heading)


def test_without_any_difference_nothing_is_said_to_differ():
    claim = claim_of("code-available")
    text = page(claim, places=[])
    assert "no report makes it" in text
    assert "They do not contradict each other." in text


def test_a_verified_claim_that_the_literature_does_not_support_is_a_disagreement():
    claim = claim_of("code-available")
    assert "its source does not say so" not in page(claim)
    assert "Reports 000, 001 and 004 mark it as verified; its source does not say so" in page(
        claim, stance="source-silent"
    )


def test_the_addresses_of_claims_are_in_the_table_of_contents_in_the_order_of_the_registry():
    parts = yaml.safe_load((PROJECT / "book" / "_toc.yml").read_text())["parts"]
    contents = [each for part in parts for each in part["chapters"]]
    (listed,) = (each["sections"] for each in contents if each.get("file") == "claims")
    assert [each["file"] for each in listed] == [f"claims/{each.claim_id}" for each in claims()]
    for each in claims():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", each.claim_id)


def test_a_report_has_an_address_without_underscores():
    assert page_name(kept()[0]) == "000-8b701185ade845dc"
    assert not any("_" in page_name(each) for each in kept())


@pytest.mark.parametrize("text", ["a|b", "*a*", "<b>", "[a](b)", "`a`", "$x$", "{{x}}", "a\nb"])
def test_text_of_a_report_cannot_become_markup(text):
    from markdown_it import MarkdownIt

    shown = (
        MarkdownIt("commonmark")
        .enable("table")
        .render(f"| a | b |\n|---|---|\n| {plain(text).replace('|', chr(92) + '|')} | end |")
    )
    cells = re.findall(r"<td>(.*?)</td>", shown)
    assert len(cells) == 2
    assert "<" not in cells[0].replace("&lt;", "")


def test_rows_of_all_claims_add_up_to_what_the_reports_print():
    counted = sum(len(rows(page(claim))[1:]) > 0 for claim in claims())
    assert counted == len(claims()) == 14
