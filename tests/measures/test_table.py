"""Every measure against what it should be, counted another way from the same tables."""

import numpy as np
import pytest
from made_up_questions import EVALUATIONS, LANGUAGES, made_up_question_study

from crosslab.comparing import comparison
from crosslab.measures.table import LEARNED, MEASURES
from crosslab.prose.question_tables import LOOKED_AT
from crosslab.questions import question_bars
from crosslab.stats.likeness import agreement_beyond_chance

TARGETS = LANGUAGES[1:]
POOR = ("cym", "dun")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    levels = {experiment: {"standard": 0.7} for experiment in EVALUATIONS}
    store = made_up_question_study(tmp_path_factory.mktemp("s"), levels, seeds=(200,))
    return {
        experiment: comparison(store, "lab", experiment).runs["standard", 200]
        for experiment in levels
    }


def mean(run, measure):
    return MEASURES[measure].read(run).values.mean()


def answers(run, kind, languages):
    frame = run.answers
    return frame[frame["item"].str.startswith(f"{kind}-") & frame["first"].isin(languages)]


@pytest.mark.parametrize(("which", "languages"), [("targets", TARGETS), ("poor", POOR)])
@pytest.mark.parametrize("kind", ["test", "collected"])
def test_accuracy_is_the_share_that_is_right(runs, kind, which, languages):
    run = runs["alignment-consistency"]
    rows = answers(run, kind, languages)
    right = 100 * (rows["prediction"] == rows["gold"]).mean()
    assert mean(run, f"accuracy-{kind}-{which}") == pytest.approx(right)


def test_agreement_is_beyond_chance_and_between_the_source_and_the_poor(runs):
    run = runs["alignment-consistency"]
    rows = answers(run, "test", ("ave", *POOR))
    said = rows.pivot(index="item", columns="first", values="prediction").to_numpy()
    found = mean(run, "agreement-test-source-and-poor")
    assert found == pytest.approx(100 * agreement_beyond_chance(said))


def test_sentences_found_are_those_that_come_first(runs):
    run = runs["scales"]
    rows = run.table("alignment")
    rows = rows[rows["kind"] == "sentence"]
    assert mean(run, "sentences-targets") == pytest.approx(100 * (rows["value"] == 1).mean())


def test_words_found_weigh_languages_alike_however_many_words_they_have(runs):
    run = runs["scales"]
    rows = run.table("alignment")
    by_language = rows[rows["kind"] == "word"].groupby("first")["value"].mean()
    assert len(set(rows[rows["kind"] == "word"].groupby("first").size())) == 3
    assert mean(run, "words-targets") == pytest.approx(100 * by_language.mean())


def test_precision_in_the_pool_is_over_all_right_answers_of_queries_in_targets(runs):
    run = runs["retrieval-attack"]
    rows = run.answers[run.answers["first"].isin(TARGETS)]
    found = []
    for _, each in rows.groupby(["item", "first"]):
        ordered = np.sort(each["pooled_rank"].to_numpy())
        found.append(np.mean(np.arange(1, len(ordered) + 1) / ordered))
    assert mean(run, "precision-pool") == pytest.approx(100 * np.mean(found))


@pytest.mark.parametrize(("measure", "own"), [("precision-own", True), ("precision-other", False)])
def test_precision_among_passages_of_one_language_is_one_over_the_rank(runs, measure, own):
    run = runs["retrieval-attack"]
    rows = run.answers[(run.answers["first"] == run.answers["second"]) == own]
    assert mean(run, measure) == pytest.approx(100 * (1 / rows["rank"]).mean())


def test_bias_is_in_ranks_and_the_less_the_better(runs):
    run = runs["retrieval-attack"]
    rows = run.answers[run.answers["first"].isin(TARGETS)].groupby(["item", "first"])["pooled_rank"]
    assert mean(run, "bias-pool") == pytest.approx((rows.max() - rows.min()).astype(float).mean())
    assert not MEASURES["bias-pool"].more_is_better


def test_what_is_kept_is_the_share_of_what_the_same_queries_found_before(runs):
    run = runs["retrieval-attack"]
    after, before = mean(run, "attacked-noise"), mean(run, "attacked-unharmed")
    assert after < mean(run, "attacked-random-noise") < before
    assert mean(run, "kept-noise") == pytest.approx(100 * after / before)


def test_domains_are_searched_apart_and_a_probe_is_over_all_languages(runs):
    run = runs["retrieval-domains"]
    found = {kind: mean(run, f"{kind}-pool") for kind in ("within", "new", "styles")}
    assert len(set(found.values())) == 3
    rows = run.table("probe")
    assert mean(run, "probe") == pytest.approx(100 * (rows["prediction"] == rows["gold"]).mean())


def test_answers_under_attack_are_those_at_the_largest_budget(runs):
    run = runs["scales"]
    rows = run.table("attacks")
    rows = rows[rows["first"].isin(TARGETS) & (rows["sought"] == "worst") & (rows["budget"] == 3)]
    assert mean(run, "accuracy-synonyms") == pytest.approx(100 * rows["right"].mean())
    assert mean(run, "accuracy-synonyms") < mean(run, "accuracy-random-synonyms") - 10


@pytest.fixture(scope="module")
def real_runs(tmp_path_factory):
    levels = {bar.experiment: {"hybrid-batch": 0.7} for bar in question_bars("bench")}
    folder = tmp_path_factory.mktemp("r")
    store = made_up_question_study(folder, levels, seeds=(300,), scale="bench")
    return {
        experiment: comparison(store, "bench", experiment).runs["hybrid-batch", 300]
        for experiment in levels
    }


def test_every_measure_that_a_bar_or_a_chapter_names_can_be_read_from_its_runs(runs, real_runs):
    for bar in question_bars():
        run = {"lab": runs, "bench": real_runs}[bar.rung][bar.experiment]
        asked = {part.measure for part in (*bar.parts, *bar.beside)}
        asked |= {each for line in LOOKED_AT[bar.question_id, bar.rung] for each in line}
        for measure in asked:
            items, values = MEASURES[measure].read(run)
            assert len(items) == len(values) > 1
            assert len(set(items)) == len(items)


def test_every_evaluation_says_what_a_run_that_learned_nothing_comes_to(runs):
    for experiment, evaluation in EVALUATIONS.items():
        learned = LEARNED[evaluation]
        floor = learned.floor(runs[experiment])
        assert mean(runs[experiment], learned.measure) > floor
    assert LEARNED["agreement"].floor(runs["scales"]) == pytest.approx(100 / 3)
