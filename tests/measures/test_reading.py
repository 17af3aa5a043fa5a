import pandas as pd
import pytest
from made_up_questions import made_up_question_study

from crosslab.comparing import comparison
from crosslab.errors import StoreError
from crosslab.measures.reading import cells, of_kind

ROWS = pd.DataFrame(
    {
        "item": ["b", "a", "a", "b"],
        "first": ["x", "x", "y", "y"],
        "value": [1.0, 2.0, 3.0, 4.0],
    }
)


def test_a_column_becomes_a_block_whatever_the_order_of_its_rows():
    items, block = cells(ROWS.sample(frac=1, random_state=3), "value", {"first": ("y", "x")})
    assert items == ("a", "b")
    assert block.tolist() == [[3.0, 2.0], [4.0, 1.0]]


def test_rows_of_other_languages_are_left_out():
    items, block = cells(ROWS, "value", {"first": ("x",)})
    assert items == ("a", "b")
    assert block.tolist() == [[2.0], [1.0]]


@pytest.mark.parametrize("rows", [ROWS[:3], pd.concat([ROWS, ROWS[:1]]), ROWS[:0]])
def test_a_value_that_is_missing_or_there_twice_is_refused(rows):
    with pytest.raises(StoreError, match="one row in each"):
        cells(rows, "value", {"first": ("x", "y")})


def test_a_kind_of_items_is_not_taken_for_another_that_begins_alike():
    rows = pd.DataFrame({"item": ["test-1", "tests-1", "clinic-test-1"]})
    assert of_kind(rows, "test")["item"].tolist() == ["test-1"]


def test_the_poor_are_the_targets_with_least_text_and_the_source_is_none_of_them(tmp_path):
    store = made_up_question_study(tmp_path, {"adaptation-paraphrase": {"standard": 0.9}})
    run = comparison(store, "lab", "adaptation-paraphrase").runs["standard", 200]
    assert run.languages[0] == "ave"
    assert run.spoken("poor") == ("dun", "cym")
    assert run.spoken("source-and-poor") == ("ave", "dun", "cym")
    assert run.spoken("targets") == ("bor", "cym", "dun")
