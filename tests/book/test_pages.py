"""What the pages that are no chapter say of a study, whole or not."""

from conftest import made_up_study, rows

from crosslab.book.chapters import TRANSFER
from crosslab.book.pages import methods

SHARES = {"standard": 0.6, "adversarial": 0.7, "smoothing-synonyms": 0.6}


def study(tmp_path, **options):
    return made_up_study(tmp_path, scale="lab", accuracies=SHARES, items=60, **options)


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


def test_a_study_of_one_task_says_why_methods_are_not_compared(tmp_path):
    said = methods(study(tmp_path / "s"), "lab")
    assert said.startswith("Not all methods can be compared: No seed of transfer-nli")
