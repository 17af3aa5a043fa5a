import numpy as np
import pytest
import yaml

from crosslab import claims
from crosslab.claims import Bar, bars
from crosslab.errors import UsageError

BARS = {bar.claim_id: bar for bar in bars() if bar.rung == "lab"}


def changed(**values):
    """Return the bar on paraphrases with some fields changed, checked as from the file."""
    return Bar.model_validate(BARS["gain-paraphrase"].model_dump(by_alias=True) | values)


def test_each_claim_of_transfer_has_a_bar_in_the_lab():
    assert set(BARS) >= {"gain-paraphrase", "gain-nli", "gain-generalized"}


def test_no_bar_of_the_lab_speaks_of_the_size():
    assert not any(bar.size_at_issue for bar in BARS.values())


def test_every_bar_asks_for_seeds_that_were_not_in_the_pilot():
    for bar in BARS.values():
        assert bar.seed_range == range(100, 110)


@pytest.mark.parametrize(
    ("claim_id", "published"),
    [
        ("gain-paraphrase", [[84.8, 86.4, 87.5]]),
        (
            "gain-nli",
            [[79.9, 79.81, 78.63], [80.9, 80.11, 79.74], [71.5, 70.4], [75.1, 73.5]],
        ),
    ],
)
def test_the_original_standard_errors_follow_from_the_published_re_runs(claim_id, published):
    squares = sum(np.var(group) * len(group) for group in published)
    deviation = np.sqrt(squares / sum(len(group) - 1 for group in published))
    bar = BARS[claim_id]
    assert bar.original_standard_error_points == round(np.sqrt(2) * deviation, 2)
    for figure in (figure for group in published for figure in group):
        assert str(figure) in bar.original_standard_error_source


def test_the_numbers_of_a_bar_are_those_that_decide():
    criteria = BARS["gain-nli"].criteria
    assert (criteria.claimed_points, criteria.level) == (1.6, 0.95)
    assert (criteria.smallest_effect_points, criteria.equivalence_points) == (0.5, 1.0)
    assert changed(size_at_issue=True).criteria.size_at_issue


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"equivalence_points": None}, "equivalence_points"),
        ({"original_standard_error_source": None}, "its source in words"),
        ({"claimed_points": None, "equivalence_points": None}, "no size at issue"),
        (
            {
                "claimed_points": None,
                "equivalence_points": None,
                "original_standard_error_points": None,
                "original_standard_error_source": None,
                "size_at_issue": True,
            },
            "no size at issue",
        ),
        ({"control": "smoothing-synonyms"}, "must differ"),
        ({"experiments": ["a", "a"]}, "named twice"),
        ({"experiments": []}, "experiments"),
        ({"cells": "all"}, "cells"),
        ({"rung": "smoke"}, "rung"),
        ({"seeds": 1}, "seeds"),
        ({"level": 95}, "level"),
        ({"smallest_effect_points": 0}, "smallest_effect_points"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_bar_that_contradicts_itself_is_refused(values, problem):
    with pytest.raises(ValueError, match=problem):
        changed(**values)


def test_two_bars_for_one_claim_and_rung_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "bars.yaml"
    row = BARS["gain-nli"].model_dump(by_alias=True)
    path.write_text(yaml.safe_dump({"bars": [row, row]}))
    monkeypatch.setattr(claims, "BARS", path)
    with pytest.raises(UsageError, match="gain-nli has 2 bars on rung lab"):
        claims.bars()


def test_every_claim_has_a_bar_or_says_what_is_in_the_way():
    judged = {bar.claim_id for bar in bars()}
    for claim in claims.claims():
        assert (claim.claim_id in judged) == (claim.not_rerun is None)


def test_every_problem_in_a_file_of_claims_is_reported(tmp_path, monkeypatch):
    path = tmp_path / "bars.yaml"
    path.write_text("bars:\n  - {claim_id: x, level: high}\n")
    monkeypatch.setattr(claims, "BARS", path)
    with pytest.raises(UsageError) as refusal:
        claims.bars()
    assert len(refusal.value.problems) > 5
    assert all("bars.yaml, entry 1" in problem for problem in refusal.value.problems)


def test_a_file_of_claims_that_is_missing_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "REGISTRY", tmp_path / "none.yaml")
    with pytest.raises(UsageError, match=r"none\.yaml"):
        claims.claims()
