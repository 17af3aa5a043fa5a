import numpy as np
import pytest
from made_up_questions import SEEDS, made_up_bar, made_up_question_study

from crosslab.answering import answer, answers, answers_on_every_rung
from crosslab.applying import Result, Weighed, result
from crosslab.comparing import Comparison, comparison
from crosslab.stats.crossed import Estimate
from crosslab.stats.multiplicity import holm

ACCURACY = "accuracy-test-targets"
OVER_LABSE = {
    "name": "over LaBSE",
    "measure": ACCURACY,
    "weights": {"hybrid-batch": 1, "labse": -1},
}
OVER_NONE = {
    "name": "over none",
    "measure": ACCURACY,
    "weights": {"hybrid-batch": 1, "standard": -1},
}


def weighed(folder, arms, parts=(OVER_LABSE,), *, bar=None, study=None):
    store = made_up_question_study(folder, {"alignment-consistency": arms}, **(study or {}))
    asked = made_up_bar("alignment-consistency", parts, **(bar or {}))
    return result(asked, comparison(store, "lab", "alignment-consistency"))


def test_where_every_part_lies_above_zero_the_direction_is_confirmed(tmp_path):
    found = weighed(
        tmp_path, {"hybrid-batch": 0.95, "labse": 0.8, "standard": 0.7}, (OVER_LABSE, OVER_NONE)
    )
    given = answer(found)
    assert given.replication == "direction-only"
    assert given.seeds == list(SEEDS)
    assert "all above" in given.reason
    # the least certain part stands for all
    assert given.estimate == found.telling.found.mean
    assert given.tests["direction"]["p_one_sided"] == max(
        each.p_greater() for each in found.deciding.values()
    )
    assert len(given.records) == 3 * len(SEEDS)


def test_one_part_that_is_surely_not_worth_having_contradicts_the_whole(tmp_path):
    found = weighed(
        tmp_path, {"hybrid-batch": 0.8, "labse": 0.7, "standard": 0.95}, (OVER_LABSE, OVER_NONE)
    )
    given = answer(found)
    assert given.replication == "contradicted"
    assert given.reason.startswith("over none: one below; below zero: over none")
    assert given.estimate == found.deciding["over none"].mean


def test_anything_else_is_undecided_and_says_what_would_have_been_found(tmp_path):
    found = weighed(tmp_path, {"hybrid-batch": 0.81, "labse": 0.8, "standard": 0.8})
    given = answer(found)
    assert given.replication == "inconclusive"
    assert (
        "smallest effect of interest, 1.0 points, would be found with a chance of" in given.reason
    )
    assert given.power == pytest.approx(
        float(given.reason.split("chance of ")[1].split(" %")[0]) / 100, abs=0.01
    )


def made(*parts):
    """Return a result whose parts came to these means and standard errors."""
    bar = made_up_bar(
        "scales", [{**OVER_NONE, "name": str(number)} for number in range(len(parts))]
    )
    weighed = [
        Weighed(part, Estimate(mean=mean, standard_error=error, degrees=7))
        for part, (mean, error) in zip(bar.parts, parts, strict=True)
    ]
    nothing = Comparison(scale="lab", experiment="scales", runs={}, missing=())
    return Result(
        bar=bar, compared=nothing, parts=tuple(weighed), beside=(), collapsed={},
        without_collapsed=(), obstacles=(),
    )  # fmt: skip


def test_the_part_that_is_shown_is_the_one_that_leaves_it_undecided():
    found = made((1.2, 0.1), (1.5, 1.0))
    assert found.outcome == "inconclusive"
    assert found.telling.part.name == "1"
    assert answer(found).reason.startswith("1: the interval reaches 2.4 points to either side")


def test_the_part_that_is_shown_is_the_one_that_contradicts():
    found = made((-0.2, 1.2), (0.1, 0.2))
    given = answer(found)
    assert (given.replication, given.estimate) == ("contradicted", 0.1)
    assert given.reason.startswith("1: one below; for one encoder")


def test_two_sides_that_came_to_the_same_were_not_compared(tmp_path):
    spaces = {**OVER_LABSE, "measure": "spaces-targets"}
    given = answer(weighed(tmp_path, {"hybrid-batch": 0.8, "labse": 0.8}, (spaces,)))
    assert given.replication == "inconclusive"
    assert "over LaBSE: both sides came to the same, so nothing was compared" in given.reason


def test_what_cannot_be_told_for_want_of_runs_still_counts_as_asked(tmp_path):
    arms = {"hybrid-batch": 0.9, "labse": 0.85}
    study = {"planned": {"alignment-consistency": ["standard"]}}
    bar = {"beside": [OVER_NONE, {**OVER_LABSE, "name": "again"}]}
    found = weighed(tmp_path, arms, bar=bar, study=study)
    ((name, each),) = found.standing_beside.items()
    raw = 2 * min(each.p_greater(), each.p_less(0))
    assert found.corrected() == {name: pytest.approx(2 * raw)}


