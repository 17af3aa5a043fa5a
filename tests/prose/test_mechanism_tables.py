from conftest import rows
from made_up_probes import made_up_probes, made_up_unit

from crosslab import probes
from crosslab.prose import mechanism_tables as tables


def test_runs_are_counted_and_missing_ones_named_by_arm_and_seed():
    absent = [made_up_unit("adversarial", seed) for seed in (104, 107)]
    said = tables.records_words(made_up_probes(missing=absent))
    assert "`standard` 3, `adversarial` 3" in said
    assert "**2 of 11 runs are missing**" in said
    assert "`adversarial` seeds 104, 107" in said
    assert "missing" not in tables.records_words(made_up_probes())


def test_an_arm_with_one_seed_is_said_to_have_no_interval():
    found = made_up_probes(seeds={"standard": (100, 101), "adversarial": (100,)})
    assert "Of `adversarial` there is one seed" in tables.records_words(found)
    text = tables.noise_table(probes.noise_curves(found))
    assert "nan" not in text
    assert ["worst", "source", "adversarial"] in [row[:3] for row in rows(text)]


def test_accuracy_under_noise_stands_under_its_radius():
    header, *body = rows(tables.noise_table(probes.noise_curves(made_up_probes())))
    assert header[3:] == ["0", "0.03", "0.3", "1"]
    by_key = {tuple(row[:3]): row[3:] for row in body}
    cells = by_key["worst", "source", "standard"]
    assert cells[0].startswith("89.2 (")
    assert cells[1].startswith("17.5 (")
    assert by_key["random", "targets", "standard"][3].startswith("39.2 (")


def test_each_scale_of_noise_has_its_own_distances():
    text = tables.certified_table(probes.certified_curves(made_up_probes()))
    assert "Noise of scale 0.0375" in text
    headers = [row for row in rows(text) if row[:2] == ["on", "arm"]]
    assert [header[-1] for header in headers] == ["0.0563", "0.188"]


def test_synonym_certificates_tell_right_from_surely_right():
    header, *body = rows(tables.synonym_table(made_up_probes(votes=55)))
    assert header == ["arm", "right", "right and certified"]
    cells = {row[0]: row[1:] for row in body}
    assert cells["standard"][0].startswith("89.2")
    assert cells["standard"][1].startswith("0.0")


def test_the_trained_radius_is_in_bold_and_only_there():
    header, *body = rows(tables.reach_table(made_up_probes(largest=0.3)))
    assert header[3:] == ["0.03", "0.3", "1"]
    by_key = {(row[0], row[1]): row[2:] for row in body}
    assert by_key["adversarial", "items"] == ["240", "**0 %**", "50.0 %", "100 %"]
    assert by_key["standard", "items"] == ["240", "0 %", "50.0 %", "100 %"]
    assert by_key["standard", "failures"][1:] == ["0 %", "0 %", "100 %"]


def test_distances_stand_by_name_of_the_language():
    header, _, *body = rows(tables.displacement_table(made_up_probes()))
    assert header[1] == "word, standard"
    assert header[-1] == "state, smoothing-synonyms"
    assert [row[0] for row in body] == ["Boran", "Cyman"]
    assert body[0][1] == "1.20"
    assert body[0][-1] == "0.80"


def test_runs_are_linked_to_their_entries():
    found = made_up_probes()
    text = tables.run_table(found)
    for record in found.records:
        assert f"](#run-{record.unit.folder.replace('/', '-')})" in text
