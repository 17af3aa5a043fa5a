import crosslab.__main__ as command_line
from crosslab.book.parameters import chapter_parameters, commands
from crosslab.chapters import chapters


def test_every_command_is_described_and_every_option_has_words():
    found = {each.name: each for each in commands()}
    assert {
        f"crosslab {each.callback.__name__}" for each in command_line.app.registered_commands
    } <= set(found)
    assert "crosslab literature search" in found
    assert all(each.words for each in found.values())
    without = [
        (name, one.name) for name, each in found.items() for one in each.options if not one.words
    ]
    assert without == []


def test_an_option_stands_with_its_default_and_what_nobody_may_give_does_not_stand_there():
    (run,) = (each for each in commands() if each.name == "crosslab run")
    options = {each.name: each.default for each in run.options}
    assert options["--scale"] == "`lab`"
    assert options["EXPERIMENT"] == "has to be given"
    assert options["--arm"] == "none"
    assert not {"--parent", "--help"} & set(options)


def test_every_chapter_declares_where_its_records_lie_and_says_so():
    found = chapter_parameters()
    for chapter in chapters():
        mine = {one.declared.name for one in found if f"[{chapter.name}]" in one.notebook}
        assert {"results", "scale"} <= mine, chapter.name
    assert all(each.declared.words for each in found)
