import pytest
from made_up_questions import made_up_bar
from pydantic import ValidationError

from crosslab.errors import UnknownNameError, UsageError
from crosslab.experiments import experiments_of
from crosslab.literature.testimony import questions
from crosslab.locking import written_bars
from crosslab.measures.table import MEASURES
from crosslab.questions import Part, question_bar, question_bars
from crosslab.runs import chosen_runs

BARS = question_bars()
PART = {"name": "p", "measure": "probe", "weights": {"a": 1, "b": -1}}


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: f"{bar.question_id}-{bar.rung}")
def test_a_bar_compares_arms_that_are_run_under_the_seeds_it_asks_for_in_measures_there_are(bar):
    assert bar.question_id in questions()
    asked = experiments_of(bar.rung)[bar.experiment]
    assert asked.question == bar.question_id
    for part in (*bar.parts, *bar.beside):
        assert part.measure in MEASURES
        assert set(part.arms) <= set(asked.arms)
    for arm in bar.arms:
        seeds = [each.unit.seed for each in chosen_runs(bar.experiment, bar.rung, (arm,))]
        assert seeds == list(bar.seed_range)


def test_every_question_has_a_bar_in_the_laboratory_with_five_seeds_at_least():
    on_lab = {bar.question_id: bar for bar in BARS if bar.rung == "lab"}
    assert set(on_lab) == set(questions())
    assert min(bar.seeds for bar in on_lab.values()) >= 5


def test_what_decides_has_items_to_generalize_over():
    assert all(MEASURES[part.measure].has_items for bar in BARS for part in bar.parts)


def test_bars_of_questions_are_locked_like_all_others():
    locked = {bar.key for bar in written_bars()}
    assert {f"{bar.question_id}/{bar.rung}" for bar in BARS} <= locked


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"a": 1}, "at least 2"),
        ({"a": 1, "b": -0.5}, "add up to the same"),
        ({"a": 1, "b": 1}, "add up to the same"),
        ({"a": 1, "b": -1, "c": 0}, "without weight"),
        ({"a": "one", "b": -1}, "Invalid literal"),
    ],
)
def test_weights_that_compare_nothing_are_refused(weights, why):
    with pytest.raises(ValidationError, match=why):
        Part.model_validate({**PART, "weights": weights})


def test_weights_may_be_fractions_that_have_no_end_as_decimals():
    part = Part.model_validate({**PART, "weights": {"a": "1/3", "b": "2/3", "c": -1}})
    assert part.weights == {"a": 1 / 3, "b": 2 / 3, "c": -1.0}


def test_two_parts_of_one_name_are_refused():
    with pytest.raises(ValidationError, match="several parts are called p"):
        made_up_bar("scales", [PART], beside=[PART])


def test_a_bar_that_is_not_there_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="retrieval-atack"):
        question_bar("retrieval-atack", rung="lab")


def test_two_bars_for_one_question_on_one_rung_are_refused(project):
    path = project / "claims" / "bars.yaml"
    text = path.read_text()
    begins = text.index("  - question_id: scales")
    path.write_text(text + text[begins:].replace("&robust_over_plain", "&again"))
    with pytest.raises(UsageError, match="question scales has 2 bars on rung lab"):
        question_bars()
