import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from crosslab.retrieval.asking import rank_table
from crosslab.retrieval.questions import Questions, Sentences
from crosslab.stats.ranking import average_precision, discounted_gain, found_within

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sentence_transformers.sentence_transformer.evaluation import (
        InformationRetrievalEvaluator,
    )
    from sentence_transformers.util import semantic_search


def unit(rows, seed, width=12):
    drawn = np.random.default_rng(seed).standard_normal((rows, width)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def found(questions):
    """Returns vectors of queries and passages by language, and the table of ranks for them."""
    asked, answered = (
        {key: unit(120, 10 * side + place) for place, key in enumerate(questions.languages)}
        for side in (1, 2)
    )
    return asked, answered, rank_table(questions, asked, answered).to_pandas()


def pooled(table, language):
    rows = table[table["first"] == language]
    wide = rows.pivot_table(index="item", columns="second", values="pooled_rank", observed=True)
    return wide.to_numpy()


def test_every_query_is_asked_in_every_pair_of_languages(questions, found):
    counts = found[2].groupby(["first", "second"], observed=True)["item"].nunique()
    assert (counts == 120).all()
    assert len(counts) == 9


def test_an_answer_that_comes_first_and_no_other_counts_as_right(found):
    table = found[2]
    assert ((table["prediction"] == table["gold"]) == (table["rank"] == 1)).all()


def test_an_encoder_that_says_the_same_of_everything_is_right_about_nothing(questions):
    same = {key: np.tile(unit(1, 0), (120, 1)) for key in questions.languages}
    table = rank_table(questions, same, same).to_pandas()
    assert (table["prediction"] != table["gold"]).all()
    assert (table["rank"] == 120).all()


@pytest.mark.parametrize("language", ["ave", "bor"])
def test_the_pool_of_all_languages_is_judged_as_another_evaluator_judges_it(
    questions, found, language
):
    asked, answered, table = found
    pool = np.concatenate(list(answered.values()))
    names = [f"{key}-{row}" for key in answered for row in range(120)]
    hits = semantic_search(torch.from_numpy(asked[language]), torch.from_numpy(pool), top_k=360)
    for each in (hit for those in hits for hit in those):
        each["corpus_id"] = names[each["corpus_id"]]
    judge = InformationRetrievalEvaluator(
        queries={str(row): "" for row in range(120)},
        corpus=dict.fromkeys(names, ""),
        relevant_docs={str(row): {f"{key}-{row}" for key in answered} for row in range(120)},
        map_at_k=[360],
        mrr_at_k=[360],
    )
    theirs = judge.compute_metrics(hits)
    ranks = pooled(table, language)
    assert average_precision(ranks).mean() == pytest.approx(theirs["map@k"][360])
    assert (1 / ranks.min(axis=1)).mean() == pytest.approx(theirs["mrr@k"][360])
    assert discounted_gain(ranks).mean() == pytest.approx(theirs["ndcg@k"][10])
    for places in (1, 10):
        assert found_within(ranks, places).mean() == pytest.approx(theirs["accuracy@k"][places])


def test_a_rank_among_one_language_is_that_of_sorting_its_passages(found):
    asked, answered, table = found
    scores = asked["ave"] @ answered["cym"].T
    ranks = (-scores).argsort(axis=1).argsort(axis=1).diagonal() + 1
    rows = table[(table["first"] == "ave") & (table["second"] == "cym")]
    assert isinstance(rows, pd.DataFrame)
    assert rows["rank"].tolist() == ranks.tolist()


def test_passages_of_other_languages_may_stand_elsewhere_and_be_more(questions):
    # the same vectors in another order, and some more: every query finds its own
    same = unit(120, 3)
    order = np.random.default_rng(0).permutation(120)
    answered = {"ave": same, "bor": np.concatenate([same[order], unit(30, 4)]), "cym": same}
    passages = replace_passages(questions, {"bor": 150})
    asked = Questions(
        queries=questions.queries,
        passages=passages,
        answer=np.stack([np.arange(120), np.argsort(order), np.arange(120)]),
        names=questions.names,
    )
    table = rank_table(asked, dict.fromkeys(questions.languages, same), answered).to_pandas()
    assert (table["rank"] == 1).all()
    assert (table["pooled_rank"] <= 3).all()
    assert (table["prediction"] == table["gold"]).all()


def replace_passages(questions, counts):
    rows = {key: np.arange(counts.get(key, 120)) % 120 for key in questions.languages}
    return Sentences(
        {key: questions.passages.in_language(key).rows(each) for key, each in rows.items()}
    )
