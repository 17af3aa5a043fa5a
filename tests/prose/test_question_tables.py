import re

import pytest
from conftest import draft, rows
from made_up_questions import (
    EVALUATIONS,
    LANGUAGES,
    SEEDS,
    made_up_bar,
    made_up_question_study,
    made_up_settings,
    made_up_unit,
    searched,
)

from crosslab.answering import answer
from crosslab.applying import result
from crosslab.comparing import comparison
from crosslab.experiments import QUESTION_EXPERIMENTS
from crosslab.literature.testimony import questions
from crosslab.prose import hybrid_tables, question_reading, question_tables
from crosslab.published import published
from crosslab.questions import question_bars
from crosslab.records import Manifest, Store

PART = {
    "name": "over one language",
    "measure": "attacked-noise",
    "weights": {"hybrid-batch": 1, "contrastive-mono": -1},
}
BESIDE = {**PART, "name": "unharmed", "measure": "precision-pool"}
LEVELS = {"contrastive-mono": 0.85, "contrastive-cross": 0.88, "hybrid-batch": 0.9, "labse": 0.8}


def attacked(folder, levels=LEVELS, planned=None):
    study = {"retrieval-attack": levels} if levels else {}
    store = made_up_question_study(folder, study, planned=planned)
    bar = made_up_bar("retrieval-attack", [PART], beside=[BESIDE])
    return result(bar, comparison(store, "lab", "retrieval-attack"))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return attacked(tmp_path_factory.mktemp("s"))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory):
    planned = {"retrieval-attack": list(LEVELS)}
    return attacked(tmp_path_factory.mktemp("n"), {}, planned)


@pytest.mark.parametrize("question_id", list(EVALUATIONS))
def test_a_question_is_told_in_the_words_of_its_report(question_id):
    said = question_reading.asked_words(question_id)
    quoted = said.splitlines()[0]
    assert quoted.startswith("> ")
    assert quoted.endswith("?")
    report = questions()[question_id].report.split(".")[0].replace("_", "-")
    assert f"(../reports/{report}.md)" in said
    assert "**In the way**" in said
    assert "**In print** (`" in said
    assert "(literature.ipynb)" in said


def test_the_answer_is_a_sentence_with_every_part_it_rests_on(found):
    words = question_reading.answer_words(found)
    assert words.startswith(
        "**Yes, here:** One finds more than the other. In points, 95 % intervals"
    )
    assert re.search(r"over one language \+\d+\.\d \(\+\d+\.\d to \+\d+\.\d\)", words)
    assert "(#retrieval-attack-runs)" in words
    assert answer(found).reason.rstrip(".") in words


def test_a_question_without_runs_says_how_to_make_them(nothing):
    words = question_reading.answer_words(nothing)
    assert "crosslab run retrieval-attack --scale lab" in words
    for made in (
        question_tables.parts_table(nothing),
        question_tables.arms_tables(nothing),
        question_reading.strength_words(nothing),
        question_tables.by_language(nothing, "test"),
        hybrid_tables.made_table(nothing),
        hybrid_tables.made_words(nothing),
        hybrid_tables.seeds_words(nothing),
    ):
        assert made == ""
    assert question_reading.reading_words(nothing).startswith("**Missing runs**: ")
    assert question_reading.reading_words(nothing) == question_reading.missing_runs(nothing)
    assert rows(question_tables.answers_table([answer(nothing)]))[2][3] == "not run"


def test_too_few_runs_are_not_called_none(tmp_path):
    store = made_up_question_study(tmp_path, {"retrieval-attack": LEVELS}, seeds=(200,))
    bar = made_up_bar("retrieval-attack", [PART])
    given = answer(result(bar, comparison(store, "lab", "retrieval-attack")))
    assert rows(question_tables.answers_table([given]))[2][3] == "too few runs"


def test_parts_come_first_and_what_stands_beside_has_its_p(found):
    _, _, first, second = rows(question_tables.parts_table(found))
    assert (first[0], first[-1]) == ("over one language", "decides")
    assert second[0] == "unharmed"
    assert second[-1] == f"{found.corrected()['unharmed']:.3f}" or second[-1].startswith("<")


def test_every_arm_stands_in_every_table_with_its_level(found):
    text = question_tables.arms_tables(found)
    looked_at = question_tables.LOOKED_AT["retrieval-attack", "lab"]
    lines = [row for row in rows(text) if row[0].startswith("`")]
    assert [row[0] for row in lines] == [f"`{arm}`" for arm in LEVELS] * len(looked_at)
    level = found.compared.level("precision-own", "labse").mean
    assert next(row for row in lines if row[0] == "`labse`")[1].startswith(f"{level:.1f}")


