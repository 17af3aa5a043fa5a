import re
from base64 import b64encode

import nbformat
import pandas as pd
import pytest

from crosslab.book.figure_notes import figure_data, noted
from crosslab.chapters import FIGURE_ENTRY
from crosslab.errors import RunError
from crosslab.figures.shown import Shown
from crosslab.figures.style import canvas

FINDING = "Dot plot. One is ahead of two by +1.0 & the rest *stays*."
DATA = pd.DataFrame({"arm": ["one", "two"], "estimate_points": [1.23456789, -0.00001]})
SETTINGS = {"name": "gains", "caption": "Gains."}


def shown_output(finding=FINDING, data=DATA):
    figure, _ = canvas(1.0)
    shown = Shown(figure=figure, finding=finding, data=data)
    bundle, metadata = shown._repr_mimebundle_()
    as_kept = {kind: b64encode(content).decode() for kind, content in bundle.items()}
    return nbformat.v4.new_output("execute_result", data=as_kept, metadata=metadata)


def executed(*outputs, figure=SETTINGS, label="(gains-runs)="):
    """Return a notebook as papermill leaves it: with a cell that no template has."""
    injected = nbformat.v4.new_code_cell("n = 2", metadata={"tags": ["injected-parameters"]})
    drawing = nbformat.v4.new_code_cell("figures.draw()", outputs=list(outputs))
    drawing.metadata["mystnb"] = {"figure": dict(figure), "image": {"width": "100%"}}
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell("n: int = 1"),
        injected,
        nbformat.v4.new_markdown_cell(label),
        drawing,
    ]
    return notebook


def settings(notebook):
    return notebook.cells[-1].metadata["mystnb"]


def test_the_alt_text_is_the_finding_as_it_is_and_the_width_stays():
    notebook = executed(shown_output())
    noted(notebook, "gains")
    assert settings(notebook)["image"] == {"alt": FINDING, "width": "100%"}


def test_the_legend_has_the_caption_the_finding_and_three_links():
    notebook = executed(shown_output())
    noted(notebook, "gains")
    caption, words, links = settings(notebook)["figure"]["caption"].split("\n\n")
    assert caption == "Gains."
    assert words.startswith("**In words:** Dot plot.")
    assert "&amp; the rest \\*stays\\*" in words  # as straight text, whatever is in it
    assert re.findall('href="([^"]*)"', links) == [
        "../data/figures/gains.csv",
        "../notebooks/executed/gains.ipynb",
        "#gains-runs",
    ]


def test_a_chapter_without_runs_of_its_own_links_to_what_it_is_made_from():
    notebook = executed(shown_output(), label="no label")
    noted(notebook, "gains")
    assert '-again">what it is made from</a>' in settings(notebook)["figure"]["caption"]


def test_the_data_is_a_table_with_rounded_numbers_and_no_nought_with_a_sign():
    notebook = executed(shown_output())
    assert figure_data(notebook) == {"gains": "arm,estimate_points\none,1.2346\ntwo,0.0\n"}


@pytest.mark.parametrize("missing", ["name", "caption"])
def test_a_figure_without_name_or_caption_is_refused(missing):
    notebook = executed(shown_output(), figure={**SETTINGS, missing: ""})
    with pytest.raises(RunError, match=rf"notebooks/gains\.ipynb, cell 2: .*without {missing}"):
        noted(notebook, "gains")


def test_a_figure_that_finds_nothing_is_refused():
    with pytest.raises(RunError, match="cell 2: a figure without finding"):
        noted(executed(shown_output(finding=" ")), "gains")


def test_a_bare_picture_is_refused_with_its_cell():
    output = shown_output()
    del output.metadata[FIGURE_ENTRY]
    with pytest.raises(RunError, match=r"notebooks/gains\.ipynb, cell 2: a bare picture"):
        noted(executed(output), "gains")


def test_all_problems_are_reported_together():
    bare = shown_output()
    del bare.metadata[FIGURE_ENTRY]
    with pytest.raises(RunError) as refusal:
        noted(executed(bare, shown_output(), figure={}), "gains")
    assert len(refusal.value.problems) == 2
