"""Suite files obey their JSON Schema, as another implementation reads both."""

import copy
import hashlib
import json
import subprocess

import jsonschema
import pytest
import yaml
from conftest import BIN, ROOT

SCHEMA = json.loads((ROOT / "contracts" / "schemas" / "suite.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FILES = sorted((ROOT / "Sources" / "Certification" / "Suites" / "Bundled").glob("*.yaml"))
BASE = yaml.safe_load((ROOT / "Sources" / "Certification" / "Suites" / "Bundled" / "base.yaml").read_text())


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_bundled_suite_obeys_the_schema(path):
    errors = [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(path.read_text()))]
    assert not errors


def test_there_are_four_suites():
    assert {path.stem for path in FILES} == {"smoke", "base", "standard", "full"}


def broken(change):
    suite = copy.deepcopy(BASE)
    change(suite, suite["tests"][0], suite["tests"][0]["calls"][0])
    return suite


BROKEN = {
    "unknown key of the suite": lambda suite, test, call: suite.update(lifetime=7),
    "no id": lambda suite, test, call: suite.pop("id"),
    "id with capitals": lambda suite, test, call: suite.update(id="Base"),
    "version 0": lambda suite, test, call: suite.update(version=0),
    "no tests": lambda suite, test, call: suite.update(tests=[]),
    "no gate": lambda suite, test, call: test.pop("gate"),
    "a gate for one vendor only": lambda suite, test, call: test.update(vendors=["amazon"]),
    "unknown key of a test": lambda suite, test, call: test.update(vendor=["amazon"]),
    "unknown dimension": lambda suite, test, call: test.update(dimension="livelyness"),
    "unknown capability": lambda suite, test, call: test.update(requires=["tool"]),
    "probe of nothing": lambda suite, test, call: test.update(probe=True),
    "pass without repeats": lambda suite, test, call: test.update({"pass": "any"}),
    "weight 0": lambda suite, test, call: test.update(weight=0),
    "timeout as text": lambda suite, test, call: test.update(timeout="30"),
    "two procedures": lambda suite, test, call: test.update(
        procedure={"latency": {"samples": 2}, "determinism": {"runs": 2}}
    ),
    "a ramp that does not begin at 1": lambda suite, test, call: test.update(
        procedure={"ramp": {"clients": [2, 4], "callsPerStep": 4}}
    ),
    "no prompt": lambda suite, test, call: call.pop("prompt"),
    "prompt and messages": lambda suite, test, call: call.update(messages=[{"user": "Hello"}]),
    "no messages": lambda suite, test, call: (call.pop("prompt"), call.update(messages=[])),
    "unknown role": lambda suite, test, call: (call.pop("prompt"), call.update(messages=[{"system": "x"}])),
    "no graders": lambda suite, test, call: call.pop("graders"),
    "graders and a refusal": lambda suite, test, call: call.update(refused={"as": ["VALIDATION"], "within": 1}),
    "unknown grader": lambda suite, test, call: call.update(graders=["nonempty"]),
    "grader without its value": lambda suite, test, call: call.update(graders=["includes"]),
    "unknown rule of form": lambda suite, test, call: call.update(graders=[{"format": "noCommas"}]),
    "too few tokens": lambda suite, test, call: call.update(maxTokens=8),
    "temperature 99 that is to be answered": lambda suite, test, call: call.update(temperature=99),
    "unknown error category": lambda suite, test, call: (
        call.pop("graders"),
        call.update(refused={"as": ["THROTTLED"], "within": 1}),
    ),
    "control without a system prompt": lambda suite, test, call: call.update(control=True),
    "a choice among no tools": lambda suite, test, call: call.update(toolChoice="required"),
    "a result of a tool in a first call": lambda suite, test, call: call.update(toolResult="x"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_suite_does_not_obey_the_schema(name):
    assert not VALIDATOR.is_valid(broken(BROKEN[name]))


def canonical_digest(document) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_digest_can_be_computed_by_anyone(path):
    shown = subprocess.run([BIN / "certforge", "suites", "show", path.stem], capture_output=True, text=True, check=True)
    assert f"sha256:{canonical_digest(yaml.safe_load(path.read_text()))}" in shown.stdout