def test_clear_differences_are_named_and_missing_runs_as_well(found, tmp_path):
    words = question_reading.reading_words(found)
    assert words.startswith("Of 1 differences that stand beside the answer, 1 differ from zero")
    assert "Missing" not in words
    assert "unharmed" in words
    more = attacked(tmp_path, planned={"retrieval-attack": ["hybrid-batch-noise"]})
    said = question_reading.reading_words(more)
    assert "**Missing runs**: hybrid-batch-noise seeds 200 to 203." in said


def test_a_collapsed_run_beside_is_named_and_a_small_encoder_is_no_failed_large_one(tmp_path):
    levels = {"standard-small": 0.6, "standard-large": 0.95, "adversarial-large": 0.95}
    changed = {("standard-large", 201): 1 / 3}
    store = made_up_question_study(tmp_path, {"scales": levels}, changed=changed)
    accuracy = {"measure": "accuracy-test-targets"}
    part = {"name": "p", **accuracy, "weights": {"adversarial-large": 1, "standard-large": -1}}
    beside = {"name": "b", **accuracy, "weights": {"standard-large": 1, "standard-small": -1}}
    bar = made_up_bar("scales", [part], beside=[beside])
    words = question_reading.reading_words(result(bar, comparison(store, "lab", "scales")))
    assert "Collapsed among their arms: standard-large seed 201." in words
    assert "small" not in words.split("Collapsed")[1]


def test_answers_are_linked_to_their_chapters(tmp_path):
    store = made_up_question_study(tmp_path, {"retrieval-attack": LEVELS})
    lines = rows(question_tables.answers_part(store, "lab"))[2:]
    assert [line[0].endswith(f"(executed/{key}.ipynb)") for line, key in
            zip(lines, EVALUATIONS, strict=True)] == [True] * 5  # fmt: skip


def test_an_attack_is_held_to_chance_and_to_its_smaller_budgets(found):
    words = question_reading.strength_words(found)
    assert words.startswith("At 0 of 12 budgets above nothing (arms and attacks together) random")
    lines = [row for row in rows(question_tables.curves_table(found)) if row[0].startswith("`")]
    assert len(lines) == len(LEVELS) * 3
    clean = found.compared.level("attacked-unharmed", "labse").mean
    assert next(row for row in lines if row[0] == "`labse`")[1] == f"{clean:.1f}"


def test_answers_under_attack_have_their_curves_as_searches_do(tmp_path):
    store = made_up_question_study(tmp_path, {"scales": {"standard-small": 0.8}})
    bar = next(each for each in question_bars() if each.question_id == "scales")
    found = result(bar, comparison(store, "lab", "scales"))
    header, _, line = rows(question_tables.curves_table(found))
    assert header == ["arm", "worst, 0", "worst, 3", "random, 0", "random, 3"]
    assert float(line[2]) < float(line[1])
    assert question_reading.strength_words(found).startswith("At 0 of 1 budgets above nothing")


def test_an_attack_that_chance_outdoes_is_told_of(tmp_path, monkeypatch):
    found = attacked(tmp_path, {"labse": 0.8})
    monkeypatch.setattr(question_reading, "WORST", "random")
    monkeypatch.setattr(question_reading, "RANDOM", "worst")
    assert question_reading.strength_words(found).startswith("At 3 of 3 budgets above nothing")


def test_a_gain_that_is_excluded_is_not_said_to_be_a_loss(tmp_path):
    found = attacked(tmp_path, {"contrastive-mono": 0.9, "hybrid-batch": 0.85})
    words = question_reading.answer_words(found)
    assert words.startswith(
        "**No, not here**: a gain worth having is excluded (over one language), and the difference "
        "lies below zero. Expected was: One finds more"
    )


def test_languages_stand_in_the_order_of_their_text_with_its_amount(tmp_path):
    store = made_up_question_study(tmp_path, {"scales": {"standard-small": 0.8}})
    bar = next(each for each in question_bars() if each.question_id == "scales")
    found = result(bar, comparison(store, "lab", "scales"))
    header, _, line = rows(question_tables.by_language(found, "test"))
    assert header[1:] == ["Avean, 400", "Boran, 300", "Cyman, 200", "Dunan, 100"]
    assert len(line) == len(LANGUAGES) + 1


