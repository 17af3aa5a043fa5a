"""A claim that nothing is told about has no page."""

import pytest
import yaml

from crosslab.book.evidence_check import require_evidence
from crosslab.errors import UsageError


def test_a_claim_without_evidence_is_named_with_file_and_line(project):
    require_evidence()  # what is kept is whole
    path = project / "claims" / "evidence.yaml"
    held = yaml.safe_load(path.read_text())
    held["evidence"] = [row for row in held["evidence"] if row["about"] != "gain-nli"]
    path.write_text(yaml.safe_dump(held))
    with pytest.raises(UsageError) as refusal:
        require_evidence()
    (line,) = [
        number
        for number, text in enumerate((project / "claims/registry.yaml").read_text().split("\n"), 1)
        if "claim_id: gain-nli" in text
    ]
    assert any(
        each.startswith(f"claims/registry.yaml:{line}: claim gain-nli has no evidence")
        for each in refusal.value.problems
    )
