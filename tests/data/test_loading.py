import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
from made_up_data import NAMES, SYNONYMS, in_language, word_in

from crosslab.data.catalogue import CARDS
from crosslab.data.folder import folder_source
from crosslab.data.loading import (
    comparable,
    dictionary,
    labelled_pairs,
    neighbours,
    parallel,
    questions,
    text_sources,
    texts,
    translations,
)
from crosslab.data.manifest import write_manifest
from crosslab.data.rows import joined
from crosslab.errors import DataError

PAWSX = CARDS["pawsx"].splits["dev"].languages
XNLI = CARDS["xnli"].splits["dev"].languages
ROWS = 24


def refusal(call, *arguments, **options):
    with pytest.raises(DataError) as caught:
        call(*arguments, **options)
    return caught.value


def with_labels(change):
    """Return an edit of a file that changes the label of each line."""

    def edit(text):
        lines = [line.split("\t") for line in text.splitlines()]
        return "".join(
            "\t".join([*line[:-1], change(row, line[-1])]) + "\n" for row, line in enumerate(lines)
        )

    return edit


def test_a_mixed_pair_is_one_item_said_in_two_languages(source):
    pairs = labelled_pairs(source, "xnli", "test", XNLI)
    first, second = pairs.pair("de", "zh")
    assert first == tuple(in_language("de", each) for each in pairs.first["en"])
    assert second == tuple(in_language("zh", each) for each in pairs.second["en"])
    assert len(pairs) == ROWS
    assert pairs.languages == XNLI


def test_items_are_named_by_split_and_row_and_keep_the_data_sets_own_id(source):
    pairs = labelled_pairs(source, "pawsx", "test", ["en"])
    assert pairs.items[:2] == ("test-00000", "test-00001")
    assert pairs.own_ids[:2] == ("2", "4")
    assert len(set(pairs.items)) == ROWS


def test_labels_are_numbered_in_the_order_of_the_card(source):
    pairs = labelled_pairs(source, "xnli", "dev", ["en"])
    denied = ["not" in sentence.split() for sentence in pairs.second["en"]]
    assert pairs.label_names == ("entailment", "neutral", "contradiction")
    assert ((pairs.labels == 2) == denied).all()
    assert pairs.labels.dtype == np.int8


def test_an_item_untranslated_in_one_language_is_left_out_in_all_and_named(source):
    alone = labelled_pairs(source, "pawsx", "dev", ["en"])
    pairs = labelled_pairs(source, "pawsx", "dev", PAWSX)
    missing = [PAWSX[place] for place in (1, 3, 5)]
    assert len(alone) == ROWS
    assert alone.left_out == ()
    assert len(pairs) == ROWS - len(missing)
    assert [each.languages for each in pairs.left_out] == [(each,) for each in missing]
    assert [each.item for each in pairs.left_out] == ["dev-00001", "dev-00003", "dev-00005"]
    assert not {each.item for each in pairs.left_out} & set(pairs.items)
    assert all("NS" not in pairs.first[language] for language in PAWSX)
    kept = [row for row, item in enumerate(alone.items) if item in pairs.items]
    assert pairs.first["en"] == alone.take(kept).first["en"]
    assert pairs.own_ids == tuple(alone.own_ids[row] for row in kept)
    assert (pairs.labels == alone.labels[kept]).all()


def test_a_language_that_was_not_loaded_cannot_be_paired(source):
    pairs = labelled_pairs(source, "xnli", "dev", ["en", "de"])
    assert "was loaded in en, de, not in zh" in str(refusal(pairs.pair, "zh", "en"))


def test_parts_of_a_training_set_are_loaded_apart_and_joined(source):
    parts = [
        labelled_pairs(source, "paws-wiki", name, ["en"]) for name in ("train", "train-shared")
    ]
    both = joined(parts)
    assert len(both) == sum(map(len, parts))
    assert both.split == "train+train-shared"
    assert both.first["en"][len(parts[0]) :] == parts[1].first["en"]
    assert len(set(both.items)) == len(both)
    assert (both.labels[: len(parts[0])] == parts[0].labels).all()


