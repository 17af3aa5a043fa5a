import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from conftest import PROJECT
from made_up_evidence import (
    ARMS,
    FRESH,
    made_up_claim,
    made_up_evidence,
    made_up_outcomes,
    made_up_store,
    made_up_unit,
)

from crosslab import verdicts
from crosslab.claims import Verdict, bars
from crosslab.errors import StoreError, UnknownNameError, UsageError
from crosslab.literature.testimony import stances
from crosslab.prose.render import verdict_table
from crosslab.questions import Answer
from crosslab.records import ANSWERS, Store
from crosslab.stats.crossed import averaged, crossed
from crosslab.stats.multiplicity import holm
from crosslab.verdicts import as_rows, judged, judged_on_every_rung, verdict

BARS = {bar.claim_id: bar for bar in bars() if bar.rung == "lab"}
PARAPHRASE, GENERALIZED = BARS["gain-paraphrase"], BARS["gain-generalized"]
SIZED = PARAPHRASE.model_copy(update={"size_at_issue": True})


@pytest.fixture
def made_up_claims(monkeypatch):
    monkeypatch.setattr(verdicts, "claims", lambda: [made_up_claim(name) for name in BARS])


def in_the_lab(store, scale="lab"):
    """Return the verdicts that rest on runs."""
    return [each for each in judged(store, scale) if each.rung == "lab"]


def on(outcomes, bar=PARAPHRASE, scale="lab", **options):
    evidence = made_up_evidence(outcomes, scale=scale, **options)
    return verdict(made_up_claim(bar.claim_id), bar, [evidence], scale=scale)


def both_tasks(paraphrase, nli, bar=GENERALIZED):
    evidence = [
        made_up_evidence(paraphrase),
        made_up_evidence(nli, experiment="transfer-nli"),
    ]
    return verdict(made_up_claim(bar.claim_id), bar, evidence, scale="lab")


def test_a_clear_gain_confirms_the_direction_and_not_the_figure():
    found = on(made_up_outcomes(2.1))
    assert found.replication == "direction-only"
    assert found.estimate == pytest.approx(2.1, abs=0.6)
    assert found.interval[0] > 0
    assert found.tests["direction"]["p_one_sided"] < 0.001
    assert PARAPHRASE.why_not_reproduced in found.reason
    assert "one encoder and one world" in found.reason


def test_the_claimed_gain_reproduces_the_figure_where_its_size_is_at_issue():
    found = on(made_up_outcomes(2.1), SIZED)
    assert found.replication == "reproduced"
    assert found.tests["equivalence"]["p"] < 0.05
    assert PARAPHRASE.why_not_reproduced not in found.reason


def test_another_gain_than_claimed_does_not_reproduce_the_figure():
    assert on(made_up_outcomes(5), SIZED).replication == "direction-only"


def test_a_clear_loss_contradicts():
    found = on(made_up_outcomes(-3))
    assert found.replication == "contradicted"
    assert found.interval[1] < 0
    assert found.tests["direction"]["p_one_sided"] > 0.999
    assert "every gain worth having" in found.reason


def test_what_can_neither_be_shown_nor_excluded_is_inconclusive_and_says_how_far_it_could_see():
    found = on(made_up_outcomes(0.3, seed_points=3))
    assert found.replication == "inconclusive"
    reach = found.interval[1] - found.estimate
    assert f"reaches {reach:.1f} points to either side" in found.reason
    assert f"2.1 points, would be found with a chance of {100 * found.power:.0f} %" in found.reason
    assert "one encoder and one world" in found.reason


def test_power_is_stated_at_the_smallest_effect_where_no_figure_is_claimed():
    found = both_tasks(*(made_up_outcomes(0.2, seed_points=2, draw=n) for n in (1, 2)))
    assert found.replication == "inconclusive"
    assert "smallest effect of interest, 0.5 points, would be found" in found.reason
    assert found.tests["power"]["effect_points"] == 0.5
    assert found.tests["power"]["detectable_points"] > 0.5
    assert 0.025 < found.power < 0.8


