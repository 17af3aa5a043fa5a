import pytest

from crosslab.errors import UnknownNameError
from crosslab.registry import lookup

ARMS = {"standard": 1, "smoothing-synonyms": 2}


def test_a_known_name_gives_its_entry():
    assert lookup(ARMS, "standard", kind="arm") == 1


@pytest.mark.parametrize(
    ("name", "nearest"), [("standart", "standard"), ("smoothing-synonym", "smoothing-synonyms")]
)
def test_an_unknown_name_is_answered_with_the_nearest_one(name, nearest):
    with pytest.raises(UnknownNameError, match=f"Did you mean '{nearest}'"):
        lookup(ARMS, name, kind="arm")


def test_a_name_like_no_other_is_answered_with_the_list():
    with pytest.raises(UnknownNameError) as refusal:
        lookup(ARMS, "xyzzy", kind="arm")
    assert "Did you mean" not in str(refusal.value)
    assert "smoothing-synonyms, standard" in str(refusal.value)