def test_parts_of_different_data_sets_are_not_joined(source):
    one = labelled_pairs(source, "paws-wiki", "train", ["en"])
    other = labelled_pairs(source, "nli-en", "train", ["en"])
    assert "cannot be joined" in str(refusal(joined, [one, other]))


def test_the_merged_training_set_is_its_parts_in_the_order_its_card_states(source):
    merged = labelled_pairs(source, "nli-en", "train", ["en"])
    names = "mnli-train mnli-dev snli-dev snli-test cad-train".split()
    parts = joined([labelled_pairs(source, "nli-en", name, ["en"]) for name in names])
    assert merged.first == parts.first
    assert (merged.labels == parts.labels).all()


def test_wrong_label_codes_are_shown_with_their_lines_and_what_is_accepted(edited):
    source = edited(
        "xnli/dev-de.tsv", with_labels(lambda row, label: "Neutral" if row in (2, 5) else label)
    )
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en", "de"])
    assert "'Neutral' in line 3, 'Neutral' in line 6" in str(error)
    assert "Accepted: entailment, neutral, contradiction" in str(error)


def test_many_wrong_labels_are_shown_in_part(edited):
    source = edited("pawsx/dev-en.tsv", with_labels(lambda _row, _label: "-1"))
    error = str(refusal(labelled_pairs, source, "pawsx", "dev", ["en"]))
    assert f"and {ROWS - 4} more" in error
    assert "Accepted: 0 (different), 1 (paraphrase)" in error


def test_a_placeholder_in_place_of_labels_is_refused(edited):
    source = edited("xnli/test-de.tsv", with_labels(lambda _row, _label: "neutral"))
    error = refusal(labelled_pairs, source, "xnli", "test", ["de"])
    assert "one label in all 24 rows, 'neutral'" in str(error)


def test_a_label_that_never_occurs_is_refused(edited):
    source = edited(
        "xnli/dev-en.tsv",
        with_labels(lambda row, _label: ("neutral", "entailment")[row % 2]),
    )
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en"])
    assert "no row with the label contradiction" in str(error)