def test_the_interval_and_every_test_come_from_the_crossed_estimate_of_the_gain():
    outcomes = made_up_outcomes(1.5, seed_points=1)
    gain = outcomes.gain(PARAPHRASE.treated, PARAPHRASE.control, outcomes.same_language())
    expected, found = crossed(gain), on(outcomes)
    assert found.estimate == expected.mean
    assert found.interval == (expected.interval(0.95).low, expected.interval(0.95).high)
    assert found.prediction == (expected.prediction(0.95).low, expected.prediction(0.95).high)
    assert found.tests["direction"] == {
        "p_one_sided": expected.p_greater(),
        "standard_error": expected.standard_error,
        "degrees_of_freedom": 9,
    }
    assert found.tests["equivalence"]["margin_points"] == 1.0


def test_the_bayes_factor_weighs_the_claim_against_nothing():
    assert on(made_up_outcomes(2.1)).bayes_factor > 10
    assert on(made_up_outcomes(0, seed_points=1)).bayes_factor < 1


def test_languages_are_tested_apart_and_adjusted_for_being_several():
    outcomes = made_up_outcomes(1.0, seed_points=1)
    raw = {
        key: crossed(
            outcomes.gain(PARAPHRASE.treated, PARAPHRASE.control, outcomes.pair(key, key))
        ).p_greater()
        for key in outcomes.targets
    }
    assert on(outcomes).tests["holm"] == pytest.approx(holm(raw))


def test_the_generalized_claim_is_judged_by_mixed_pairs_over_both_tasks_with_equal_weight():
    tasks = [made_up_outcomes(gain, draw=n, items=300 + 100 * n) for n, gain in enumerate((4, 0))]
    parts = [
        crossed(each.gain(GENERALIZED.treated, GENERALIZED.control, each.mixed_language()))
        for each in tasks
    ]
    found, expected = both_tasks(*tasks), averaged(parts)
    assert found.estimate == expected.mean
    assert found.tests["direction"]["degrees_of_freedom"] == expected.degrees
    assert found.replication == "direction-only"
    assert len(found.records) == 2 * 2 * 10
    assert set(found.tests["holm"]) == {"bor", "cym"}


def test_what_does_not_apply_is_empty_and_says_why():
    found = both_tasks(made_up_outcomes(2), made_up_outcomes(2, draw=1))
    assert found.claimed is None
    assert found.bayes_factor is None
    assert "equivalence" not in found.tests
    assert "no figure is claimed" in found.not_computed["bayes_factor"]
    assert found.not_computed["equivalence"]
    assert on(made_up_outcomes(2)).not_computed == {}


def test_a_claim_whose_certainty_is_unknown_has_no_bayes_factor():
    unsure = {"original_standard_error_points": None, "original_standard_error_source": None}
    found = on(made_up_outcomes(2), PARAPHRASE.model_copy(update=unsure))
    assert found.bayes_factor is None
    assert "not known" in found.not_computed["bayes_factor"]


def test_every_obstacle_is_named_at_once():
    seeds = range(4)
    missing = [made_up_unit("transfer-paraphrase", "standard", seed) for seed in (4, 5, 6, 9)]
    outcomes = made_up_outcomes(20, seeds=seeds, collapsed={"standard": seeds})
    found = on(outcomes, scale="smoke", missing=missing)
    assert found.replication == "inconclusive"
    for part in (
        "transfer-paraphrase standard seeds 4 to 6, 9",
        "scale smoke is a rehearsal",
        "has 4 seeds (0 to 3), and the bar asks for 10 (100 to 109)",
        "every run of standard in transfer-paraphrase collapsed",
    ):
        assert part in found.reason
    assert found.estimate is not None


