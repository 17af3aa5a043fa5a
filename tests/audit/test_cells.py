import pytest

from crosslab.audit.cells import columns, is_rule, split_cells
from crosslab.audit.markup import visible


@pytest.mark.parametrize("line", ["|---|:-:|", "| -- | --- |", "--|--", "---"])
def test_rules_below_a_head_are_known_by_their_form(line):
    assert is_rule(line)


@pytest.mark.parametrize("line", ["| a | - |", "||", "", "12 | 3"])
def test_a_row_is_no_rule(line):
    assert not is_rule(line)


@pytest.mark.parametrize("line", ["| a | b |", "a | b", "| a | b", " a|b |"])
def test_outer_pipes_may_be_there_or_not(line):
    assert [line[start:end] for start, end in split_cells(line, 0, "|")] == ["a", "b"]


def test_an_empty_cell_is_kept():
    assert [end - start for start, end in split_cells("| a |  | b |", 0, "|")] == [1, 0, 1]


def test_a_head_without_claims_heads_no_table_of_claims():
    assert columns(["Verified", "Confidence"]) is None


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u201cquoted\u201d \u2018so\u2019", "\"quoted\" 'so'"),
        ("XLM\u2011R \u2013 here", "XLM-R - here"),
        ("a\u00a0b\u200bc", "a bc"),
        ("<script>alert(1)</script>x", "alert(1)x"),
        ("<http://arxiv.org/abs/1>", "http://arxiv.org/abs/1"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("&lt;b&gt;", "<b>"),
        ("ﬁne", "fine"),
    ],
)
def test_what_a_reader_sees_has_no_markup_and_one_form_of_each_sign(text, seen):
    assert visible(text) == seen
