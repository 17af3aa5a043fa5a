# The study's schedule. Run through `crosslab study`, which writes the plan this reads:
# only runs whose record is missing are in it, so nothing that is done is done again.
#
# A job makes the runs of one experiment and seed through the run notebook. Its output
# is a marker, not the record: records are written whole by the store, and a failing
# arm must not take the finished ones of its batch with it.

import json
from pathlib import Path
from shlex import join

from crosslab.processes import end_with

PLAN = json.loads(Path(config["plan"]).read_text())
WORK = PLAN["work"]

if PLAN["parent"] is not None:
    end_with(PLAN["parent"])


rule all:
    input:
        [f"{WORK}/{batch['name']}.done" for batch in PLAN["batches"]],


for batch in PLAN["batches"]:

    rule:
        name:
            batch["name"]
        input:
            [f"{WORK}/{needed}.done" for needed in batch["needs"]],
        output:
            touch(f"{WORK}/{batch['name']}.done"),
        log:
            f"{WORK}/{batch['name']}.log",
        threads: batch["threads"]
        priority: batch["priority"]
        resources:
            mem_mb=batch["memory_mb"],
        params:
            command=join(batch["command"]),
        shell:
            "{params.command} > {log:q} 2>&1"