@pytest.mark.parametrize("seeds", [range(10), range(100, 109), range(100, 111)])
def test_other_seeds_than_those_that_were_asked_for_decide_nothing(seeds):
    found = on(made_up_outcomes(5, seeds=seeds))
    assert found.replication == "inconclusive"
    assert f"{len(seeds)} seeds ({seeds[0]} to {seeds[-1]})" in found.reason


def test_arms_that_gave_the_same_answers_are_no_evidence():
    found = on(made_up_outcomes(0, seed_points=0))
    assert found.replication == "inconclusive"
    assert "same answers" in found.reason
    assert found.power is None
    assert found.bayes_factor is None
    assert set(found.not_computed) == {"power", "bayes_factor"}


def test_one_task_whose_arms_gave_the_same_answers_is_enough_to_decide_nothing():
    found = both_tasks(made_up_outcomes(5), made_up_outcomes(0, seed_points=0))
    assert found.replication == "inconclusive"
    assert "both arms of transfer-nli gave the same answers" in found.reason


def test_a_single_complete_seed_is_not_measured_and_does_not_stop_the_table():
    found = on(made_up_outcomes(5, seeds=(100,)))
    assert found.replication == "inconclusive"
    assert found.estimate is found.interval is found.prediction is None
    assert set(found.not_computed) >= {"estimate", "power"}
    assert "not measured" in verdict_table([found])


def test_an_arm_that_is_not_part_of_the_study_is_named():
    bar = PARAPHRASE.model_copy(update={"treated": "adversarial"})
    found = on(made_up_outcomes(5), bar)
    assert found.estimate is None
    assert "transfer-paraphrase has none of adversarial" in found.reason


def test_collapsed_runs_are_kept_named_and_left_out_once_more_for_comparison():
    found = on(made_up_outcomes(5, seed_points=1, collapsed={"smoothing-synonyms": [104]}), SIZED)
    assert "smoothing-synonyms seed 104" in found.reason
    without = found.tests["without_collapsed"]
    assert without["estimate"] == pytest.approx(5, abs=1.5)
    assert without["degrees_of_freedom"] == 8
    assert without["low"] < without["estimate"] < without["high"]
    assert found.estimate < without["estimate"] - 1  # one run of twenty points less is in it


def test_an_outcome_that_hangs_on_collapsed_runs_is_inconclusive():
    # nine seeds show a gain, and the tenth, which learned nothing, drowns it
    outcomes = made_up_outcomes(2, collapsed={"smoothing-synonyms": [104]})
    found = on(outcomes)
    assert found.tests["without_collapsed"]["low"] > 0
    assert found.replication == "inconclusive"
    assert "inconclusive with them, direction-only without" in found.reason


def test_a_contradiction_that_hangs_on_collapsed_runs_is_inconclusive_too():
    outcomes = made_up_outcomes(0.4, collapsed={"smoothing-synonyms": FRESH[:7]})
    found = on(outcomes)
    assert found.interval[1] < 0
    assert found.replication == "inconclusive"
    assert "contradicted with them" in found.reason


def test_an_outcome_that_holds_with_and_without_collapsed_runs_stands():
    found = on(made_up_outcomes(-8, seed_points=1, collapsed={"smoothing-synonyms": [104]}))
    assert found.replication == "contradicted"
    assert "collapsed, and kept" in found.reason
    estimate = -found.tests["without_collapsed"]["estimate"]
    assert f"without their seeds it is \N{MINUS SIGN}{estimate:.1f} points" in found.reason


@pytest.mark.parametrize("which", ARMS)
def test_an_arm_that_always_collapsed_decides_nothing_and_is_named(which):
    found = on(made_up_outcomes(5, collapsed={which: FRESH}))
    assert found.replication == "inconclusive"
    assert f"every run of {which} in transfer-paraphrase collapsed" in found.reason
    assert "without_collapsed" not in found.tests
    assert "without_collapsed" in found.not_computed


