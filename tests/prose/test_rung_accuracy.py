import pytest
from conftest import rows
from made_up_rungs import made_up_rungs

from crosslab.data.languages import NAMES
from crosslab.prose import rung_accuracy as tables
from crosslab.records import Store
from crosslab.rungs import rungs

SHARES = {
    ("paraphrase", "graft"): {"standard": 0.85},
    ("paraphrase", "graft+pairs"): {"standard": 0.85},
    ("nli", "graft+pairs"): {"standard": 0.8},
    ("nli-scratch", "scratch"): {"standard": 0.54},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return rungs(made_up_rungs(tmp_path_factory.mktemp("s"), SHARES))


def test_every_encoder_has_a_line_with_its_height_in_english_and_elsewhere(found):
    header, _, *body = rows(tables.height_table(found))
    assert header[2:] == ["English", "other languages", "commonest answer", "seeds"]
    assert [row[:2] for row in body] == [
        ["PAWS-X", "`graft+pairs`"],
        ["PAWS-X", "`graft`"],
        ["XNLI", "`graft+pairs`"],
        ["XNLI", "`scratch`"],
    ]
    for row, asked in zip(body, found.asked, strict=True):
        outcomes = asked.plain
        languages = [each for each in outcomes.languages if each != "en"]
        elsewhere = [
            outcomes.points("standard", outcomes.pair(each, each)).mean() for each in languages
        ]
        assert float(row[2]) == pytest.approx(outcomes.in_source("standard").mean(), abs=0.06)
        assert float(row[3]) == pytest.approx(sum(elsewhere) / len(elsewhere), abs=0.06)
        assert row[5] == "3"


def test_an_encoder_of_one_run_has_one_seed(tmp_path):
    found = rungs(
        made_up_rungs(
            tmp_path, {("paraphrase", "graft"): {"standard": 0.7}}, seeds={"standard": (100,)}
        )
    )
    header, *_ = rows(tables.accuracy_table(found, "paraphrase"))
    assert header[-1] == "`graft`, here, 1 seed"


def test_published_accuracy_stands_beside_our_own_and_empty_where_none_is_in_print(found):
    header, _, *body = rows(tables.accuracy_table(found, "paraphrase"))
    assert header[:2] == ["PAWS-X", "mBERT"]
    assert header[-2:] == ["`graft`, here, 3 seeds", "`graft+pairs`, here, 3 seeds"]
    by_language = {row[0]: row for row in body}
    assert by_language["German"][1] == "85.7"
    assert 75 < float(by_language["German"][-1]) < 95
    assert by_language["Korean"][-1] == ""  # not asked here


@pytest.mark.parametrize("task", ["paraphrase", "nli"])
def test_every_published_column_says_where_it_was_read_with_its_mark(found, task):
    header, *_ = rows(tables.accuracy_table(found, task))
    columns = [name for name in header[1:] if "here" not in name]
    said = tables.sources_words(task)
    assert all(f"{name}: " in said for name in columns)
    assert said.count("(SEEN)") == len(columns)


def test_an_encoder_that_has_no_column_is_told_language_by_language(found):
    header, *_ = rows(tables.accuracy_table(found, "nli"))
    assert not any("scratch" in name for name in header)
    said = tables.by_language_words(found, "nli", "scratch")
    assert said.startswith("XNLI with `scratch`, plain fine-tuning, 3 seeds: English ")
    outcomes = found.of("nli", "scratch").plain
    assert said.count(", ") == len(outcomes.languages) + 1
    for key in outcomes.languages:
        mean = outcomes.points("standard", outcomes.pair(key, key)).mean()
        assert f"{NAMES[key]} {mean:.1f}" in said


def test_without_any_run_nothing_is_shown(tmp_path):
    empty = rungs(Store(tmp_path))
    assert tables.height_table(empty) == ""
    assert tables.by_language_words(empty, "nli", "scratch") == ""
