"""The explorer of claims as a reader meets it: in a browser, from a file."""

import csv
import io
import re
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT
from made_up_claims import HOSTILE, made_up_rows

from crosslab.book.explorer import explorer_part
from crosslab.book.explorer_rows import as_csv, explored
from crosslab.records import Store
from crosslab.verdicts import judged_on_every_rung

STATIC = PROJECT / "book" / "_static"
PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Claims</title>
{styles}<script defer src="explorer.js"></script></head>
<body><main class="bd-main"><article class="bd-article"><h1 id="the-claims">The claims</h1>
{part}</article></main></body></html>
"""
# How long a step may take, in milliseconds, with all rows laid out anew.
STEP, STEP_OF_TEN_THOUSAND = 50, 300


def theme_styles(folder):
    """Copy the styles of the book's theme into a folder and return their names, ours the last."""
    import pydata_sphinx_theme
    import sphinx_book_theme

    made = []
    for package in (pydata_sphinx_theme, sphinx_book_theme):
        for style in ("pydata-sphinx-theme.css", "sphinx-book-theme.css"):
            for path in Path(package.__file__).parent.rglob(f"styles/{style}"):
                if "theme" in path.parts[-3] or path.parts[-3] == "static":
                    shutil.copy(path, folder / style)
                    made.append(style)
    return [*dict.fromkeys(made), "custom.css", "explorer.css"]


def site(folder, found, theme="light"):
    """Write a page with an explorer and return its address."""
    _, block = explorer_part(found).split("```{raw} html\n")
    styles = theme_styles(folder)
    for name in ("custom.css", "explorer.css", "explorer.js"):
        shutil.copy(STATIC / name, folder)
    text = PAGE.format(
        theme=theme,
        styles="".join(f'<link rel="stylesheet" href="{each}">' for each in styles),
        part=block.removesuffix("```"),
    )
    (folder / "claims.html").write_text(text, encoding="utf-8")
    return (folder / "claims.html").as_uri()


@pytest.fixture(scope="module")
def found():
    return explored(judged_on_every_rung(Store(PROJECT / "results"), "lab"))


@pytest.fixture(scope="module")
def address(tmp_path_factory, found):
    return site(tmp_path_factory.mktemp("site"), found)


def status(page):
    return page.inner_text("#explorer-status")


def shown(page, view="printed"):
    """Return the names of the rows that a reader sees."""
    return page.eval_on_selector_all(
        f"#explorer-{view} tbody tr", "rows => rows.filter(r => r.offsetHeight).map(r => r.id)"
    )


def fragment(page):
    return page.evaluate("location.hash")


def as_sorted(words):
    """Return what a cell is sorted by: numbers by size; no signs, rungs, numbers of rows."""
    words = re.sub(r"(bench|lab|arithmetic): |, row .*|[✓×] ", "", words)
    return [(each.isdigit() and int(each), each.casefold()) for each in re.split(r"(\d+)", words)]


def column(page, name):
    return page.eval_on_selector_all(
        f'#explorer-printed tbody [data-label="{name}"]', "cells => cells.map(c => c.innerText)"
    )