def test_two_seeds_that_are_left_decide_nothing_and_three_may():
    outcomes = [
        made_up_outcomes(-6, items=1600, collapsed={ARMS[1]: FRESH[:count]}) for count in (8, 7)
    ]
    two, three = (on(each) for each in outcomes)
    assert two.replication == "inconclusive"
    assert "2 seeds left without a collapsed run, and 3 are needed" in two.reason
    assert "without_collapsed" not in two.tests
    assert three.replication == "contradicted"


@pytest.mark.parametrize("which", ARMS)
def test_an_arm_that_did_not_learn_the_task_is_not_compared(which):
    """Four points above the commonest answer are far from what the other arm knows."""
    outcomes = made_up_outcomes(0)
    slow = made_up_outcomes(-16).right["smoothing-synonyms"]  # where 0.7 of all are right
    found = on(replace(outcomes, right={**outcomes.right, which: slow}))
    assert found.replication == "inconclusive"
    assert f"every run of {which} in transfer-paraphrase collapsed (5" in found.reason
    assert "50.0 for the commonest answer" in found.reason
    assert found.estimate is not None  # what was measured is still said


@pytest.mark.parametrize("which", ARMS)
def test_runs_that_stopped_on_the_way_decide_nothing(which):
    """Where the other runs decide nothing, four such runs of ten would look like an effect."""
    outcomes = made_up_outcomes(0.3, seed_points=1)
    slow = made_up_outcomes(-16, seed_points=0.1).right["smoothing-synonyms"]
    mixed = outcomes.right[which].copy()
    mixed[:4] = slow[:4]
    found = on(replace(outcomes, right={**outcomes.right, which: mixed}))
    assert found.replication == "inconclusive"
    assert f"{which} seeds 100 to 103" in found.reason
    assert "the outcome hangs on collapsed runs" in found.reason
    assert abs(found.tests["without_collapsed"]["estimate"]) < 2 < abs(found.estimate)


def test_an_arm_that_is_worse_and_has_learned_the_task_is_compared():
    assert on(made_up_outcomes(-8)).replication == "contradicted"


def test_seeds_left_out_of_one_arm_are_left_out_of_the_other():
    split = {"standard": FRESH[:4], "smoothing-synonyms": FRESH[4:8]}
    found = on(made_up_outcomes(5, collapsed=split))
    assert "2 seeds left" in found.reason


def test_a_collapse_in_one_task_costs_the_other_task_no_seed():
    tasks = made_up_outcomes(6, collapsed={ARMS[1]: FRESH[:3]}), made_up_outcomes(6, draw=1)
    found = both_tasks(*tasks)
    left = [each.without(drop) for each, drop in zip(tasks, (FRESH[:3], ()), strict=True)]
    expected = averaged(
        [crossed(each.gain(*reversed(ARMS), each.mixed_language())) for each in left]
    )
    assert found.tests["without_collapsed"]["estimate"] == expected.mean


def test_a_verdict_names_the_records_of_the_arms_it_compares_and_no_others():
    outcomes = made_up_outcomes(2)
    more = made_up_outcomes(2).right["standard"]
    crowd = type(outcomes)(
        languages=outcomes.languages,
        seeds=outcomes.seeds,
        right={**outcomes.right, "adversarial": more},
        commonest_share=0.5,
    )
    found = on(crowd)
    assert len(found.records) == 2 * PARAPHRASE.seeds
    assert not any("adversarial" in folder for folder in found.records)


def test_the_two_halves_of_a_verdict_do_not_touch():
    gain, loss = (on(made_up_outcomes(value)) for value in (4, -4))
    assert gain.replication != loss.replication
    assert gain.literature == loss.literature == stances()[gain.claim_id]


def test_an_experiment_without_records_is_named_and_does_not_stop_the_others(
    tmp_path, made_up_claims
):
    store = made_up_store(tmp_path, "transfer-paraphrase", planned=["transfer-nli"])
    found = {each.claim_id: each for each in in_the_lab(store)}
    assert found["gain-paraphrase"].replication == "direction-only"
    for claim_id in ("gain-nli", "gain-generalized"):
        assert found[claim_id].replication == "inconclusive"
        assert found[claim_id].estimate is None
        assert "no seed of transfer-nli has a run of every arm" in found[claim_id].reason
        assert found[claim_id].seeds == []  # whatever the other experiment of the bar has


