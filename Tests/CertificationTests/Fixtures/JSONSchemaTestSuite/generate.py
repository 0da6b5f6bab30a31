"""Writes cases.jsonl from the JSON-Schema-Test-Suite: one line per group of cases, for the keywords that JSONSchema supports.

usage: generate.py FOLDER      the suite's tests/draft2020-12; the sdist of `jsonschema` on PyPI has it as json/tests/draft2020-12
"""

import json
import pathlib
import sys

# Whole files about what JSONSchema says it does not support.
UNSUPPORTED = {"anchor", "dynamicRef", "refRemote", "vocabulary", "unevaluatedItems", "unevaluatedProperties"}

folder = pathlib.Path(sys.argv[1])
lines = []
for path in sorted(folder.glob("*.json")):
    if path.stem in UNSUPPORTED:
        continue
    for group in json.loads(path.read_text(encoding="utf-8")):
        schema = group["schema"]
        if isinstance(schema, dict):
            schema.pop("$schema", None)
        cases = [{"description": t["description"], "data": t["data"], "valid": t["valid"]} for t in group["tests"]]
        entry = {"file": path.stem, "description": group["description"], "schema": schema, "tests": cases}
        lines.append(json.dumps(entry, separators=(",", ":")))
(pathlib.Path(__file__).parent / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
