"""What was measured becomes curves and shares: exact where the truth was put in."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import LANGUAGES, draft
from made_up_probes import DRAWS, ITEMS, RADII, made_up_probes, made_up_unit, usual_share

from crosslab import probes
from crosslab.errors import StoreError
from crosslab.records import Manifest, Store, parquet


def row(rows, **where):
    for name, value in where.items():
        rows = rows[rows[name] == value]
    (found,) = rows.to_dict("records")
    return found


def shared(arm, kind, radius, language, seeds=(100, 101, 102)):
    return np.mean([100 * round(usual_share(arm, kind, radius, language, seed) * ITEMS) / ITEMS
                    for seed in seeds])  # fmt: skip


def test_a_curve_shows_the_accuracy_that_was_put_in_for_source_and_targets_apart():
    curves = probes.noise_curves(made_up_probes())
    for kind in ("random", "worst"):
        for radius in RADII:
            for where, language in (("source", "ave"), ("targets", "bor")):
                found = row(curves, arm="adversarial", noise=kind, radius=radius, where=where)
                assert found["estimate"] == pytest.approx(
                    shared("adversarial", kind, radius, language)
                )
                assert found["low"] < found["estimate"] < found["high"]


def test_a_loss_is_what_noise_takes_from_the_same_arm_without_noise():
    losses = probes.noise_losses(made_up_probes())
    found = row(losses, arm="standard", noise="worst", radius=0.3, where="source")
    clean = shared("standard", "random", 0.0, "ave")
    expected = clean - shared("standard", "worst", 0.3, "ave")
    assert found["estimate"] == pytest.approx(expected)
    assert expected > 0
    assert found["low"] <= found["estimate"] <= found["high"]
    assert 0.0 not in set(losses["radius"])


def test_a_lead_is_over_the_control_under_the_same_noise_and_in_the_seeds_that_both_have():
    def odd(arm, kind, radius, language, seed):
        return 0.0 if seed == 103 else usual_share(arm, kind, radius, language, seed)

    runs = {"standard": (100, 101, 102, 103), "adversarial": (100, 101, 102)}
    leads = probes.noise_leads(made_up_probes(share=odd, seeds=runs))
    found = row(leads, arm="adversarial", noise="worst", radius=0.03, where="source")
    expected = shared("adversarial", "worst", 0.03, "ave") - shared(
        "standard", "worst", 0.03, "ave"
    )
    assert found["estimate"] == pytest.approx(expected)
    assert found["seeds"] == 3
    assert set(leads["arm"]) == {"adversarial"}


def test_one_seed_has_an_estimate_and_no_interval():
    alone = made_up_probes(seeds={"standard": (100,), "adversarial": (100,)})
    for rows in (probes.noise_curves(alone), probes.noise_leads(alone), probes.noise_losses(alone)):
        assert rows["estimate"].notna().all()
        assert rows[["low", "high"]].isna().all(axis=None)


def test_an_interval_ends_where_accuracy_does():
    def erratic(arm, kind, radius, language, seed):
        return 1.0 if seed == 101 else 0.0

    curves = probes.noise_curves(made_up_probes(share=erratic))
    assert (curves["low"] == 0).all()
    assert (curves["high"] == 100).all()


def test_failures_inside_counts_what_lies_within_the_radius_with_every_word():
    found = made_up_probes(largest=1.0)  # items from 0.9 to 1.1; the last ones are the wrong ones
    row_of = row(probes.failures_inside(found, [1.0]), arm="standard")
    targets = 2 * 3 * ITEMS
    wrong = sum(2 * (ITEMS - round(usual_share("standard", "random", 0.0, "bor", seed) * ITEMS))
                for seed in (100, 101, 102))  # fmt: skip
    assert (row_of["item_count"], row_of["failure_count"]) == (targets, wrong)
    assert row_of["items"] == pytest.approx(0.5)
    assert row_of["failures"] == 0  # the wrong ones lie farther out than the first half


def test_the_source_is_no_target_even_if_its_distances_were_recorded():
    found = made_up_probes()
    home = found.distances.assign(language="ave", largest=0.0, total=0.0)
    both = replace(found, distances=pd.concat([found.distances, home]))
    assert set(probes.far_and_right(both)["language"]) == {"bor", "cym"}
    assert set(probes.displacements(both)["language"]) == {"bor", "cym"}


def test_the_farthest_certificate_is_that_of_unanimous_draws():
    reach = probes.farthest(made_up_probes())
    # 0.001 ** (1 / 100) is the least share of 100 unanimous draws; its normal quantile is 1.5006
    assert reach == pytest.approx({0.0375: 0.0375 * 1.5006, 0.125: 0.125 * 1.5006}, rel=1e-4)


def test_unanimous_draws_certify_right_answers_up_to_the_farthest_distance_and_wrong_ones_never():
    curves = probes.certified_curves(made_up_probes())
    expected = shared("standard", "random", 0.0, "ave")
    at_home = curves[(curves["arm"] == "standard") & (curves["where"] == "source")]
    assert np.allclose(at_home["estimate"], expected)
    for scale, reach in probes.farthest(made_up_probes()).items():
        assert at_home.loc[at_home["scale"] == scale, "distance"].max() == pytest.approx(reach)


def test_draws_that_hardly_agree_certify_nothing_not_even_at_no_distance():
    curves = probes.certified_curves(made_up_probes(votes=DRAWS // 2 + 5))
    assert (curves["estimate"] == 0).all()


def test_fewer_votes_certify_less_far():
    curves = probes.certified_curves(made_up_probes(votes=80))
    near = curves[curves["distance"] == 0]["estimate"]
    far = curves.groupby("scale")["distance"].transform("max") == curves["distance"]
    assert (near > 0).all()
    assert (curves[far]["estimate"] == 0).all()


def test_a_synonym_certificate_needs_a_majority_that_is_sure():
    for votes, sure in ((DRAWS, True), (DRAWS // 2 + 5, False)):
        rows = probes.synonym_certificates(made_up_probes(votes=votes))
        right = row(rows, arm="standard", what="right")["estimate"]
        certified = row(rows, arm="standard", what="right and certified")["estimate"]
        assert right == pytest.approx(shared("standard", "random", 0.0, "ave"))
        assert certified == (pytest.approx(right) if sure else 0)


def test_balls_are_of_the_arms_that_were_trained_in_one():
    assert made_up_probes().balls == {"adversarial": 0.03}


@pytest.fixture
def store(tmp_path):
    """A store with one of two planned runs, written as a run writes it."""
    there, absent = made_up_unit("adversarial", 100), made_up_unit("standard", 100)
    names = {
        "item": ["test-00000", "test-00001"] * 2,
        "first": [LANGUAGES[0]] * 2 + [LANGUAGES[1]] * 2,
        "second": [LANGUAGES[0]] * 2 + [LANGUAGES[1]] * 2,
    }
    judged = {"prediction": [1, 0, 1, 1], "gold": [1, 1, 1, 1]}
    small = pa.array(np.full(4, 0.03), pa.float32())
    noise = pa.table({**names, **judged, "noise": ["random"] * 4, "radius": small})
    votes = pa.table(
        {**names, **judged, "kind": ["noise"] * 4, "scale": small, "votes": [9] * 4,
         "draws": [10] * 4}
    )  # fmt: skip
    away = {name: [0.5] * 4 for name in ("largest", "mean", "total", "state_distance")}
    found = Store(tmp_path)
    found.write(
        draft(there, settings={"method": {"radius": 0.03}}),
        noise,
        {
            "votes.parquet": parquet(votes),
            "distances.parquet": parquet(pa.table({**names, **away})),
        },
    )
    found.write_manifest(
        Manifest(scale="lab", planned="2026-11-21", lock="l", units=[there, absent])
    )
    return found


def test_records_are_read_and_what_is_missing_is_named(store):
    found = probes.probes(store, "lab")
    assert (found.source, found.arms) == ("ave", ["adversarial"])
    assert [unit.arm for unit in found.missing] == ["standard"]
    assert found.noise["right"].tolist() == [True, False, True, True]


def test_a_radius_is_what_was_set_and_not_its_nearest_small_float(store):
    found = probes.probes(store, "lab")
    assert found.radii == [0.03]
    assert set(found.votes["scale"]) == {0.03}
    assert found.balls["adversarial"] in found.radii


def test_without_any_run_the_error_says_how_to_make_them(tmp_path):
    empty = Store(tmp_path)
    empty.write_manifest(
        Manifest(scale="lab", planned="d", lock="l", units=[made_up_unit("standard", 100)])
    )
    with pytest.raises(StoreError, match="crosslab study --scale lab"):
        probes.probes(empty, "lab")


def test_no_lead_is_made_up_where_the_control_is_missing():
    found = made_up_probes(seeds={"adversarial": (100, 101)})
    assert probes.noise_leads(found).empty
    different = made_up_probes(seeds={"standard": (100, 101), "adversarial": (102, 103)})
    assert probes.noise_leads(different).empty