def test_an_experiment_the_study_never_planned_is_named_as_well(tmp_path, made_up_claims):
    store = made_up_store(tmp_path, "transfer-paraphrase")
    assert "transfer-nli" in judged(store, "lab")[1].reason


def test_the_rung_that_decides_most_comes_first_and_one_without_runs_is_left_out(tmp_path):
    made_up_store(tmp_path, "transfer-paraphrase", "transfer-nli")
    alone = judged_on_every_rung(Store(tmp_path), "lab")
    assert [each.rung for each in alone] == ["lab"] * 3 + ["arithmetic"] * 3
    made_up_store(tmp_path, "transfer-paraphrase", planned=["transfer-nli"], scale="bench")
    both = judged_on_every_rung(Store(tmp_path), "lab")
    # nothing of transfer-nli was run there, so nothing is said of that claim on that rung
    assert [each.claim_id for each in both if each.rung == "bench"] == [
        "gain-paraphrase",
        "gain-generalized",
    ]
    assert both[0].rung == "bench"
    assert [each for each in both if each.rung != "bench"] == alone


def test_with_all_records_every_claim_is_judged_and_every_record_is_there(tmp_path, made_up_claims):
    store = made_up_store(tmp_path, "transfer-paraphrase", "transfer-nli")
    found = in_the_lab(store)
    assert [each.claim_id for each in found] == list(BARS)
    assert {each.replication for each in found} == {"direction-only"}
    assert all((tmp_path / folder / ANSWERS).exists() for each in found for folder in each.records)


def test_a_rehearsal_decides_nothing_however_clear_the_numbers(tmp_path, made_up_claims):
    store = made_up_store(tmp_path, "transfer-paraphrase", "transfer-nli", scale="smoke")
    found = in_the_lab(store, "smoke")
    assert len(found) == len(BARS)
    for each in found:
        assert each.interval[0] > 0
        assert each.replication == "inconclusive"
        assert "rehearsal" in each.reason


def test_a_damaged_record_is_reported_and_not_taken_for_a_missing_one(tmp_path, made_up_claims):
    store = made_up_store(tmp_path, "transfer-paraphrase")
    path = next(tmp_path.glob(f"lab/transfer-paraphrase/*/*/{ANSWERS}"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="does not match the hash"):
        judged(store, "lab")


def test_every_bar_without_a_claim_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(verdicts, "claims", lambda: [made_up_claim("gain-nli")])
    store = made_up_store(tmp_path, "transfer-paraphrase")
    with pytest.raises(UsageError) as refusal:
        judged(store, "lab")
    assert len(refusal.value.problems) == 2
    assert "gain-generalized/lab" in str(refusal.value)


def test_no_study_no_verdict(tmp_path, made_up_claims):
    with pytest.raises(StoreError, match="no study at scale"):
        judged(Store(tmp_path), "lab")


def test_a_scale_that_does_not_exist_is_refused_by_name(tmp_path):
    with pytest.raises(UnknownNameError, match="labb"):
        judged(Store(tmp_path), "labb")


def test_verdicts_follow_the_published_schema_and_the_schema_follows_the_code():
    schema = json.loads(Path(PROJECT / "claims" / "verdicts.schema.json").read_text())
    rows = [on(made_up_outcomes(2)), both_tasks(made_up_outcomes(1), made_up_outcomes(1, draw=1))]
    jsonschema.validate({"verdicts": as_rows(rows)}, schema)
    kinds = schema["properties"]["verdicts"]["items"]["anyOf"]
    for written, model in zip(kinds, (Verdict, Answer), strict=True):
        code = model.model_json_schema(mode="serialization")
        assert written["properties"] == code["properties"]
        assert set(written["required"]) == set(code["required"])