def test_every_run_is_linked_to_its_record(found):
    lines = rows(question_tables.run_table(found))[2:]
    assert [line[0] for line in lines] == [f"`{arm}`" for arm in LEVELS]
    assert [line[1].count("](#run-lab-retrieval-attack-") for line in lines] == [len(SEEDS)] * 4


def test_answers_stand_in_a_table_with_a_name_that_may_be_a_link(found):
    bar = next(each for each in question_bars() if each.question_id == "retrieval-attack")
    given = answer(result(bar, found.compared))
    _, _, line = rows(question_tables.answers_table([given], {"retrieval-attack": "[n](p)"}))
    # other seeds than the bar's
    assert line[:3] == ["[n](p)", "lab", "Undecided (inconclusive)"]
    assert line[3].startswith("hybrid batches over batches of one language: ")
    assert line[3].count("(mAP, worst noise)") == 2
    assert line[3].endswith("4 of 8 seeds")


def test_the_rungs_of_one_question_stand_under_each_other_with_the_rung_before_the_answer(found):
    bar = next(each for each in question_bars() if each.question_id == "retrieval-attack")
    given = answer(result(bar, found.compared))
    first, second = list(questions())[:2]
    asked = [("bench", second), ("bench", first), ("lab", second), ("lab", first)]
    every = [given.model_copy(update={"rung": r, "scale": r, "question_id": q}) for r, q in asked]
    every = [each.model_copy(update={"estimate": None}) for each in every]
    header, _, *lines = rows(question_tables.answers_table(every))
    assert header[:3] == ["question", "rung", "answer"]
    names = [questions()[key].name for key in (first, first, second, second)]
    assert [line[:2] for line in lines] == [
        [name, rung] for name, rung in zip(names, ("bench", "lab") * 2, strict=True)
    ]


def test_no_table_of_arms_is_wider_than_a_page():
    assert all(len(line) <= 4 for tables in question_tables.LOOKED_AT.values() for line in tables)


def test_what_the_question_names_as_well_is_said_with_the_answer(found):
    bar = next(each for each in question_bars() if each.question_id == "retrieval-attack")
    weighed = result(bar, found.compared)
    words = question_reading.answer_words(weighed)
    assert (
        "Beside it, and deciding nothing: kept under noise, over batches of one language" in words
    )
    assert question_reading.noted_words(found) == ""  # this bar looks at none of them


def test_what_is_noted_stands_beside_a_bar():
    for bar in question_bars():
        beside = {part.name for part in bar.beside}
        assert set(question_reading.NOTED[bar.question_id]) <= beside


def test_several_parts_are_shown_with_the_interval_that_may_contradict(found):
    bar = next(each for each in question_bars() if each.question_id == "retrieval-attack")
    weighed = result(bar, found.compared)
    first = weighed.parts[0].found.interval(0.975)
    line = rows(question_tables.parts_table(weighed))[2]
    assert line[-1] == f"decides; widened {first.low:+.1f} to {first.high:+.1f}"


def test_languages_without_pairs_are_named(tmp_path):
    settings = made_up_settings("retrieval-attack") | {
        "contrast": {"languages": ["ave", "bor", "cym"]}
    }
    store, units = Store(tmp_path), []
    for seed in SEEDS:
        unit = made_up_unit("retrieval-attack", "labse", seed)
        store.write(draft(unit, settings=settings), searched(3, seed), {})
        units.append(unit)
    store.write_manifest(Manifest(scale="lab", planned="2026-12-01", lock="l", units=units))
    bar = made_up_bar("retrieval-attack", [PART])
    words = question_reading.pairs_words(result(bar, comparison(store, "lab", "retrieval-attack")))
    assert "are in Avean, Boran, Cyman; there are none in Dunan" in words
    assert "Dunan has none and Cyman has them" in words


def test_each_way_of_robust_training_has_a_line_per_size(tmp_path):
    arms = {"standard-small": 0.7, "adversarial-small": 0.9, "smoothing-noise-large": 0.8}
    store = made_up_question_study(tmp_path, {"scales": arms})
    bar = next(each for each in question_bars() if each.question_id == "scales")
    found = result(bar, comparison(store, "lab", "scales"))
    lines = rows(question_tables.each_way_table(found, ["accuracy-test-targets"]))[2:]
    gain = found.compared.difference(
        "accuracy-test-targets", {"adversarial-small": 1.0, "standard-small": -1.0}
    )
    assert [line[0] for line in lines] == ["`adversarial`, small"]
    assert lines[0][1].startswith(f"{gain.mean:+.1f} (")


