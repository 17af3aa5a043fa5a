import numpy as np
import pytest

from crosslab.stats.multiplicity import holm


def named(values):
    return {f"language {number}": value for number, value in enumerate(values)}


def test_a_single_question_needs_no_adjustment():
    assert holm({"a": 0.03}) == {"a": 0.03}
    assert holm({}) == {}


def test_no_adjusted_value_is_above_one():
    assert holm({"a": 0.9, "b": 0.8, "c": 0.7}) == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_names_keep_their_order_and_their_values():
    assert holm({"b": 0.5, "a": 0.01}) == pytest.approx({"b": 0.5, "a": 0.02})
    assert list(holm({"b": 0.5, "a": 0.01})) == ["b", "a"]


def rejected(values, level):
    """Holm's procedure as he gives it: go on from the smallest while it is small enough."""
    names = sorted(values, key=values.get)
    for rank, name in enumerate(names):
        if values[name] > level / (len(names) - rank):
            return set(names[:rank])
    return set(names)


def test_an_adjusted_value_is_the_level_at_which_the_procedure_would_reject():
    rng = np.random.default_rng(0)
    for _ in range(50):
        values = named(rng.random(rng.integers(1, 12)) ** 3)
        adjusted = holm(values)
        for level in (0.01, 0.05, 0.2, 0.5, 0.99):
            assert {name for name, p in adjusted.items() if p <= level} == rejected(values, level)


def test_six_languages_without_a_gain_give_a_false_one_once_in_twenty_at_most():
    rng, repeats = np.random.default_rng(1), 4000
    false = [min(holm(named(rng.random(6))).values()) < 0.05 for _ in range(repeats)]
    assert 0.035 <= np.mean(false) <= 0.06
