import csv
import io
import json
import re
from html.parser import HTMLParser

import jsonschema
import pytest
from conftest import PROJECT
from made_up_claims import HOSTILE, made_up_rows
from markdown_it import MarkdownIt

from crosslab.audit.keeping import kept
from crosslab.book.claim_pages import OBSTACLE_WORDS
from crosslab.book.explorer import explorer_part
from crosslab.book.explorer_rows import COLUMNS, Explored, as_csv, explored, explorer_files
from crosslab.claims import claims
from crosslab.errors import UsageError
from crosslab.prose.explorer_links import explorer_link, report_names
from crosslab.records import Store
from crosslab.verdicts import judged_on_every_rung

VERDICTS = judged_on_every_rung(Store(PROJECT / "results"), "lab")


@pytest.fixture(scope="module")
def found():
    return explored(VERDICTS)


class Read(HTMLParser):
    """The tags of a page, its ids and addresses, and the text of each cell."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.cells, self.data = [], [], [], [], ""
        self._inside = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        named = dict(attrs)
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if "href" in named else []
        if tag in {"td", "th", "script"}:
            self._inside = tag
            self.cells += [""] * (tag != "script")

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside == "script":
            self.data += data
        elif self._inside:
            self.cells[-1] += data


def html_of(part):
    """Return what Markdown takes for raw HTML, and that it is one block that ends the part."""
    tokens = [each for each in MarkdownIt("commonmark").parse(part) if each.level == 0]
    assert [each.type for each in tokens][-1] == "fence"
    assert sum(each.type == "fence" for each in tokens) == 1
    return tokens[-1].content


def test_every_printed_claim_and_every_claim_of_the_registry_has_a_row_with_an_address(found):
    read = Read(html_of(explorer_part(found)))
    rows = [each for each in read.ids if re.fullmatch(r"row-\d{3}-\d\d", each)]
    assert len(set(rows)) == len(rows) == 58
    assert {f"claim-{each.claim_id}" for each in claims()} <= set(read.ids)
    assert len(set(read.ids)) == len(read.ids)


def test_every_row_leads_to_its_place_its_claim_and_the_chapter_that_argues_the_verdict(found):
    read = Read(html_of(explorer_part(found)))
    places = {each for each in read.links if each.startswith("reports/")}
    assert len(places) == 58
    assert {f"claims/{each.claim_id}.html" for each in claims()} <= set(read.links)
    assert read.links.count("executed/rungs.html") == 15 + 3  # bench, in rows and in claims
    assert "executed/transfer-nli.html" in read.links


def test_what_no_run_can_bear_on_says_why_in_place_of_a_verdict(found):
    rows = [each for each in found.printed if each.claim_id == "code-available"]
    assert rows
    for each in rows:
        assert each.verdicts == []
        assert OBSTACLE_WORDS[each.obstacle] == "it takes a network"
    assert "not-testable-here: it takes a network" in explorer_part(found)


def test_a_row_that_matches_no_claim_is_listed_and_counted():
    part = explorer_part(made_up_rows(4))
    assert "none of the registry (nearest: 0.50)" in part
    assert "1 printed claim of these match no claim" in part.replace("\n", " ")


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_a_report_stay_words_in_the_page_and_in_its_data(words):
    found = made_up_rows(1, (words,))
    said = found.printed[0].words
    plain_rows = Read(html_of(explorer_part(made_up_rows(1))))
    read = Read(html_of(explorer_part(found)))
    assert read.tags == plain_rows.tags
    assert read.links == plain_rows.links
    shown = said.replace("\x00", "\N{REPLACEMENT CHARACTER}").replace("\x1b", "\ufffd")
    assert shown in read.cells
    (row,) = json.loads(read.data)["printed"]["rows"]
    assert row["cells"][COLUMNS.index("words")].removeprefix("'") == said


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_a_report_stay_one_cell_of_the_file_and_no_formula(words):
    found = made_up_rows(1, (words,))
    header, row = csv.reader(io.StringIO(as_csv(found.printed)))
    assert header == list(COLUMNS)
    cell = row[COLUMNS.index("words")]
    assert cell.removeprefix("'") == found.printed[0].words
    assert not cell.startswith(("=", "+", "-", "@"))


def test_a_report_named_like_markup_or_a_formula_is_shown_by_name():
    (row,) = made_up_rows(1).printed
    named = row.model_copy(update={"report": '=1"><b>', "file": "=1.txt"})
    found = Explored(printed=[named], claims=[])
    read = Read(html_of(explorer_part(found)))
    assert "b" not in read.tags
    assert '=1"><b>, row 1' in read.cells
    assert "'=1.txt" in as_csv(found.printed)


def test_the_files_hold_every_row_as_the_schema_says(found):
    files = explorer_files(found)
    table = list(csv.DictReader(io.StringIO(files["_extra/data/claims.csv"])))
    data = json.loads(files["_extra/data/claims.json"])
    schema = json.loads((PROJECT / "claims" / "explorer.schema.json").read_text())
    jsonschema.validate(data, schema)
    assert len(table) == len(data["printed"]) == 58
    sums = {each.short: each.original_sha256 for each in kept()}
    for row, each in zip(table, data["printed"], strict=True):
        assert row["original_sha256"] == sums[each["report"]]
        assert int(row["end"]) - int(row["start"]) == len(each["words"])
        assert row["bench"] == "".join(
            one["verdict"] for one in each["verdicts"] if one["rung"] == "bench"
        )
    assert {row["bench"] for row in table} == {
        "", "contradicted", "inconclusive", "direction-only",
    }  # fmt: skip


def test_the_schema_follows_the_code():
    written = json.loads((PROJECT / "claims" / "explorer.schema.json").read_text())
    code = Explored.model_json_schema(mode="serialization")
    for key in ("properties", "required", "$defs", "additionalProperties"):
        assert written[key] == code[key]


def test_a_row_with_a_mark_or_a_number_of_its_own_kind_is_not_what_the_schema_says(found):
    schema = json.loads((PROJECT / "claims" / "explorer.schema.json").read_text())
    for field, value in (("mark", "certain"), ("confidence", "high"), ("claim", 1)):
        data = found.model_dump(mode="json")
        data["printed"][0][field] = value
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data, schema)


def test_a_link_sets_filters_that_the_explorer_knows():
    link = explorer_link("a *b*", report="001", mark="not-verified", text="a & b=c", sort="-claim")
    assert link == (
        '<a href="../claims.html#report=001&amp;mark=not-verified&amp;text=a%20%26%20b%3Dc&amp;'
        'sort=-claim">a \\*b\\*</a>'
    )
    assert explorer_link("x", base=".", claim="none").startswith('<a href="./claims.html#')


def test_a_link_with_filters_that_the_explorer_does_not_know_is_refused_with_all_that_is_wrong():
    with pytest.raises(UsageError) as refused:
        explorer_link("x", rung="moon", colour="red", verdict="contradictd", text=" ")
    said = "\n".join(refused.value.problems)
    assert len(refused.value.problems) == 4
    assert "Known: arithmetic, bench, lab, paper" in said
    assert "colour" in said
    assert "Did you mean 'contradicted'" in said


@pytest.mark.parametrize(
    "filters", [{}, {"sort": "colour"}, {"view": "claims", "sort": "words"}, {"report": "999"}]
)
def test_a_link_that_would_show_something_else_is_refused(filters):
    with pytest.raises(UsageError):
        explorer_link("x", **filters)


def test_two_reports_of_one_number_have_two_names():
    first, *_ = kept()
    twin = first.model_copy(update={"report": "000_other.txt"})
    assert list(report_names([first, twin]).values()) == ["000-8b701185ade845dc", "000-other"]
