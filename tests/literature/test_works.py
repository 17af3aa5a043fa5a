import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crosslab.literature.works import (
    Work,
    likeness,
    plain_anthology,
    plain_arxiv,
    plain_doi,
    plain_text,
    plain_title,
    share_an_author,
)

TEXTS = st.text(max_size=60)


def work(**given):
    return Work(**({"source": "crossref", "identifier": "1", "title": "On Fish"} | given))


@given(TEXTS, TEXTS, TEXTS)
def test_a_work_read_back_is_the_same_work(title, name, abstract):
    made = work(title=title, authors=(name,), abstract=abstract, doi="10.1000/A", year=2020)
    once = Work.model_validate_json(made.model_dump_json())
    assert plain_title(once.title) == plain_title(Work(**once.model_dump()).title)
    assert once.doi == "10.1000/a"


@given(TEXTS, TEXTS)
@example("a abab", "bb baab")  # whose ratio depends on the order
def test_likeness_has_no_order_and_no_case(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == (1.0 if plain_title(one) else 0.0)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("2104.08645", "2104.08645"),
        ("arXiv:2104.08645v3", "2104.08645"),
        ("https://arxiv.org/pdf/2104.08645v1.pdf", "2104.08645"),
        ("http://arxiv.org/abs/cs.CL/0701001v2", "cs.cl/0701001"),
        ("10.48550/ARXIV.2104.08645", "2104.08645"),
        ("10.1000/2104.08645", None),
        ("12104.08645", None),
        (None, None),
    ],
)
def test_an_arxiv_id_is_found_in_each_of_its_spellings(given, found):
    assert plain_arxiv(given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://www.aclanthology.org/P14-1001", "P14-1001"),
        ("10.3115/v1/p14-1001", "P14-1001"),
        ("2021.emnlp-main.126", "2021.emnlp-main.126"),
        ("https://aclanthology.org/2021.findings-acl.7/", "2021.findings-acl.7"),
        ("10.1000/2021.emnlp-main.126", None),
    ],
)
def test_an_anthology_id_is_found_in_each_of_its_spellings(given, found):
    assert plain_anthology(given) == found


def test_a_doi_that_wraps_another_identifier_counts_as_that():
    wrapped = work(doi="https://doi.org/10.48550/arXiv.2104.08645")
    assert (wrapped.doi, wrapped.arxiv) == (None, "2104.08645")
    published = work(doi="10.18653/v1/2021.emnlp-main.126")
    assert (published.doi, published.anthology) == (
        "10.18653/v1/2021.emnlp-main.126",
        "2021.emnlp-main.126",
    )


def test_a_text_loses_markup_and_entities_but_no_words():
    assert plain_text("<jats:p>if a &lt; b</jats:p><jats:p>then</jats:p>") == "if a < b then"
    assert plain_doi("see https://dx.doi.org/10.1000/X-1") == "10.1000/x-1"


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("Ana Pérez",), ("Perez, A.",), True),
        (("Ana Pérez",), ("Pérez Gómez, Ana",), True),
        (("Wei Li",), ("Wei Wang",), False),
        (("A B", "C D"), ("E F", "C. D"), True),
        ((), ("A B",), False),
    ],
)
def test_authors_are_recognized_by_their_family_name(one, other, shared):
    assert share_an_author(one, other) is shared
    assert share_an_author(other, one) is shared