def test_labels_unlike_those_of_the_split_are_refused(edited):
    source = edited(
        "xnli/dev-en.tsv",
        with_labels(lambda row, label: label if row < ROWS // 2 else "neutral"),
    )
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en"])
    assert "the card of 'xnli' allows 33.3% to 40.0%" in str(error)


def test_rows_that_moved_in_one_language_are_found_by_their_labels(edited):
    source = edited(
        "xnli/dev-de.tsv",
        lambda text: "".join([*text.splitlines(True)[1:], text.splitlines(True)[0]]),
    )
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en", "de", "fr"])
    assert len(error.problems) == 1
    assert "other labels in de than in en" in str(error)


def test_languages_with_different_numbers_of_rows_are_refused(edited):
    source = edited("xnli/dev-de.tsv", lambda text: "".join(text.splitlines(True)[:-3]))
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en", "de"])
    assert f"(en {ROWS}, de {ROWS - 3})" in str(error)


def test_rows_are_held_to_the_number_that_the_folder_lists(folder):
    manifest = folder / "manifest.json"
    content = json.loads(manifest.read_text())
    for each in content["files"]:
        each["rows"] += each["path"] in (
            "xnli/dev-de.tsv",
            "xnli/dev-fr.tsv",
            "lareqa/xquad-r.de.json.gz",
        )
    manifest.write_text(json.dumps(content))
    source = folder_source(folder)
    error = refusal(labelled_pairs, source, "xnli", "dev", ["en", "de", "fr"])
    assert [each.split(" has ")[0] for each in error.problems] == [
        str(folder / "xnli/dev-de.tsv"),
        str(folder / "xnli/dev-fr.tsv"),
    ]
    assert f"has {ROWS} rows and must have {ROWS + 1}" in str(error)
    assert f"must have {ROWS + 1}" in str(refusal(questions, source, ["en", "de"]))


def test_an_empty_sentence_is_refused_with_its_line(edited):
    source = edited("xnli/dev-de.tsv", lambda text: " \t" + text.partition("\t")[2])
    error = refusal(labelled_pairs, source, "xnli", "dev", ["de"])
    assert "empty 'first' in line 1" in str(error)


def test_a_line_is_counted_from_the_top_of_the_file_header_included(edited):
    source = edited(
        "dicts/derived-pivot.en-ko.tsv", lambda text: text.replace("\nbaker\t", "\n \t", 1)
    )
    error = refusal(dictionary, source, "ko")
    assert "empty 'english' in line 3" in str(error)


def test_an_item_id_that_occurs_twice_is_refused(edited):
    source = edited("pawsx/ids.tsv", lambda text: text.replace("dev\t1\t3\n", "dev\t1\t1\n"))
    error = refusal(labelled_pairs, source, "pawsx", "dev", ["en", "de"])
    assert "occur more than once" in str(error)


def test_ids_for_other_rows_than_there_are_are_refused(edited):
    source = edited("pawsx/ids.tsv", lambda text: text + f"dev\t{ROWS}\t999\n")
    error = refusal(labelled_pairs, source, "pawsx", "dev", ["en"])
    assert f"{ROWS + 1} item ids for {ROWS} rows" in str(error)


def test_translations_know_which_side_is_english_whatever_the_order_in_the_file(source):
    for key, split, language in (
        ("tatoeba", "test", "de"),  # foreign first
        ("tatoeba-mt", "test", "de"),  # English first
        ("parallel", "lafand-train", "sw"),
        ("parallel", "joshua-wiki", "hi"),
    ):
        found = translations(source, key, language, split)
        assert len(found) == ROWS
        assert found.foreign == tuple(in_language(language, each) for each in found.english)


def test_parallel_sentences_are_taken_from_the_column_of_their_language(source):
    flores = parallel(source, "flores", ["yo", "en", "zh"])
    assert flores.pair("en", "zh")[1] == tuple(in_language("zh", x) for x in flores.sentences["en"])
    tico = parallel(source, "tico19", ["es", "en"])  # the file calls it es_LA
    assert tico.sentences["es"][0] == in_language("es", tico.sentences["en"][0])
    assert len(tico) == ROWS


def test_gold_pairs_of_comparable_texts_are_translations(source):
    found = comparable(source, "zh")
    assert found.gold.shape == (ROWS // 2, 2)
    for foreign, english in found.gold:
        assert found.foreign[foreign] == in_language("zh", found.english[english])


def test_a_gold_pair_of_a_sentence_that_is_not_there_is_refused(edited):
    source = edited(
        "bucc2018/zh-en.dev.gold.tsv", lambda text: text.replace("zh-000000001", "zh-999999999")
    )
    assert "sentences that are not there: zh-999999999" in str(refusal(comparable, source, "zh"))


def test_questions_in_an_unknown_language_are_refused_with_those_there_are(source):
    assert "has no fi. It has: ar de el" in str(refusal(questions, source, ["en", "fi"]))


def test_a_question_points_to_the_sentence_in_which_its_answer_begins(source):
    languages = CARDS["lareqa"].languages
    asked = questions(source, languages)
    assert len(asked) == ROWS
    for language in ("de", "zh"):
        for row, answer in enumerate(asked.answers[language]):
            *said, _, _, _ = asked.candidates[language][answer].split()
            assert said == asked.questions[language][row].split()[1:]
            paragraph = asked.paragraphs[language][asked.paragraph_of[language][answer]]
            assert asked.candidates[language][answer] in paragraph


def test_an_answer_that_begins_in_no_sentence_is_refused(folder):
    path = folder / "lareqa/xquad-r.de.json.gz"
    content = json.loads(gzip.decompress(path.read_bytes()))
    content["data"][0]["paragraphs"][0]["qas"][1]["answers"][0]["answer_start"] = 10_000
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    write_manifest(folder)
    error = refusal(questions, folder_source(folder), ["en", "de"])
    assert "the answer of question-1 begins in 0 sentences" in str(error)


def test_questions_in_another_order_or_layout_are_refused(folder):
    for language, change in (("de", _reversed), ("zh", _without_breaks)):
        path = folder / f"lareqa/xquad-r.{language}.json.gz"
        content = json.loads(gzip.decompress(path.read_bytes()))
        change(content["data"][0]["paragraphs"])
        path.write_bytes(gzip.compress(json.dumps(content).encode()))
    write_manifest(folder)
    source = folder_source(folder)
    assert "in the same order" in str(refusal(questions, source, ["en", "de"]))
    assert "is not laid out as questions with sentence breaks" in str(
        refusal(questions, source, ["en", "zh"])
    )


def _reversed(paragraphs):
    paragraphs.reverse()


def _without_breaks(paragraphs):
    del paragraphs[1]["sentence_breaks"]


def test_text_comes_from_the_sources_there_are_with_the_licence_of_each(source):
    assert text_sources(source, "sw") == ("wikiann", "bible-nt-1891")
    found = texts(source, "sw")
    assert set(found.by_source) == {"wikiann", "bible-nt-1891"}
    assert found.licences["bible-nt-1891"] == "public domain"
    assert len(found.lines()) == 20 * ROWS
    assert set(texts(source, "sw", ["wikiann"]).by_source) == {"wikiann"}


def test_a_language_without_text_is_refused_with_those_that_have_some(source):
    assert "It has" not in str(refusal(texts, source, "yo"))
    assert "no raw text of 'yo'" in str(refusal(texts, source, "yo"))
    assert "does not list rawtext/sw/commonvoice" in str(
        refusal(texts, source, "sw", ["commonvoice"])
    )


def test_a_dictionary_leaves_out_pairs_of_a_word_and_itself_and_counts_them(source):
    for language in CARDS["dictionaries"].languages:
        found = dictionary(source, language)
        assert found.identical == len(NAMES)
        assert not set(NAMES) & set(found.translations)
        assert found.translations["garden"][0] == word_in(language, "garden")
        assert len(found.translations["garden"]) == 2
        assert found.licence
    kept = dictionary(source, "de", keep_identical=True)
    assert kept.translations[NAMES[0]] == (NAMES[0],)


def test_a_dictionary_that_there_is_not_is_refused_with_those_there_are(source):
    error = refusal(dictionary, source, "fi")
    assert "no dictionary of 'fi'" in str(error)
    assert "sw th tr" in str(error)


def test_neighbours_leave_out_words_without_any(source):
    assert neighbours(source) == {word: tuple(each) for word, each in SYNONYMS.items() if each}


@pytest.mark.parametrize("content", ['["a"]', '{"a": "b"}', '{"a": [1]}'])
def test_neighbours_that_are_not_words_with_lists_of_words_are_refused(edited, content):
    source = edited("counterfitted/counterfitted_neighbors.json", lambda _: content)
    assert "words with lists of words" in str(refusal(neighbours, source))


def test_a_data_set_is_not_loaded_as_another_kind(source):
    error = refusal(translations, source, "xnli", "de", "test")
    assert "'xnli' is labelled pairs, and cannot be loaded as translations" in str(error)


def test_a_card_of_ones_own_is_loaded_like_any_other(source):
    card = CARDS["xnli"]
    narrow = replace(card.splits["dev"], commonest=(0.9, 1.0))
    error = refusal(
        labelled_pairs, source, replace(card, splits={"dev": narrow}), "dev", ["en", "de"]
    )
    assert len(error.problems) == 2
