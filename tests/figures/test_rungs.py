import numpy as np
import pandas as pd
from pictures import bars, legible, nothing_shown, opaque, told

from crosslab.figures.rungs import gain_by_alignment

ROWS = pd.DataFrame(
    [
        (task, encoder, language, arm, found, 1.0, 0.0, 2.5)
        for task in ("paraphrase", "nli")
        for encoder in ("graft", "graft+pairs")
        for language, found in (("de", 40.0), ("sw", 20.0))
        for arm in ("adversarial", "smoothing-synonyms")
    ],
    columns=["task", "encoder", "language", "arm", "found", "estimate", "low", "high"],
)


def test_there_is_a_panel_per_task_and_arm_with_a_mark_per_language_and_encoder():
    figure = gain_by_alignment(ROWS).figure
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == [
        f"{arm}, {task}"
        for task in ("paraphrase", "nli")
        for arm in ("adversarial", "smoothing-synonyms")
    ]
    for axes in figure.axes:
        marks = [container[0] for container in axes.containers]
        assert [list(each.get_xdata()) for each in marks] == [[40.0, 20.0]] * 2
        assert [each.get_markerfacecolor() == "none" for each in marks] == [True, False]


def test_the_second_witness_has_a_mark_of_its_own_where_it_was_asked():
    nli = ROWS[ROWS["task"] == "nli"]
    witness = nli[nli["encoder"] == "graft"].assign(encoder="scratch", found=5.0)
    figure = gain_by_alignment(pd.concat([nli, witness])).figure
    assert len(figure.axes) == 2
    for axes in figure.axes:
        marks = [container[0] for container in axes.containers]
        assert [each.get_markerfacecolor() for each in marks][2] == "0.75"
        assert list(marks[2].get_xdata()) == [5.0, 5.0]


def test_the_table_holds_every_mark_with_the_name_of_its_language():
    varied = ROWS.assign(estimate=np.arange(len(ROWS)) / 10)
    shown = gain_by_alignment(varied)
    assert set(shown.data["language"]) == {"German", "Swahili"}
    titles = [axes.get_title() for axes in shown.figure.axes]
    for (task, arm), rows in shown.data.groupby(["task", "arm"]):
        axes = shown.figure.axes[titles.index(f"{arm}, {task}")]
        assert np.allclose(bars(axes, standing=True), told(rows))


def test_the_finding_names_the_extremes_and_tells_the_arms_apart():
    assert "adversarial, all 8 intervals include zero" in gain_by_alignment(ROWS).finding
    marked = ROWS.copy()
    chosen = (marked["language"] == "sw") & (marked["arm"] == "adversarial")
    marked.loc[chosen, ["estimate", "low", "high"]] = [3.0, 2.0, 4.0]
    said = gain_by_alignment(marked).finding
    assert "adversarial, 4 of 8 intervals lie above zero and none below" in said
    assert "Greatest is +3.0 (4 marks), least +1.0 (12 marks)." in said
    assert "+1.5 over 16 marks where fewer than half of the sentences are found" in said
    assert "or more" not in said  # nothing lines up that well here


def test_one_greatest_gain_is_named_with_its_interval_and_equal_ones_are_called_alike():
    one = ROWS.copy()
    one.loc[0, ["estimate", "low", "high"]] = [3.0, 2.0, 4.0]
    arm, task = one.loc[0, ["arm", "task"]]
    said = gain_by_alignment(one).finding
    assert f"Greatest is +3.0 (+2.0 to +4.0) ({arm} on {task} in " in said
    assert "Of the gains all are alike, +1.0." in gain_by_alignment(ROWS).finding


def test_the_background_is_opaque_and_words_are_legible():
    figure = gain_by_alignment(ROWS).figure
    assert opaque(figure)
    assert legible(figure)


def test_without_runs_the_picture_says_so():
    assert nothing_shown(gain_by_alignment(ROWS[:0]), "no runs on real languages")
