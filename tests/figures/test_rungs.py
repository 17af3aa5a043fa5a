import pandas as pd

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
    figure = gain_by_alignment(ROWS)
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
    figure = gain_by_alignment(pd.concat([nli, witness]))
    assert len(figure.axes) == 2
    for axes in figure.axes:
        marks = [container[0] for container in axes.containers]
        assert [each.get_markerfacecolor() for each in marks][2] == "0.75"
        assert list(marks[2].get_xdata()) == [5.0, 5.0]


def test_without_runs_the_picture_says_so():
    (text,) = gain_by_alignment(ROWS[:0]).axes[0].texts
    assert "no runs" in text.get_text()
