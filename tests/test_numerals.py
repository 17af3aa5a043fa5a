import pytest

from crosslab.numerals import level, listed, points, with_interval
from crosslab.stats.crossed import Interval

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "signed", "unsigned"),
    [
        (1.26, "+1.3", "1.3"),
        (-1.26, f"{MINUS}1.3", f"{MINUS}1.3"),
        (0.04, "0.0", "0.0"),
        (-0.04, "0.0", "0.0"),
    ],
)
def test_points_carry_a_sign_levels_a_minus_alone_and_nought_none(value, signed, unsigned):
    assert (points(value), level(value)) == (signed, unsigned)


def test_an_interval_stands_behind_its_estimate():
    assert with_interval(Interval(1.0, -0.5, 2.5)) == f"+1.0 ({MINUS}0.5 to +2.5)"


def test_the_last_of_several_names_follows_an_and():
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
