"""What it takes to make a study again, and what became of it when it was."""

from conftest import made_up_study, rows

from crosslab.book.reproduction_log import _since
from crosslab.book.rerun import scales_table
from crosslab.reproduction import Reproduction
from crosslab.runs import planned_runs


def test_every_scale_has_its_command_its_runs_and_what_they_took(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2)
    found = {row[0]: row[1:] for row in rows(scales_table(store))[2:]}
    assert found["`smoke`"][:2] == [
        "`crosslab study --scale smoke`",
        str(len(planned_runs("smoke"))),
    ]
    assert found["`smoke`"][2].endswith(" s")
    assert found["`bench`"][0] == "`crosslab study --scale bench --data DIR`"
    assert found["`paper`"][2] == "nobody has run it here"
    assert set(found) == {"`smoke`", "`lab`", "`bench`", "`paper`"}


def test_a_reproduction_older_than_the_records_says_that_it_is_not_of_them(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2)
    records = [store.record(unit) for unit in store.manifest("smoke").units]
    kept = Reproduction(
        scale="smoke",
        processor="p",
        commit="c",
        finished=max(each.finished for each in records),
        runs_published=5,
        runs_compared=5,
        runs_identical=5,
        verdicts=[],
    )
    assert "were there by then" in _since(store, "smoke", kept)
    earlier = kept.model_copy(update={"finished": "2000-01-01T00:00:00+00:00"})
    assert "All of them finished after that" in _since(store, "smoke", earlier)