def test_without_a_script_everything_can_be_read(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("#explorer-printed tbody tr:visible").count() == 58
    assert page.locator("#explorer-claims tbody tr:visible").count() == 14
    assert not page.locator("form").is_visible()
    assert page.locator("noscript").is_visible()
    context.close()


def test_the_page_opens_with_all_rows_and_says_so(page, address):
    page.goto(address)
    assert status(page) == "58 of 58 rows, 14 of 14 claims"
    assert len(shown(page)) == 58
    assert shown(page, "claims") == []
    page.get_by_label("claims of the registry (14)").check()
    assert len(shown(page, "claims")) == 14
    assert fragment(page) == "#view=claims"


def test_rung_and_verdict_must_hold_of_the_same_pair(page, tmp_path):
    page.goto(site(tmp_path, made_up_rows(8)))
    page.get_by_label("Verdict").select_option("contradicted")
    assert status(page) == "4 of 8 rows, 2 of 3 claims"
    page.get_by_label("Rung").select_option("bench")
    assert status(page) == "2 of 8 rows, 1 of 3 claims"
    assert fragment(page) == "#rung=bench&verdict=contradicted"


def test_what_no_run_can_bear_on_is_found_by_its_verdict_and_on_no_rung(page, tmp_path):
    page.goto(site(tmp_path, made_up_rows(8)))
    page.get_by_label("Verdict").select_option("not-testable-here")
    assert status(page) == "2 of 8 rows, 1 of 3 claims"
    page.get_by_label("Rung").select_option("lab")
    assert status(page) == "0 of 8 rows, 0 of 3 claims"


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ("Report", "001", "12 of 24 rows, 3 of 3 claims"),
        ("Claim", "none", "6 of 24 rows, 0 of 3 claims"),
        ("Mark of the report", "not-verified", "8 of 24 rows, 3 of 3 claims"),
        ("Literature", "source-silent", "6 of 24 rows, 1 of 3 claims"),
    ],
)
def test_each_filter_leaves_what_it_names(page, tmp_path, label, value, said):
    page.goto(site(tmp_path, made_up_rows(24)))
    page.get_by_label(label, exact=True).select_option(value)
    assert status(page) == said


def test_words_are_found_in_any_order_and_case_in_words_names_and_ids(page, address, found):
    page.goto(address)
    search = page.get_by_label("Words or names")
    search.fill("XNLI points")
    assert len(shown(page)) == sum("XNLI" in each.words for each in found.printed) > 0
    search.fill("inference GAIN")  # in the name of a claim alone
    assert len(shown(page)) == 5
    search.fill("gain-nli")
    assert status(page).startswith("5 of 58 rows")
    assert fragment(page) == "#text=gain-nli"


def test_each_column_sorts_up_down_and_back_by_keyboard(page, address):
    page.goto(address)
    before = column(page, "confidence")
    head = page.locator('#explorer-printed th[data-column="confidence"]')
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(page, "confidence") == sorted(before, key=float)
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "confidence") == sorted(before, key=float, reverse=True)
    assert fragment(page) == "#sort=-confidence"
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column(page, "confidence") == before


@pytest.mark.parametrize("name", ["report", "words", "mark", "claim", "literature", "runs"])
def test_every_column_can_be_sorted_by_and_numbers_in_words_count_as_numbers(page, tmp_path, name):
    page.goto(site(tmp_path, made_up_rows(24)))
    cells = [each for each in column(page, name) if "none" not in each and "known" not in each]
    head = page.locator("#explorer-printed thead").get_by_role("button", name=name)
    for turned in (False, True):
        head.click()
        found = [each for each in column(page, name) if each in cells]
        assert found == sorted(cells, key=as_sorted, reverse=turned)
        assert page.locator("#explorer-printed [aria-sort]").count() == 1


def test_rows_without_a_confidence_come_last_whichever_way_they_are_sorted(page, tmp_path):
    page.goto(site(tmp_path, made_up_rows(10)))
    for _ in range(2):
        page.locator('#explorer-printed th[data-column="confidence"] button').click()
        assert column(page, "confidence")[-2:] == ["none", "none"]


def test_the_address_brings_back_what_was_chosen(page, address):
    page.goto(address + "#report=001&rung=bench&verdict=contradicted&sort=-confidence&text=points")
    assert status(page) == "1 of 58 rows, 1 of 14 claims"
    assert page.get_by_label("Report", exact=True).input_value() == "001"
    assert page.get_by_label("Words or names").input_value() == "points"
    head = page.locator('#explorer-printed th[data-column="confidence"]')
    assert head.get_attribute("aria-sort") == "descending"
    page.reload()
    assert status(page) == "1 of 58 rows, 1 of 14 claims"


