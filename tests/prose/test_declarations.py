from crosslab.prose.declarations import declarations, declared_classes

SOURCE = '''
class Optimizer:
    """AdamW."""

    rate: float  # the highest
    # a longer gradient is cut
    # to this length
    clip: float = 1.0
    name: str = "#1"
    text: str = "#2"  # holds a '#'

    def __post_init__(self):
        self.rate: float = 2.0


class Nothing:
    """Declares no field."""
'''


def test_a_field_is_told_by_the_comment_at_its_end_or_by_the_lines_before_it():
    (found,) = declared_classes(SOURCE)
    assert (found.name, found.words) == ("Optimizer", "AdamW.")
    assert [(each.name, each.kind, each.words) for each in found.fields] == [
        ("rate", "float", "the highest"),
        ("clip", "float", "a longer gradient is cut to this length"),
        ("name", "str", ""),
        ("text", "str", "holds a '#'"),
    ]


def test_the_comment_of_one_field_is_not_taken_for_the_next():
    first, second = declarations("one: int = 1  # of the first\ntwo: int = 2\n")
    assert (first.words, second.words) == ("of the first", "")