def test_settings_are_shown_by_name_and_the_laboratory_is_left_out(found):
    lines = rows(question_tables.settings_table(found))[2:]
    assert ["`evaluation`", "`attacked`"] in lines
    assert not any(line[0].startswith("`lab") for line in lines)


def test_the_command_that_makes_the_runs_again_is_given(found):
    assert "crosslab run retrieval-attack --scale lab" in question_reading.again_words(found)


def test_every_question_has_something_to_look_at():
    asked = {each.question for each in QUESTION_EXPERIMENTS.values() if each.question}
    barred = {(bar.question_id, bar.rung) for bar in question_bars()}
    assert set(question_tables.LOOKED_AT) == barred
    assert {question for question, _ in barred} == asked


# What is in print about hybrid batches


def test_what_is_in_print_stands_in_two_tables_as_it_was_printed():
    lines = [row for row in rows(hybrid_tables.published_table()) if row[0].startswith(("X", "L"))]
    assert len(lines) == len(published().searches) == 15
    first = published().searches[0]
    assert lines[0][:3] == ["XLM-R, XQuAD-R", "one language", f"{first.figures['own']:g}"]
    assert lines[-1] == ["XLM-R, MIRACL dev", "hybrid", "40.54", "76.28"]


def test_the_gain_in_print_is_over_the_better_plain_kind():
    words = hybrid_tables.published_words()
    assert "ahead of the better of the two plain kinds in 18" in words
    assert "they gain 0.0 to +0.9 points" in words
    assert "XLM-R on MLQA-R, language bias, ranks, \N{MINUS SIGN}0.4" in words
    assert "XLM-R on MIRACL dev, nDCG@10, \N{MINUS SIGN}0.9" in words


def test_the_same_is_said_of_the_runs_made_here(found):
    words = hybrid_tables.made_words(found)
    gain = found.compared.difference(
        "precision-own", {"hybrid-batch": 1.0, "contrastive-mono": -1.0}
    )
    assert f"own language, over batches of one language +{gain.mean:.1f}" in words
    assert len([row for row in rows(hybrid_tables.made_table(found)) if "`" in row[0]]) == 2 * 4
    assert "points of mAP apart here" in hybrid_tables.seeds_words(found)


def test_what_is_said_of_the_reviews_is_what_the_evidence_holds():
    words = hybrid_tables.reviews_words()
    assert "three scores of 3" in words
    assert "a reviewer doubts" in words


# Real languages


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    levels = {
        "retrieval-attack": {
            "contrastive-mono": 0.6,
            "contrastive-cross": 0.7,
            "hybrid-batch": 0.8,
        }
    }
    store = made_up_question_study(
        tmp_path_factory.mktemp("real"), levels, seeds=range(300, 305), scale="bench"
    )
    return question_reading.weighed_in_real_languages(store, "retrieval-attack")


def test_real_languages_have_a_bar_runs_and_an_answer_of_their_own(real):
    words = question_reading.answer_words(real)
    assert (
        "on rung `bench`, scale `bench`, over 5 seeds, in [these runs](#retrieval-attack-real-"
        in words
    )
    assert "after a look at English questions" in words
    assert "invented" not in words
    assert "--scale bench --results FOLDER --data DIR" in question_reading.again_words(real)


def test_languages_without_pairs_are_named_by_their_names(real):
    words = question_reading.pairs_words(real)
    assert words.endswith("are in English, German, Chinese; there are none in Greek.")


def test_words_are_attacked_in_english_and_noise_in_the_targets(real):
    run = next(iter(real.compared.runs.values()))
    assert run.attacked_in("noise") == "targets"
    assert run.attacked_in("synonyms") == "source"
    assert question_tables.curves_table(real).count("Changed: ") == 3
    assert question_reading.strength_words(real).startswith("At 0 of 12 budgets above nothing")


def test_a_folder_without_real_languages_says_how_to_make_the_runs(found):
    nothing = question_reading.weighed_in_real_languages(
        found.compared.runs["labse", SEEDS[0]].store, "retrieval-domains"
    )
    words = question_reading.answer_words(nothing)
    assert "crosslab run retrieval-domains --scale bench --results FOLDER --data DIR" in words
    assert question_tables.arms_tables(nothing) == question_tables.parts_table(nothing) == ""
    assert question_reading.pairs_words(nothing) == ""
