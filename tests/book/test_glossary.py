"""The glossary of the book has every name that a reader meets, and each word has one place."""

import re
from typing import get_args

import pytest
from conftest import PROJECT

from crosslab.arms import SWEPT
from crosslab.claims import Replication, Rung, Stance
from crosslab.experiments import (
    EXPERIMENTS,
    PAPER_EXPERIMENTS,
    QUESTION_EXPERIMENTS,
    REAL_EXPERIMENTS,
    RECIPES,
)
from crosslab.published import Mark
from crosslab.scales import SCALES

GLOSSARY = (PROJECT / "book" / "glossary.md").read_text()
ENTRIES = GLOSSARY.split("```{glossary}\n")[1].split("```")[0]
TERMS = re.findall(r"^(\S.*)$", ENTRIES, re.MULTILINE)
EVERYWHERE = (EXPERIMENTS, QUESTION_EXPERIMENTS, REAL_EXPERIMENTS, PAPER_EXPERIMENTS)
ARMS = {arm for those in EVERYWHERE for each in those.values() for arm in each.arms}


@pytest.mark.parametrize(
    "names",
    [
        ARMS - set(SWEPT),  # settings that were compared: the chapter on settings lists them
        get_args(Replication),
        get_args(Stance),
        get_args(Rung),
        get_args(Mark),
        SCALES,
        RECIPES,
    ],
    ids=["arms", "verdicts", "stances", "rungs", "marks", "scales", "encoders"],
)
def test_every_name_that_readers_meet_has_an_entry(names):
    assert [name for name in names if f"`{name}`" not in TERMS] == []


def test_no_word_has_two_entries_and_every_entry_is_in_its_place():
    assert len(TERMS) == len(set(TERMS))
    first = [each.split("\n")[0].strip("`").lower() for each in ENTRIES.split("\n\n")]
    assert first == sorted(first)


def test_a_word_is_explained_for_readers_or_for_those_who_write_code_and_not_twice():
    contributing = (PROJECT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", contributing, re.MULTILINE)
    words = {word.strip() for row in rows for word in row.split(",")}
    assert len(words) > 10
    assert words & {word.strip() for term in TERMS for word in term.split(",")} == set()
    assert "book/glossary.md" in contributing
