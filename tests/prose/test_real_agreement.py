from itertools import product

import numpy as np
import pytest
from conftest import draft, rows
from made_up_questions import classified, made_up_question_study

from crosslab.prose import real_agreement
from crosslab.provenance import digest
from crosslab.records import Manifest, Store, Unit
from crosslab.stats.likeness import agreement_beyond_chance

SHARES = {("transfer-nli-graft", "standard"): 0.5, ("transfer-nli", "standard"): 0.7,
          ("transfer-nli", "adversarial"): 0.8}  # fmt: skip
SEEDS = {"transfer-nli-graft": (100, 101), "transfer-nli": (100, 101, 102)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made, units = Store(tmp_path_factory.mktemp("s")), []
    for (experiment, arm), share in SHARES.items():
        for seed in SEEDS[experiment]:
            name = digest(f"{experiment} {arm} {seed}")
            unit = Unit(scale="bench", experiment=experiment, arm=arm, seed=seed, fingerprint=name)
            made.write(draft(unit), classified(share, seed, ("test",)), {})
            units.append(unit)
    made.write_manifest(Manifest(scale="bench", planned="2026-12-01", lock="l", units=units))
    return made


def test_encoders_are_compared_on_the_seeds_they_share(store):
    words = real_agreement.agreement_words(store)
    assert "under plain fine-tuning and 2 shared seeds" in words
    gains = []
    for seed in SEEDS["transfer-nli-graft"]:
        kappas = []
        for share in (0.7, 0.5):
            frame = classified(share, seed, ("test",)).to_pandas()
            said = frame.pivot(index="item", columns="first", values="prediction")
            kappas.append(100 * agreement_beyond_chance(said.to_numpy()))
        gains.append(kappas[0] - kappas[1])
    assert f"{np.mean(gains):+.1f} (" in words
    assert "it is no verdict" in words


def test_every_claimed_arm_that_is_there_has_a_line_per_encoder(store):
    lines = rows(real_agreement.agreement_table(store))[2:]
    assert [line[:3] for line in lines] == [
        ["`graft`", "`standard`", "2"],
        ["`graft+pairs`", "`standard`", "3"],
        ["`graft+pairs`", "`adversarial`", "3"],
    ]
    assert [bool(line[-1]) for line in lines] == [False, False, True]


def test_encoders_without_two_shared_seeds_are_not_compared(store, monkeypatch):
    monkeypatch.setattr(real_agreement, "_shared", lambda *_: (100,))
    assert "share too few runs" in real_agreement.agreement_words(store)


def test_a_folder_without_real_languages_says_so(tmp_path, store):
    nothing = Store(tmp_path)
    assert "no runs on real languages" in real_agreement.agreement_words(nothing)
    assert real_agreement.agreement_table(nothing) == ""
    for encoder, arm in product(real_agreement.ENCODERS, ("standard",)):
        assert real_agreement.compared(store)[encoder].seeds([arm])


def test_searches_for_translations_are_told_of_where_there_are_any(store, tmp_path):
    assert real_agreement.searches_words(store) == ""
    levels = {"retrieval-domains": {"hybrid-batch": 0.8, "labse": 0.5}}
    searched = made_up_question_study(tmp_path, levels, seeds=(300, 301), scale="bench")
    words = real_agreement.searches_words(searched)
    assert "mean average precision: general sentences +" in words
    assert "general sentences in languages without pairs +" in words
    assert "decides nothing" in words
