"""What the pages that are no chapter say of a study, whole or not."""

from conftest import made_up_study, rows
from made_up_rungs import made_up_rungs

from crosslab.book.front_page import in_short, methods
from crosslab.book.status_page import time_spent
from crosslab.chapters import TRANSFER
from crosslab.verdicts import judged_on_every_rung

SHARES = {"standard": 0.6, "adversarial": 0.7, "smoothing-synonyms": 0.6}


def study(tmp_path, **options):
    return made_up_study(tmp_path, scale="lab", accuracies=SHARES, items=60, **options)


def test_the_answer_in_short_says_what_each_rung_came_to_and_what_was_not_run(tmp_path):
    made = judged_on_every_rung(study(tmp_path / "s", experiments=TRANSFER), "lab")
    ends = iter(("contradicted", "inconclusive", "inconclusive"))
    found = [
        each.model_copy(update={"replication": next(ends)}) for each in made if each.rung == "lab"
    ]
    real = [
        each.model_copy(update={"rung": "bench", "replication": "direction-only"}) for each in found
    ]
    others = [each for each in made if each.rung != "lab"]
    said = in_short([*real, *found, *others]).splitlines()
    assert len(said) == 3
    assert "(`bench`): gain on paraphrase transfer, gain on" in said[0]
    assert "**direction-only**. On `bench` the first" in said[0]
    assert said[0].endswith("([why](executed/deviations.ipynb)).")
    assert said[1].endswith(
        "(`lab`): gain on paraphrase transfer **contradicted**; gain on language inference "
        "transfer and gain on pairs of two languages **inconclusive**."
    )
    assert "Nothing was run on mBERT" in said[2]


def test_where_nothing_was_run_that_is_all_the_answer_says(tmp_path):
    made = judged_on_every_rung(study(tmp_path / "s", experiments=TRANSFER), "lab")
    print_alone = [each for each in made if each.rung == "arithmetic"]
    assert print_alone
    assert in_short(print_alone).splitlines() == [
        "- Nothing was run on mBERT or XLM-R, which the claims are about."
    ]


def test_with_the_encoders_of_the_paper_nothing_is_said_to_be_missing(tmp_path):
    made = judged_on_every_rung(study(tmp_path / "s", experiments=TRANSFER), "lab")
    found = [each.model_copy(update={"rung": "paper"}) for each in made if each.rung == "lab"]
    assert "Nothing was run" not in in_short(found)


def test_all_methods_stand_beside_each_other_task_by_task(tmp_path):
    said = methods(study(tmp_path / "s", experiments=TRANSFER), "lab")
    assert "above zero for `adversarial`." in said
    assert [row[0] for row in rows(said)[2:]] == ["`adversarial`", "`smoothing-synonyms`"]
    assert "10 on paraphrase and 10 on nli" in said


def test_runs_that_are_missing_are_named_beside_the_methods(tmp_path):
    gone = ("transfer-nli", "adversarial", 103)
    store = study(
        tmp_path / "s",
        experiments=TRANSFER,
        leave_out=lambda unit: (unit.experiment, unit.arm, unit.seed) == gone,
    )
    said = methods(store, "lab")
    assert "10 on paraphrase and 9 on nli" in said
    assert "Missing runs: transfer-nli adversarial seed 103" in said


def test_real_languages_are_told_beside_the_methods_of_the_laboratory(tmp_path):
    root = tmp_path / "s"
    alone = study(root, experiments=TRANSFER)
    assert "real languages" not in methods(alone, "lab")
    ahead = {"standard": 0.75, "adversarial": 0.95, "smoothing-synonyms": 0.75}
    made_up_rungs(root, {("nli", "graft+pairs"): ahead})
    said = methods(alone, "lab").split("\n\n")[1]
    assert said.startswith("On rung `bench`, in real languages: PAWS-X: no arm can be compared")
    assert "XNLI, zero-shot, after Holm over 2 arms: `adversarial` ahead of `standard`" in said
    assert said.endswith("[Every arm of it](executed/rungs.ipynb).")


def test_a_study_of_one_task_says_why_methods_are_not_compared(tmp_path):
    said = methods(study(tmp_path / "s"), "lab")
    assert said.startswith("Not all methods can be compared: No seed of transfer-nli")


def test_what_took_how_long_says_how_much_of_it_is_there(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2, leave_out=lambda unit: unit.seed == 1)
    body = rows(time_spent(store, "smoke"))[2:]
    assert [row[1:3] for row in body] == [
        ["mbert", "1"],
        ["standard", "1 of 2"],
        ["smoothing-synonyms", "1 of 2"],
    ]
    nothing = made_up_study(tmp_path / "t", seeds=2, leave_out=lambda unit: unit.arm == "standard")
    assert rows(time_spent(nothing, "smoke"))[3][2:] == ["0 of 2", "", ""]
