from dataclasses import fields

import pytest
from conftest import rows

from crosslab import config
from crosslab.prose.declarations import Declaration
from crosslab.prose.parameter_tables import (
    NotebookParameter,
    notebook_table,
    setting_classes,
    settings_tables,
)
from crosslab.scales import study_config

CLASSES = setting_classes()


def test_every_class_of_settings_is_on_the_page_with_every_field():
    there = {each.name: [one.name for one in each.fields] for each in CLASSES}
    assert there == {
        name: [field.name for field in fields(each)]
        for name, each in vars(config).items()
        if name.endswith("Config") and isinstance(each, type)
    }


@pytest.mark.parametrize("declared", CLASSES, ids=lambda each: each.name)
def test_every_setting_has_words_beside_it(declared):
    assert declared.words
    assert [each.name for each in declared.fields if not each.words] == []


def body(name):
    """The table of one class: what stands in the last cell, by setting."""
    part = settings_tables().split(f"(setting-{name.lower()})=")[1].split("\n(setting-")[0]
    return {row[0].strip("`"): row[-1] for row in rows(part)[2:]}


def test_a_value_stands_with_the_scales_that_have_it_and_once_where_all_have_it():
    found = body("TaskConfig")["dev"].split("<br>")
    assert any(line.startswith(f"{study_config('lab').task.dev}:") for line in found)
    assert "`tuning`" not in body("TaskConfig")["dev"]  # there it is as in the lab
    assert body("EncoderConfig")["dropout"] == "0"


def test_where_choosing_differs_from_what_was_chosen_for_it_is_shown():
    assert "1: `tuning`" in body("WorldConfig")["seed"].split("<br>")
    assert "`bench-tuning`" in body("RealStudyConfig")["searches"]


def test_settings_within_settings_lead_to_their_own_table():
    assert body("StudyConfig")["finetune"] == "[FinetuneConfig](#setting-finetuneconfig)"
    assert "(setting-finetuneconfig)=" in settings_tables()


def parameter(notebook, words):
    return NotebookParameter(notebook, Declaration("scale", "str", words), "lab")


def test_notebooks_that_declare_the_same_share_a_line_and_exceptions_are_named():
    usual = [parameter(name, "lab or smoke") for name in ("a", "b", "c")]
    table = rows(notebook_table([*usual, parameter("d", "likewise")]))[2:]
    assert [row[-1] for row in table] == ["every other chapter", "d"]
    alone = rows(notebook_table(usual))[2:]
    assert alone[0][-1] == "a, b, c"
