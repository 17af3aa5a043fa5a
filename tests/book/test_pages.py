"""What the pages that are no chapter say of a study, whole or not."""

from conftest import made_up_study, rows

from crosslab.book.chapters import TRANSFER
from crosslab.book.pages import methods, runs_page, time_spent

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


def test_the_runs_of_every_scale_are_on_the_page_and_those_of_the_book_come_first(tmp_path):
    root = tmp_path / "s"
    made_up_study(root, seeds=2)
    further = made_up_study(root, scale="bench", seeds=2, leave_out=lambda unit: unit.seed == 101)
    said = runs_page(further, "smoke")
    parts = dict(part.split("\n", 1) for part in said.split("## Scale ")[1:] if part[0] == "`")
    assert list(parts) == ["`smoke`", "`bench`"]
    assert parts["`smoke`"].count("- fingerprint ") == 5
    assert parts["`bench`"].count("- fingerprint ") == 3  # what is missing there is counted below
    assert "Not run" not in said


def test_a_run_of_the_book_that_is_missing_is_named_on_the_page(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2, leave_out=lambda unit: unit.arm == "standard")
    assert runs_page(store, "smoke").count("Not run. See the status page.") == 2


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
