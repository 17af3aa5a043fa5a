"""What a trial in real languages leaves, on made-up data and a tiny graft."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_up_bench import searches
from made_up_data import LEXICON, word_in, write_made_up_data
from made_up_english import write_made_up_english

from crosslab.arms import composition_of
from crosslab.data.folder import folder_source
from crosslab.grafting.english import english_encoder, english_folder
from crosslab.grafting.graft import with_rows
from crosslab.grafting.saved import vocabulary_of
from crosslab.methods import aligning
from crosslab.stats.ranking import average_precision
from crosslab.trials import real
from crosslab.trials.attacked import NOISE

CONFIG = searches()
EXACT = replace(CONFIG, contrast=replace(CONFIG.contrast, precision="float32"))
TARGETS = CONFIG.languages[1:]
TEXT = ["item", "first", "second"]


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield english_folder(write_made_up_english(folder))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return folder_source(write_made_up_data(tmp_path_factory.mktemp("data")))


@pytest.fixture
def tried(english, source, no_report, one_thread):
    """Returns what a trial of an arm leaves, and the encoder it ends with."""

    def make(trial, arm, seed=0, config=CONFIG):
        words = {key: [word_in(key, each) for each in LEXICON] for key in TARGETS}
        rows = torch.randn(2 * len(LEXICON), 16, generator=torch.Generator().manual_seed(1))
        encoder = with_rows(english_encoder(english), [rows])
        ground = real.RealGround(
            source=source,
            vocabulary=vocabulary_of(english, words),
            config=config,
            composition=composition_of(arm),
            seed=seed,
            report=no_report,
        )
        found = trial(encoder, ground, aligning(ground.composition, config))
        return found, encoder

    return make


def answers(found):
    return found.answers.to_pandas().astype(dict.fromkeys(TEXT, str))


def test_every_question_is_asked_and_answered_in_every_pair_of_languages(tried):
    found, _ = tried(real.attacked, "hybrid-batch")
    frame = answers(found)
    assert set(frame["item"].str.split("-").str[0]) == {real.TEST}
    assert len(frame) == found.counts["asked"] * len(CONFIG.languages) ** 2
    assert not frame.duplicated(TEXT).any()
    assert found.counts["learned"] + found.counts["asked"] == 24


def test_without_budget_answers_come_where_they_came_without_attack(tried):
    found, _ = tried(real.attacked, "hybrid-batch", config=EXACT)
    attacks = found.tables["attacks"].to_pandas()
    attacks = attacks.astype(dict.fromkeys([*TEXT, "attack", "sought"], str))
    attacks["item"] = f"{real.TEST}-" + attacks["item"]
    clean = attacks[attacks["budget"] == 0].merge(answers(found), on=TEXT, suffixes=("", "_clean"))
    assert len(clean) == (attacks["budget"] == 0).sum()
    assert (clean["pooled_rank"] == clean["pooled_rank_clean"]).mean() > 0.99


def test_words_are_exchanged_in_english_and_noise_is_everywhere(tried):
    found, _ = tried(real.attacked, "hybrid-batch")
    attacks = found.tables["attacks"].to_pandas()
    asked = attacks.groupby("attack", observed=True)["first"].unique()
    assert set(asked[NOISE]) == set(CONFIG.languages)
    assert set(asked["synonyms"]) == set(asked["mixing"]) == {"en"}
    items = attacks.groupby(["attack", "first"], observed=True)["item"].nunique()
    assert set(items) == {CONFIG.attack.items}


def test_queries_attacked_few_at_a_time_are_attacked_like_all_together(tried):
    one, other = (
        tried(real.attacked, "hybrid-batch", config=replace(EXACT, attacked_at_once=count))[0]
        for count in (2, 100)
    )

    def worst(found):
        frame = found.tables["attacks"].to_pandas()
        frame = frame[(frame["attack"] == NOISE) & (frame["sought"] == "worst")]
        keys = ["budget", "item", "first"]
        ranks = frame.pivot(index=keys, columns="second", values="pooled_rank")
        return ranks.groupby("budget").apply(lambda each: average_precision(each.to_numpy()).mean())

    assert worst(one).to_numpy() == pytest.approx(worst(other).to_numpy(), abs=0.03)


def test_sentences_of_other_domains_are_searched_for_with_their_own_among_them(tried):
    found, _ = tried(real.across_domains, "hybrid-batch")
    frame = answers(found)
    kinds = frame["item"].str.split("-").str[0]
    assert set(kinds) == {real.WITHIN, "general", "medical", "everyday"}
    assert frame["first"].unique().tolist() == list(CONFIG.languages)
    same = frame[(kinds != real.WITHIN) & (frame["first"] == frame["second"])]
    assert (same["rank"] == 1).all()  # a sentence finds itself
    spoken = frame.groupby(kinds)["first"].agg(set)
    assert spoken["medical"] == {"en", "zh"}
    assert set(found.counts["asked"]) == set(kinds)
    assert set(found.tables["probe"].to_pandas()["gold"]) == {0, 1}


def test_the_words_stay_where_they_were_and_the_rest_of_the_encoder_moves(tried, english):
    _, encoder = tried(real.across_domains, "hybrid-batch")
    before = english_encoder(english).state_dict()
    table = "embeddings.word_embeddings.weight"
    known = before[table].shape[0]
    after = encoder.state_dict()
    assert after[table][:known].equal(before[table])
    assert any(not after[name].equal(each) for name, each in before.items() if name != table)


def test_a_run_is_the_same_when_it_is_made_again_and_another_under_another_seed(tried):
    one, again, other = (tried(real.attacked, "hybrid-batch", seed)[0] for seed in (0, 0, 1))
    assert one.answers.equals(again.answers)
    assert one.tables["attacks"].equals(again.tables["attacks"])
    assert not one.answers.equals(other.answers)


@pytest.mark.parametrize(
    ("arm", "changed"),
    [
        ("contrastive-mono", {"same_share": 1.0}),
        ("contrastive-cross", {"same_share": 0.0}),
        ("hybrid-batch", {"same_share": 0.5}),
        ("labse", {"translations": True, "both_ways": True}),
        ("hybrid-batch-noise", {"noise": CONFIG.robust_noise}),
        ("hybrid-batch-adversarial", {"adversarial": CONFIG.robust_adversarial}),
        ("domain-adversarial", {"domains": CONFIG.confusion, "same_share": 1.0}),
    ],
)
def test_an_arm_is_aligned_as_it_is_composed(arm, changed):
    composition = composition_of(arm)
    ground = real.RealGround(
        source=None,
        vocabulary=None,
        config=CONFIG,
        composition=composition,
        seed=0,
        report=None,
    )
    found = real.contrast(ground, aligning(composition, CONFIG))
    assert {name: getattr(found, name) for name in changed} == changed
    untouched = {"steps", "optimizer", "languages", "batch", "temperature", "pooling", "precision"}
    for name in untouched:
        assert getattr(found, name) == getattr(CONFIG.contrast, name)


def test_confusion_changes_what_is_learned(tried):
    plain, confused = (
        tried(real.across_domains, arm)[0]
        for arm in ("hybrid-batch", "domain-adversarial-hybrid-batch")
    )
    assert not plain.answers.equals(confused.answers)
    assert np.isfinite(confused.final_loss)
