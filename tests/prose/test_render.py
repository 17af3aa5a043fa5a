import pytest
from conftest import made_up_study, rows

from crosslab import numerals
from crosslab.claims import claim_and_bar
from crosslab.evidence import gathered
from crosslab.prose import render, transfer_tables
from crosslab.verdicts import by_arithmetic, verdict

CLAIM, BAR = claim_and_bar("gain-paraphrase", rung="lab")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    shares = {"standard": 0.6, "smoothing-synonyms": 0.7}
    store = made_up_study(tmp_path_factory.mktemp("s"), accuracies=shares, seeds=10, items=200)
    return gathered(store, "smoke", "transfer-paraphrase")


def test_a_cell_cannot_break_its_table():
    assert render.table(["a"], [["x | y"]]).splitlines()[-1] == "| x \\| y |"


def test_the_verdict_in_words_gives_both_halves_the_reason_and_the_bar(evidence):
    found = verdict(CLAIM, BAR, [evidence], scale="smoke")
    words = render.verdict_words(CLAIM, BAR, found)
    for part in (CLAIM.quote, found.replication, found.literature, BAR.quantity):
        assert part in words
    assert render.measured(found) in words


def test_every_test_behind_a_verdict_has_a_line_and_languages_have_names(evidence):
    found = verdict(CLAIM, BAR, [evidence], scale="smoke")
    shown = dict(rows(render.table_of_tests(found, evidence.names()))[2:])
    assert shown["direction: p, one-sided"] == numerals.chance(0.0)  # ten points ahead in ten seeds
    assert shown["power"] == f"{found.power:.3g}"
    for key, p in found.tests["holm"].items():
        line = f"p of {evidence.names()[key]} by itself, Holm over languages"
        assert shown[line] == numerals.chance(p)


def test_what_was_not_tested_is_said_with_its_reason(evidence):
    found = verdict(CLAIM, BAR, [evidence], scale="smoke")
    silent = found.model_copy(
        update={"tests": {}, "bayes_factor": None, "not_computed": {"bayes_factor": "no figure"}}
    )
    said = render.table_of_tests(silent, evidence.names())
    assert dict(rows(said)[2:])["direction: p, one-sided"] == "not computed"
    assert said.endswith("Not computed: bayes factor: no figure.")


def test_the_reading_says_what_the_numbers_say(evidence):
    found = verdict(CLAIM, BAR, [evidence], scale="smoke")
    words = transfer_tables.reading(evidence, BAR, found)
    gains = evidence.outcomes.gain(BAR.treated, BAR.control, evidence.outcomes.same_language())
    ahead = int((gains.mean(axis=1) > 0).sum())
    assert f"ahead in {ahead} of 10 seeds" in words
    assert render.measured(found) in words


def test_the_gain_table_and_the_verdict_give_the_same_interval(evidence):
    found = verdict(CLAIM, BAR, [evidence], scale="smoke")
    (line,) = [
        line
        for line in transfer_tables.gain_table(evidence, BAR).splitlines()
        if "all targets" in line
    ]
    assert render.measured(found) in line


def test_the_table_of_runs_is_computed_from_the_answers_and_not_from_stored_metrics(evidence):
    # the made-up records all say 70.0; their answers do not
    rows = [line.split(" | ") for line in transfer_tables.run_table(evidence).splitlines()[2:]]
    zero_shot = [float(row[3]) for row in rows if row[0] == "| standard"]
    points = evidence.outcomes.points("standard", evidence.outcomes.same_language())
    assert zero_shot == [round(value, 1) for value in points.mean(axis=1)]


def test_the_matrix_is_also_there_in_numbers(evidence):
    cells = evidence.outcomes.pair("bor", "ave")
    gain = evidence.outcomes.gain(BAR.treated, BAR.control, cells).mean()
    row = transfer_tables.gain_matrix_table(evidence, BAR).splitlines()[3].split(" | ")
    assert row[:2] == ["| Boran", numerals.points(gain)]


def test_a_scale_that_is_not_the_rung_is_named_in_the_answer(evidence):
    found = verdict(CLAIM, BAR, [evidence], scale="smoke")
    assert "lab (scale smoke)" in render.verdict_table([found])


def test_runs_of_every_experiment_a_bar_names_are_linked(evidence):
    both = BAR.model_copy(update={"experiments": ["transfer-paraphrase", "transfer-nli"]})
    words = render.verdict_words(CLAIM, both, verdict(CLAIM, BAR, [evidence], scale="smoke"))
    assert "(#transfer-paraphrase-runs)" in words
    assert "(#transfer-nli-runs)" in words


def test_every_run_is_linked_to_its_entry(evidence):
    table = transfer_tables.run_table(evidence)
    entries = "\n".join(render.run_entry(record, {}) for record in evidence.records)
    for record in evidence.records:
        anchor = render.anchor(record.unit.folder)
        assert f"#{anchor})" in table
        assert f"({anchor})=" in entries
        assert record.unit.fingerprint in entries


def test_an_unfinished_study_says_how_many_seeds_of_how_many():
    whole = by_arithmetic()[0].model_copy(
        update={"rung": "lab", "scale": "lab", "estimate": 1.0, "interval": (0.0, 2.0)}
    )
    ran = {"records": ["lab/one"], "seeds": list(range(100, 110))}
    assert render.measured(whole.model_copy(update=ran)) == "+1.0 (0.0 to +2.0)"
    part = whole.model_copy(update={**ran, "seeds": [100, 101, 102]})
    assert render.measured(part) == "+1.0 (0.0 to +2.0), 3 of 10 seeds"
