"""Validate bundles as Process Run Crates; run by ``check-crate``, in the validator's environment.

The validator reads the JSON-LD context from the network. Here it is put into the validator's
cache beforehand, from a package that carries it, and no request leaves the machine.
"""

import sys
from collections import Counter
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

import requests
from requests_cache import CachedRequest, CachedResponse, CachedSession
from rocrate_validator import services
from rocrate_validator.models import Severity

from crosslab.trail.checking import CRATE_VERSION, crate_problems

PROFILE: Final = "process-run-crate"
CONTEXT: Final = f"{CRATE_VERSION}/context"
JSON_LD: Final = "application/ld+json"
# As the validator asks for it, in two places.
ACCEPTED: Final = (f"{JSON_LD}, application/json", f"{JSON_LD}, application/json, */*;q=0.1")


def main(bundles: list[str]) -> int:
    """Validate every bundle and return the exit status: 1 where one is no such crate."""
    failed = False
    for bundle in bundles:
        with TemporaryDirectory() as folder:
            unpacked, cache = Path(folder, "crate"), Path(folder, "cache")
            with ZipFile(bundle) as archive:
                archive.extractall(unpacked)
            keep_context(cache)
            wrong = [*crate_problems(unpacked), *findings(unpacked, cache, Severity.REQUIRED)]
            advice = findings(unpacked, cache, Severity.RECOMMENDED)
        verdict = f"{bundle}: {'is no' if wrong else 'is a'} Process Run Crate."
        said = [f"REQUIRED     {each}" for each in wrong]
        said += [f"RECOMMENDED  {each}" for each in advice]
        sys.stdout.write("\n".join([*said, verdict, ""]))
        failed = failed or bool(wrong)
    return int(failed)


def keep_context(cache: Path) -> None:
    """Put the context into the validator's cache, as if it had been fetched."""
    carried = distribution("rocrate").locate_file("rocrate/data/ro-crate.jsonld")
    content = Path(str(carried)).read_bytes()
    session = CachedSession(str(cache), backend="sqlite", expire_after=-1)
    for accept in ACCEPTED:
        asked = requests.Request("GET", CONTEXT, headers={"Accept": accept}).prepare()
        answer = CachedResponse(
            status_code=200,
            url=CONTEXT,
            content=content,
            headers={"Content-Type": JSON_LD},
            request=CachedRequest.from_request(asked),
        )
        session.cache.save_response(answer, session.cache.create_key(asked))
    session.close()


def findings(crate: Path, cache: Path, severity: Severity) -> list[str]:
    """Return what the validator finds of one severity, each finding once with how often."""
    settings = services.ValidationSettings(
        rocrate_uri=str(crate),
        profile_identifier=PROFILE,
        requirement_severity=severity,
        requirement_severity_only=True,
        offline=True,
        cache_path=cache,
    )
    issues = services.validate(settings).get_issues(severity)
    found = Counter(f"{each.check.identifier}: {each.message}" for each in issues)
    return [f"{said} ({count} times)" for said, count in found.items()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
