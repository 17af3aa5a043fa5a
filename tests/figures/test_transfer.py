from dataclasses import replace

import numpy as np
import pytest
from conftest import made_up_study, rows
from pictures import bars, legible, nothing_shown, opaque, told

from crosslab.claims import claim_and_bar
from crosslab.evidence import estimate_of, gathered
from crosslab.figures.transfer import (
    accuracy_by_language,
    gain_by_arm,
    gain_by_language,
    gain_by_setting,
    gain_matrix,
)
from crosslab.prose import transfer_tables

ARMS = ("smoothing-synonyms", "standard")
LINES = ["Avean (source)", "Boran", "Cyman", "all targets", "mixed pairs"]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    store = made_up_study(tmp_path_factory.mktemp("s"), seeds=5, items=100)
    return gathered(store, "smoke", "transfer-paraphrase")


@pytest.fixture(scope="module")
def shown(evidence):
    return {
        "accuracy": accuracy_by_language(evidence, ARMS, chance=0.5),
        "gain": gain_by_language(evidence, *ARMS),
        "matrix": gain_matrix(evidence, *ARMS),
        "arms": gain_by_arm(evidence, "standard"),
        "settings": gain_by_setting([evidence], *ARMS),
    }


def altered(evidence, language, *, right, arm="smoothing-synonyms"):
    """Return the same evidence, but an arm answers everything rightly or wrongly in a language."""
    outcomes = evidence.outcomes
    block = outcomes.right[arm].copy()
    block[:, :, outcomes.pair(language, language)] = right
    changed = replace(outcomes, right={**outcomes.right, arm: block})
    return replace(evidence, outcomes=changed)


def alone(evidence, arm):
    kept = {arm: evidence.outcomes.right[arm]}
    return replace(evidence, outcomes=replace(evidence.outcomes, right=kept))


def test_every_figure_is_opaque_and_legible(shown):
    for each in shown.values():
        assert opaque(each.figure)
        assert legible(each.figure)


def test_every_language_and_both_averages_have_a_line(shown):
    for name in ("accuracy", "gain"):
        labels = [label.get_text() for label in shown[name].figure.axes[0].get_yticklabels()]
        assert labels == LINES
        assert list(dict.fromkeys(shown[name].data["line"].dropna())) == LINES


def test_the_marks_stand_at_the_estimates_and_the_table_holds_them(evidence, shown):
    axes = shown["gain"].figure.axes[0]
    gains = [evidence.outcomes.gain(*ARMS, cells) for _, cells in evidence.lines()]
    assert np.allclose(shown["gain"].data["estimate_points"], [g.mean() for g in gains])
    assert np.allclose(bars(axes), told(shown["gain"].data))
    low = [estimate_of(gain).interval(0.95).low for gain in gains]
    assert np.allclose(shown["gain"].data["low_points"], low)


def test_accuracy_is_handed_out_as_drawn_seeds_means_and_the_commonest_answer(evidence, shown):
    axes, data = shown["accuracy"].figure.axes[0], shown["accuracy"].data
    assert np.allclose(bars(axes), told(data[data["mark"] == "mean over seeds"]))
    seeds = np.concatenate([each.get_offsets()[:, 0] for each in axes.collections if
                            len(each.get_offsets()) > 1])  # fmt: skip
    single = data[data["mark"] == "one seed"]
    assert np.allclose(sorted(seeds), sorted(single["estimate_points"]))
    assert set(single["seed"]) == set(evidence.outcomes.seeds)
    (commonest,) = data.loc[data["mark"] == "always the commonest answer", "estimate_points"]
    (line,) = [each for each in axes.lines if each.get_linestyle() == ":"]
    assert line.get_xdata()[0] == commonest == 50


@pytest.mark.parametrize(("best", "poorest"), [("bor", "cym"), ("cym", "bor")])
def test_the_finding_names_the_targets_that_an_arm_does_best_and_worst_in(evidence, best, poorest):
    names = evidence.names()
    found = altered(evidence, best, right=True, arm="standard")
    found = altered(found, poorest, right=False, arm="standard")
    said = accuracy_by_language(found, ARMS, chance=0.5).finding
    assert (
        f"standard does best in {names[best]} (100.0) and worst in {names[poorest]} (0.0)" in said
    )
    assert "commonest answer would reach 50.0" in said


def test_targets_that_an_arm_does_alike_in_are_neither_best_nor_worst(evidence):
    found = altered(evidence, "bor", right=True, arm="standard")
    found = altered(found, "cym", right=True, arm="standard")
    said = accuracy_by_language(found, ARMS, chance=0.5).finding
    assert "Of the targets, for standard all are alike, 100.0." in said


