"""What is said of all methods follows from their gains, one task at a time and over all."""

import re

import pytest
from conftest import made_up_study, rows
from made_up_evidence import made_up_evidence, made_up_outcomes

from crosslab.evidence import estimate_of, gathered
from crosslab.layout import BOOK
from crosslab.numerals import chance, with_interval
from crosslab.prose import method_tables
from crosslab.scales import study_config

PARAPHRASE, NLI = "transfer-paraphrase", "transfer-nli"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    shares = {"standard": 0.6, "adversarial": 0.5, "smoothing-synonyms": 0.75}
    store = made_up_study(tmp_path_factory.mktemp("s"), scale="lab", accuracies=shares, items=200)
    return gathered(store, "lab", PARAPHRASE)


def on(task, gain, **options):
    return made_up_evidence(made_up_outcomes(gain, **options), experiment=task)


def test_methods_are_sorted_by_the_side_of_zero_their_interval_lies_on(evidence):
    words = method_tables.arms_words(evidence)
    ahead, behind = words.split("It lies below")
    assert "`smoothing-synonyms`" in ahead
    assert "`adversarial`" in behind
    assert "holds zero" not in words


def test_an_open_outcome_is_called_open():
    words = method_tables.arms_words(on(PARAPHRASE, 0.0, items=60))
    assert words == "It holds zero for `smoothing-synonyms`."


def test_every_method_but_the_control_has_a_line_with_its_zero_shot_gain(evidence):
    body = rows(method_tables.arms_table(evidence))[2:]
    assert {row[0] for row in body} == {"`adversarial`", "`smoothing-synonyms`"}
    outcomes = evidence.outcomes
    gain = estimate_of(outcomes.gain("adversarial", "standard", outcomes.same_language()))
    (row,) = [row for row in body if row[0] == "`adversarial`"]
    assert row[2] == with_interval(gain.interval(0.95))


def test_p_values_are_adjusted_for_the_number_of_methods_and_never_nought(evidence):
    outcomes = evidence.outcomes
    alone = estimate_of(
        outcomes.gain("adversarial", "standard", outcomes.same_language())
    ).p_greater()
    body = {row[0]: row for row in rows(method_tables.arms_table(evidence))}
    assert float(body["`adversarial`"][4]) >= round(alone, 3)
    assert body["`smoothing-synonyms`"][4] == chance(0.0)  # 15 points ahead


def test_task_beside_task_a_method_has_the_gain_that_the_chapters_give(evidence):
    other = on(NLI, 5.0)
    body = {row[0]: row for row in rows(method_tables.tasks_table([evidence, other]))}
    for column, each in ((1, evidence), (3, other)):
        (own,) = [
            row for row in rows(method_tables.arms_table(each)) if row[0] == "`smoothing-synonyms`"
        ]
        assert body["`smoothing-synonyms`"][column : column + 2] == [own[2], own[4]]


def test_a_method_that_one_task_lacks_is_said_not_to_be_run_there(evidence):
    body = {row[0]: row for row in rows(method_tables.tasks_table([evidence, on(NLI, 5.0)]))}
    assert body["`adversarial`"][3:] == ["not run", ""]


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ((5.0, 5.0), "lies above zero for `smoothing-synonyms`."),
        ((-5.0, -5.0), "lies below zero for `smoothing-synonyms`."),
        ((5.0, -5.0), "No method is ahead, or behind, on "),
        ((5.0, 0.0), "No method is ahead, or behind, on "),
    ],
)
def test_only_what_holds_on_every_task_is_said_of_all(gains, said):
    found = [on(task, gain) for task, gain in zip((PARAPHRASE, NLI), gains, strict=True)]
    assert said in method_tables.tasks_words(found)


def test_a_scale_whose_synonyms_begin_plain_says_for_how_long_from_its_settings():
    words = method_tables.plain_first_words("bench", base="../x/")
    share = study_config("bench").methods.smoothing_synonyms.plain_share
    assert f"On `bench` the first {100 * share:g} % of the updates" in words
    assert words.endswith("no word is exchanged ([why](../x/deviations.ipynb)).")
    assert method_tables.plain_first_words("lab", base="") == ""


def test_a_book_without_the_chapter_on_deviations_has_no_link_to_it(monkeypatch):
    monkeypatch.setattr(method_tables, "chapters", tuple)
    assert method_tables.plain_first_words("bench", base="").endswith("no word is exchanged.")


def test_the_glossary_says_of_synonyms_what_the_settings_of_real_languages_do():
    glossary = (BOOK / "glossary.md").read_text(encoding="utf-8")
    (entry,) = re.findall(r"^`smoothing-synonyms`\n((?:  .*\n)+)", glossary, re.MULTILINE)
    said = "At `bench` the first half of its updates is plain" in entry
    assert said == (study_config("bench").methods.smoothing_synonyms.plain_share == 1 / 2)