def test_back_and_forward_go_through_the_steps_and_what_is_typed_is_one(page, address):
    page.goto(address)
    page.get_by_label("Report", exact=True).select_option("001")
    page.get_by_label("Words or names").press_sequentially("bert")
    assert fragment(page) == "#report=001&text=bert"
    typed = status(page)
    page.go_back()
    assert fragment(page) == "#report=001"
    assert status(page).startswith("12 of 58 rows")
    page.go_back()
    assert status(page).startswith("58 of 58 rows")
    page.go_forward()
    page.go_forward()
    assert status(page) == typed
    assert page.get_by_label("Words or names").input_value() == "bert"


def test_what_the_address_asks_for_in_vain_is_named_and_ignored(page, address):
    page.goto(address + "#rung=moon&colour=<b>red</b>&report=001&sort=weight&report=002&text=%zz")
    said = page.inner_text("#explorer-ignored")
    assert "rung=moon (no such rung)" in said
    assert "colour=<b>red</b> (no such filter)" in said
    assert "sort=weight (no column of this table)" in said
    assert "report=002 (given twice)" in said
    page.get_by_label("Words or names").fill("")
    assert status(page).startswith("12 of 58 rows")
    assert not page.locator("#explorer-ignored").is_visible()


def test_nothing_found_says_so_and_offers_to_clear(page, address):
    page.goto(address)
    page.get_by_label("Words or names").fill("no such words")
    assert status(page) == "0 of 58 rows, 0 of 14 claims"
    assert page.get_by_text("Nothing passes all of these filters").is_visible()
    page.get_by_role("button", name="Clear the filters").click()
    assert status(page).startswith("58 of 58 rows")
    assert fragment(page) == ""
    assert page.evaluate("document.activeElement.name") == "text"
    page.go_back()
    assert status(page).startswith("0 of 58 rows")


def test_the_clear_button_takes_filters_and_order_back(page, address):
    page.goto(address + "#view=claims&literature=supported&sort=-reports")
    page.get_by_role("button", name="Clear", exact=True).click()
    assert status(page).startswith("58 of 58 rows")
    assert (fragment(page), len(shown(page))) == ("", 58)


def test_an_anchor_is_a_place_and_is_found_behind_filters_too(page, address):
    page.goto(address + "#row-003-05")
    row = page.locator("#row-003-05")
    assert row.is_visible()
    assert page.evaluate("window.scrollY") > 0
    page.goto(address + "#report=001")
    page.evaluate("location.hash = '#row-003-05'")
    page.wait_for_function("document.querySelector('#row-003-05')?.classList.contains('sought')")
    assert row.is_visible()
    page.evaluate("location.hash = '#claim-gain-nli'")
    page.wait_for_function("document.querySelector('#claim-gain-nli').offsetHeight > 0")
    page.evaluate("location.hash = '#the-claims'")
    page.wait_for_function("window.scrollY === 0")
    assert not page.locator("#explorer-ignored").is_visible()


def downloaded(page):
    with page.expect_download() as given:
        page.get_by_role("button", name="Download the printed claims shown").click()
    assert given.value.suggested_filename == "claims-shown.csv"
    return Path(given.value.path()).read_bytes().decode("utf-8")


def test_all_rows_downloaded_are_the_file_of_all_rows(page, address, found):
    page.goto(address)
    assert downloaded(page) == as_csv(found.printed)


def test_what_is_shown_is_what_is_downloaded_in_its_order(page, address):
    page.goto(address + "#report=001&sort=-confidence")
    rows = list(csv.DictReader(io.StringIO(downloaded(page))))
    assert [f"row-{each['report']}-{int(each['row']):02d}" for each in rows] == shown(page)
    assert len(rows) == 12


def test_hostile_words_are_words_in_the_page_in_the_search_and_in_the_file(page, tmp_path):
    found = made_up_rows(len(HOSTILE), HOSTILE)
    page.goto(site(tmp_path, found))
    seen = page.eval_on_selector_all("#explorer-printed bdi", "all => all.map(e => e.textContent)")
    replaced = str.maketrans({"\x00": "\ufffd", "\x1b": "\ufffd"})
    assert seen == [each.words.translate(replaced) for each in found.printed]
    assert page.locator("article img, article script:not([type])").count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    page.get_by_label("Words or names").fill("<script>alert(1)</script>")
    assert len(shown(page)) == 1
    page.get_by_label("Words or names").fill("")
    assert downloaded(page) == as_csv(found.printed)


