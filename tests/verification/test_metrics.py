import numpy as np
import pandas as pd
import pytest
from conftest import draft, made_up_answers

from crosslab.records import Record, Unit
from crosslab.verification.metrics import metric_problems, recomputed


def record(experiment="e", **metrics):
    unit = Unit(scale="smoke", experiment=experiment, arm="a", seed=0, fingerprint="f" * 64)
    return Record(**draft(unit, metrics=metrics), files={}, previous=None)


def answers(right):
    """One item per pair of two languages; whether each was answered rightly."""
    pairs = [("ave", "ave"), ("ave", "bor"), ("bor", "ave"), ("bor", "bor")]
    return pd.DataFrame(
        {
            "item": [f"test-{number}" for number in range(2) for _ in pairs],
            "first": [first for _ in range(2) for first, _ in pairs],
            "second": [second for _ in range(2) for _, second in pairs],
            "prediction": np.where(right, 1, 0).astype(np.int8),
            "gold": np.ones(8, dtype=np.int8),
        }
    )


def test_the_averages_are_those_of_the_cells():
    found = recomputed(record(), answers([1, 1, 0, 0, 1, 0, 0, 1]))
    assert found == {
        "source_accuracy": 1.0,
        "zero_shot_macro_accuracy": 0.5,
        "mixed_pair_macro_accuracy": 0.25,
    }


def test_they_are_what_a_run_writes_down():
    pytest.importorskip("torch")
    from crosslab.making.made import summary

    frame = made_up_answers(0.7, 40, 3).to_pandas()
    assert recomputed(record(), frame) == pytest.approx(summary(frame, "ave"))


def test_word_translation_is_the_mean_over_languages():
    frame = answers([1, 1, 0, 1, 1, 1, 0, 1])
    found = recomputed(record("pretraining"), frame)
    assert found["word_translation_by_language"] == {"ave": 1.0, "bor": 0.5}
    assert found["word_translation"] == 0.75


def test_a_metric_that_does_not_follow_is_named_with_both_numbers():
    frame = answers([1, 1, 0, 0, 1, 0, 0, 1])
    (problem,) = metric_problems(record(source_accuracy=1.0, zero_shot_macro_accuracy=0.51), frame)
    assert problem == "metric zero_shot_macro_accuracy is 0.51, its answers give 0.5"


def test_a_language_left_out_of_the_metric_is_seen():
    by_language = {"word_translation_by_language": {"ave": 1.0}}
    frame = answers([1, 1, 0, 1, 1, 1, 0, 1])
    assert list(metric_problems(record("pretraining", **by_language), frame))


def test_metrics_that_answers_cannot_give_are_left_alone():
    assert list(metric_problems(record(final_loss=0.3), answers([1] * 8))) == []


def test_answers_without_the_columns_are_a_problem_and_no_crash():
    (problem,) = metric_problems(record(), answers([1] * 8).drop(columns="gold"))
    assert "gold" in problem