def test_what_stands_beside_is_corrected_for_its_number_and_decides_nothing(tmp_path):
    arms = {"hybrid-batch": 0.95, "labse": 0.7, "standard": 0.95}
    found = weighed(tmp_path, arms, bar={"beside": [OVER_NONE, {**OVER_LABSE, "name": "again"}]})
    assert answer(found).replication == "direction-only"
    raw = {
        name: 2 * min(each.p_greater(), each.p_less(0))
        for name, each in found.standing_beside.items()
    }
    assert found.corrected() == pytest.approx(holm(raw))
    tests = answer(found).tests
    assert tests["beside: over none"]["p_two_sided_holm"] == found.corrected()["over none"]
    assert tests["part: over LaBSE"]["estimate"] == found.deciding["over LaBSE"].mean


def test_a_difference_of_nothing_at_all_is_no_finding(tmp_path):
    same = {**OVER_NONE, "measure": "spaces-targets", "name": "spaces"}
    arms = {"hybrid-batch": 0.8, "labse": 0.7, "standard": 0.8}
    found = weighed(tmp_path, arms, bar={"beside": [same]})
    assert found.standing_beside["spaces"].standard_error == pytest.approx(0, abs=1e-9)
    assert found.corrected()["spaces"] == 1.0


def test_missing_runs_of_the_arms_that_decide_leave_it_undecided(tmp_path):
    arms = {"hybrid-batch": 0.95, "labse": 0.7}
    planned = {"planned": {"alignment-consistency": ["standard"]}}
    without = answer(weighed(tmp_path / "a", arms, study=planned))
    assert without.replication == "direction-only"  # the bar does not name that arm
    given = answer(weighed(tmp_path / "b", arms, (OVER_LABSE, OVER_NONE), study=planned))
    assert (given.replication, given.estimate) == ("inconclusive", None)
    assert "runs are missing: standard seeds 200 to 203" in given.reason
    assert given.not_computed["estimate"]


def test_an_arm_that_was_never_planned_is_named(tmp_path):
    given = answer(weighed(tmp_path, {"hybrid-batch": 0.9, "labse": 0.7}, (OVER_LABSE, OVER_NONE)))
    assert "alignment-consistency has none of standard" in given.reason


def test_other_seeds_than_the_bar_asks_for_leave_it_undecided(tmp_path):
    arms = {"hybrid-batch": 0.95, "labse": 0.7}
    given = answer(weighed(tmp_path, arms, bar={"seeds": 8}))
    assert given.replication == "inconclusive"
    assert "4 seeds (200 to 203) have a run of every arm, and the bar asks for 8" in given.reason


def test_where_nothing_was_run_the_answer_says_so(tmp_path):
    planned = {"planned": {"alignment-consistency": ["hybrid-batch", "labse"]}}
    given = answer(weighed(tmp_path, {}, study=planned))
    assert (given.replication, given.seeds, given.records) == ("inconclusive", [], [])
    assert "runs are missing" in given.reason


def test_an_outcome_that_hangs_on_a_collapsed_run_is_none(tmp_path):
    arms = {"hybrid-batch": 0.8, "labse": 0.8}
    # without the two it is level; with them hybrid batches look far better in two of seven seeds
    changed = {("labse", seed): 1 / 3 for seed in (200, 201, 202, 203, 204)}
    study = {"seeds": tuple(range(200, 208)), "changed": changed}
    found = weighed(tmp_path, arms, study=study, bar={"seeds": 8})
    assert found.collapsed == {"labse": (200, 201, 202, 203, 204)}
    assert found.outcome == "direction-only"
    given = answer(found)
    assert given.replication == "inconclusive"
    assert "hangs on collapsed runs: direction-only with them" in given.reason
    assert "collapsed, and kept in the estimate: labse seeds 200 to 204" in given.reason


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ((200, 201, 202, 203), "every run of labse collapsed"),
        ((200, 201), "2 seeds are left without a collapsed run, and 3 are needed"),
    ],
)
def test_where_too_much_collapsed_the_rest_decides_nothing(tmp_path, lost, why):
    changed = {("labse", seed): 1 / 3 for seed in lost}
    arms = {"hybrid-batch": 0.9, "labse": 0.8}
    given = answer(weighed(tmp_path, arms, study={"changed": changed}))
    assert given.replication == "inconclusive"
    assert why in given.reason


def test_a_rehearsal_decides_nothing(tmp_path):
    found = weighed(tmp_path, {"hybrid-batch": 0.95, "labse": 0.7}, bar={"rung": "bench"})
    assert "scale lab is a rehearsal, and the bar is for rung bench" in answer(found).reason


def test_every_question_gets_an_answer_from_a_store_even_if_nothing_was_run(tmp_path):
    store = made_up_question_study(tmp_path, {}, planned={"scales": ["standard-small"]})
    given = answers(store, "lab")
    assert {each.replication for each in given} == {"inconclusive"}
    assert [each.question_id for each in given] == [
        "alignment-consistency",
        "retrieval-attack",
        "retrieval-domains",
        "adaptation-paraphrase",
        "scales",
    ]
    assert answers_on_every_rung(store, "lab") == given
    assert all(np.isfinite(each.model_dump()["seeds"]).all() for each in given)