def test_on_a_telephone_each_row_is_a_card_and_nothing_has_to_be_scrolled_sideways(page, address):
    page.set_viewport_size({"width": 400, "height": 800})
    for part in ("", "#view=claims"):
        page.goto("about:blank")
        page.goto(address + part)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 400
        over = page.eval_on_selector_all(
            ".explorer tbody *",
            "all => all.filter(e => e.getBoundingClientRect().right > 400).length",
        )
        assert over == 0
    label = "el => getComputedStyle(el, '::before').content"
    assert page.eval_on_selector("#explorer-claims tbody td", label) == '"reports"'
    assert page.locator('#explorer-claims th[data-column="claim"] button').is_visible()


@pytest.mark.parametrize("width", [1200, 400])
def test_a_word_without_an_end_stays_in_its_cell(page, tmp_path, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site(tmp_path, made_up_rows(4, ("A" * 300,))))
    over = "cells => cells.filter(c => c.scrollWidth > c.clientWidth + 1).length"
    assert page.eval_on_selector_all("#explorer-printed tbody td", over) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_nothing_is_in_the_way_of_any_reader(page, tmp_path, found, theme, width):
    from axe_core_python.sync_playwright import Axe

    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    address = site(tmp_path, found, theme)
    for part in ("#row-001-03", "#view=claims&colour=red&sort=claim", "#text=nothing+like+it"):
        page.goto("about:blank")
        page.goto(address + part)
        problems = Axe().run(page)["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in problems] == []


def test_controls_are_reached_in_their_order_by_keyboard_and_seen_to_be_reached(page, address):
    page.goto(address)
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.name || document.activeElement.textContent.trim()"
            )
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert reached == [
        "view", "report", "claim", "mark", "literature", "rung", "verdict", "text", "Clear",
        "Download the printed claims shown (CSV)", "report",
    ]  # fmt: skip


TIMED = """([name, value]) => {
  const control = document.querySelector('.explorer form').elements[name];
  const begin = performance.now();
  control.value = value;
  control.dispatchEvent(new Event('input', {bubbles: true}));
  document.body.offsetHeight;
  return performance.now() - begin;
}"""
STEPS = [("text", "a"), ("rung", "bench"), ("text", "ali"), ("rung", ""), ("text", "")]


def milliseconds(page):
    """Return what each step takes at its quickest of three, the slowest step first."""
    rounds = [[page.evaluate(TIMED, list(each)) for each in STEPS] for _ in range(3)]
    return sorted((min(each) for each in zip(*rounds, strict=True)), reverse=True)


def test_a_step_takes_no_time_that_a_reader_notices(page, address):
    page.goto(address)
    assert milliseconds(page)[0] < STEP


def test_ten_thousand_rows_are_filtered_at_once_and_shown_two_hundred_at_a_time(page, tmp_path):
    page.goto(site(tmp_path, made_up_rows(10_000)))
    assert status(page) == "10,000 of 10,000 rows, 3 of 3 claims; the first 200 are shown"
    assert len(shown(page)) == 200
    page.get_by_role("button", name="Show 200 more").click()
    assert len(shown(page)) == 400
    assert page.evaluate("document.activeElement.closest('tr').id") == shown(page)[200]
    assert milliseconds(page)[0] < STEP_OF_TEN_THOUSAND
    page.locator('#explorer-printed th[data-column="words"] button').click()
    assert milliseconds(page)[0] < STEP_OF_TEN_THOUSAND  # sorted as well
    page.evaluate("location.hash = '#row-800-01'")
    page.wait_for_function("document.querySelector('#row-800-01')?.offsetHeight > 0")
