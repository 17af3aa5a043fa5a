"""The table of headline verdicts on the front page."""

import re

import pytest
from conftest import PROJECT

from crosslab.book.forest import Axis, axis_for, forest_table
from crosslab.prose.render import measured
from crosslab.records import Store
from crosslab.verdicts import judged_on_every_rung


@pytest.fixture(scope="module")
def found():
    return judged_on_every_rung(Store(PROJECT / "results"), "lab")


def test_every_interval_and_every_claimed_gain_lies_on_the_axis(found):
    axis = axis_for(found)
    values = [bound for each in found if each.interval for bound in each.interval]
    values += [each.claimed for each in found if each.claimed is not None]
    assert values
    assert all(axis.low <= value <= axis.high for value in values)
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)


@pytest.mark.parametrize("axis", [Axis(-1, 1), Axis(-2, 6), Axis(-13, 40)])
def test_an_axis_names_nought_and_few_numbers(axis):
    assert 0 in axis.ticks()
    assert 2 <= len(axis.ticks()) <= 6


def test_every_verdict_is_told_in_figures_and_aloud(found):
    table = forest_table(found)
    for each in found:
        assert measured(each) in table
    labels = re.findall(r'role="img" aria-label="([^"]+)"', table)
    assert len(labels) == len(found)
    claimed = [each for each in found if each.claimed is not None]
    assert sum("claimed" in label for label in labels) == len(claimed)


def test_an_interval_is_drawn_where_it_is_measured(found):
    (first, *_) = [each for each in found if each.records]
    axis = axis_for(found)
    low, high = (axis.place(bound) for bound in first.interval)
    assert f'<line class="ran" x1="{low}" y1="11" x2="{high}" y2="11"/>' in forest_table(found)


def test_what_was_not_run_is_drawn_as_such_and_has_no_runs(found):
    printed = [each for each in found if not each.records]
    table = forest_table(printed)
    assert 'class="print"' in table
    assert 'class="ran"' not in table
    assert "runs/" not in table


def test_a_verdict_leads_to_the_runs_it_is_measured_on(found):
    both = [each for each in found if each.claim_id == "gain-generalized" and each.rung == "bench"]
    linked = re.findall(r'href="runs/([^"]+)"', forest_table(both))
    assert linked == ["bench-transfer-paraphrase.html", "bench-transfer-nli.html"]
