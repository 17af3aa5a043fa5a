"""Every page of the built book in a browser: silent, without a network, for every reader."""

import re
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe

SERIOUS = {"serious", "critical"}
# Colours are all that differs in the dark.
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_says_an_error_loads_what_is_not_there_or_shuts_a_reader_out(
    browser, book, pages, watched, scheme
):
    found = []
    for path in pages:
        with watched(browser, color_scheme=scheme) as (page, wrong):
            page.goto(path.as_uri())
            options = {"resultTypes": ["violations"], **RULES[scheme]}
            for violation in Axe().run(page, options=options)["violations"]:
                if violation["impact"] in SERIOUS:
                    place = violation["nodes"][0]["html"][:120]
                    found.append(f"{path.relative_to(book)}: {violation['help']}: {place}")
        found += [f"{path.relative_to(book)}: {each}" for each in wrong]
    assert found == []


def test_no_page_is_wider_than_a_telephone(browser, book, pages, watched):
    found = []
    for path in pages:
        with watched(browser, viewport={"width": 400, "height": 800}) as (page, _):
            page.goto(path.as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > 400:
                found.append(f"{path.relative_to(book)}: {wide} pixels")
    assert found == []


def test_addresses_are_in_small_letters_and_hyphens(book, pages):
    names = [path.relative_to(book).with_suffix("").as_posix() for path in pages]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)*", name)] == []


def test_five_key_pages_are_kept_as_pictures(browser, book, watched, pictures):
    kept = (
        ("index.html", "light", 1200),
        ("index.html", "dark", 400),
        ("claims.html", "light", 1200),
        ("executed/transfer-paraphrase.html", "dark", 1200),
        ("executed/rungs.html", "light", 400),
        ("languages.html", "light", 1200),
    )
    for name, scheme, width in kept:
        size = {"width": width, "height": 900}
        with watched(browser, color_scheme=scheme, viewport=size) as (page, wrong):
            page.goto((book / name).as_uri())
            shot = pictures / f"{Path(name).stem}-{scheme}-{width}.png"
            page.screenshot(path=shot, full_page=True)
            assert shot.stat().st_size > 10_000
        assert wrong == []
