import pytest
from made_up_data import write_made_up_data

from crosslab.data.folder import folder_source
from crosslab.data.loading import translations
from crosslab.data.manifest import write_manifest
from crosslab.grafting.training_data import measured_sentences, training_pairs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_made_up_data(tmp_path_factory.mktemp("data"))


def test_no_sentence_that_a_language_is_measured_on_is_learned_from_in_that_language(folder):
    path = folder / "tatoeba-mt-test/en-de.tsv"
    before = path.read_text()
    source = folder_source(folder)
    measured = translations(source, "tatoeba", "de")
    lines = [
        f"{measured.english[0].upper()}\tetwas anderes",  # its English is measured on
        f"something else\t{measured.foreign[1]}",  # it is measured on itself
    ]
    path.write_text(before + "".join(f"{line}\n" for line in lines))
    write_manifest(folder)
    pairs = training_pairs(folder_source(folder), "de")
    assert pairs.left_out >= 2
    assert not {"etwas anderes"} & set(pairs.foreign)
    assert measured.foreign[1] not in pairs.foreign
    known = measured_sentences(source, "de")
    assert not known & {each.lower() for each in (*pairs.foreign, *pairs.english)}


def test_nothing_is_lost_between_what_is_there_and_what_is_left_out(folder):
    source = folder_source(folder)
    pairs = training_pairs(source, "sw")
    there = len(translations(source, "tatoeba-mt", "sw"))
    there += len(translations(source, "parallel", "sw", "lafand-train"))
    assert len(pairs) + pairs.left_out == there
