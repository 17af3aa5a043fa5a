import pytest
import yaml
from conftest import PROJECT

from crosslab import published
from crosslab.claims import claims
from crosslab.errors import UsageError

FILE = PROJECT / "claims" / "published.yaml"


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """Write a changed copy of the file and return the problems it is refused with."""

    def problems(change):
        content = yaml.safe_load(FILE.read_text())
        change(content)
        path = tmp_path / "published.yaml"
        path.write_text(yaml.safe_dump(content))
        monkeypatch.setattr(published, "PUBLISHED_NUMBERS", path)
        with pytest.raises(UsageError) as refusal:
            published.published()
        return refusal.value.problems

    return problems


def test_every_number_names_its_source_and_its_mark():
    found = published.published()
    for row in (*found.benchmarks, *found.systems, *found.reruns, *found.schedules):
        assert row.source
        assert row.mark == "SEEN"
    assert {each.mark for each in found.generalized} == {"SEEN"}


def test_every_claimed_figure_is_the_one_in_the_quote():
    quotes = {each.claim_id: each.quote for each in claims()}
    found = published.published()
    assert {each.claim_id for each in found.claimed} <= set(quotes)
    for each in found.claimed:
        if each.gain_points is not None:
            assert f"{each.gain_points} points" in quotes[each.claim_id]
            assert found.benchmark(each.benchmark).name in quotes[each.claim_id]


def test_all_ill_typed_and_unknown_entries_are_reported_together(changed):
    def change(content):
        content["systems"][0]["accuracy_points"]["en"] = 140
        content["systems"][1]["colour"] = "blue"
        content["reruns"][0]["average_points"] = [86.4]
        content["benchmarks"][0]["mark"] = "HEARD"
        del content["not_found"]

    found = changed(change)
    assert len(found) == 5
    named = ("systems.0", "systems.1.colour", "reruns.0", "benchmarks.0.mark", "not_found")
    for name in named:
        assert any(name in problem for problem in found)


def test_all_contradictions_are_reported_together(changed):
    def change(content):
        content["systems"][0]["accuracy_points"]["tlh"] = 50.0
        content["systems"][1]["key"] = content["systems"][2]["key"]
        content["reruns"][0]["benchmark"] = "pawsy"
        content["schedules"][1]["key"] = content["schedules"][0]["key"]
        content["claimed"][0]["control"] = "mbert-xnli"
        content["claimed"][1]["control"] = "mbert-xnli-six"
        content["claimed"][2]["gain_points"] = 1.0

    found = "\n".join(changed(change))
    for said in (
        "tlh not in pawsx",
        "system xlmr-large-pawsx stands there twice",
        "pawsy is no benchmark",
        "schedule smoothing-synonyms on pawsx stands there twice",
        "mbert-xnli is on another benchmark",
        "mbert-xnli-six has no average",
        "give benchmark, gain_points and control, or none",
    ):
        assert said in found
    assert len(found.splitlines()) == 7


def test_a_control_that_is_nowhere_is_named(changed):
    found = changed(lambda content: content["claimed"][0].update(control="nobody"))
    assert found == [f"{published.PUBLISHED_NUMBERS}: claim gain-paraphrase: nobody is no system."]


def test_a_missing_file_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "PUBLISHED_NUMBERS", tmp_path / "none.yaml")
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read"):
        published.published()