@pytest.mark.parametrize(("most", "least"), [("bor", "cym"), ("cym", "bor")])
def test_the_finding_names_the_targets_that_gain_most_and_least(evidence, most, least):
    names = evidence.names()
    found = altered(altered(evidence, most, right=True), least, right=False)
    said = gain_by_language(found, *ARMS).finding
    assert f"Of the targets, {names[most]} gains most, +" in said
    assert f"{names[least]} least, \N{MINUS SIGN}" in said
    assert "1 of 2 intervals lies above zero and 1 below, not corrected for their number" in said


def test_equal_arms_gain_nothing_and_the_finding_says_so(evidence):
    same = replace(
        evidence,
        outcomes=replace(
            evidence.outcomes, right=dict.fromkeys(ARMS, evidence.outcomes.right["standard"])
        ),
    )
    said = gain_by_language(same, *ARMS).finding
    assert "All targets 0.0 (0.0 to 0.0)" in said
    assert "both intervals include zero" in said
    assert "Of the targets, all are alike, 0.0." in said
    assert "Of the cells all are alike, 0.0, and 0 of 9" in gain_matrix(same, *ARMS).finding


def test_the_matrix_has_the_first_sentence_in_its_rows(evidence, shown):
    texts = [text.get_text() for text in shown["matrix"].figure.axes[0].texts]
    gain = evidence.outcomes.gain(*ARMS, evidence.outcomes.pair("ave", "cym")).mean()
    assert texts[2] == f"{gain:+.1f}".replace("-", "\N{MINUS SIGN}")


def test_the_cells_of_the_matrix_are_the_rows_of_its_table(shown):
    (mesh,) = shown["matrix"].figure.axes[0].collections
    data = shown["matrix"].data
    assert np.allclose(mesh.get_array().ravel(), data["estimate_points"])
    assert data.loc[1, ["first_language", "second_language"]].tolist() == ["Avean", "Boran"]


def test_the_matrix_is_rounded_as_the_table_of_the_same_numbers_is(evidence):
    """Four seeds of a hundred items: gains are quarters of a point, many halfway."""
    four = replace(evidence, outcomes=evidence.outcomes.without(evidence.outcomes.seeds[4:]))
    _, bar = claim_and_bar("gain-paraphrase", rung="lab")
    shown = gain_matrix(four, *ARMS)
    texts = [text.get_text() for text in shown.figure.axes[0].texts]
    halfway = np.isclose(shown.data["estimate_points"] * 20 % 2, 1)
    assert halfway.any()
    body = rows(transfer_tables.gain_matrix_table(four, bar))[2:]
    assert texts == [cell for row in body for cell in row[1:]]


def test_the_matrix_in_words_names_its_extremes(evidence):
    said = gain_matrix(altered(evidence, "cym", right=True), *ARMS).finding
    assert "(Cyman, then Cyman), and" in said
    assert "all 9 ordered pairs" in said
    assert (
        "from \N{MINUS SIGN}" in gain_matrix(altered(evidence, "cym", right=False), *ARMS).finding
    )


def test_every_arm_has_a_mark_in_each_of_three_panels(evidence, shown):
    data = shown["arms"].data
    for axes in shown["arms"].figure.axes:
        assert np.allclose(bars(axes), told(data[data["panel"] == axes.get_title()]))
    assert len(data) == 3 * (len(evidence.outcomes.right) - 1)


def test_the_finding_names_the_arm_whose_interval_leaves_zero(evidence):
    ahead = altered(altered(evidence, "bor", right=True), "cym", right=True)
    said = gain_by_arm(ahead, "standard").finding
    assert "Zero-shot: highest is smoothing-synonyms, +" in said
    behind = altered(altered(evidence, "bor", right=False), "cym", right=False)
    assert "Zero-shot: highest is smoothing-synonyms, \N{MINUS SIGN}" in (
        gain_by_arm(behind, "standard").finding
    )


def test_pairs_of_one_language_and_of_two_are_told_apart_task_by_task(evidence, shown):
    assert np.allclose(bars(shown["settings"].figure.axes[0]), told(shown["settings"].data))
    assert list(shown["settings"].data["pairs"]) == ["one language", "two languages"]
    ahead = altered(altered(evidence, "bor", right=True), "cym", right=True)
    said = gain_by_setting([ahead], *ARMS).finding
    assert said.startswith("Dot plot of what smoothing-synonyms gains over standard, in points: on")
    assert "Both intervals lie above zero, not corrected for their number." in said


def test_without_another_arm_or_any_task_the_picture_says_so(evidence):
    assert nothing_shown(
        gain_by_arm(alone(evidence, "standard"), "standard"), "no arm but standard"
    )
    assert nothing_shown(gain_by_setting([], *ARMS), "no task was run")


def test_quantities_carry_their_units(shown):
    for name in ("accuracy", "gain", "settings"):
        assert "points" in shown[name].figure.axes[0].get_xlabel()
