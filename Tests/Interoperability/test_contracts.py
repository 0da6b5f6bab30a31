"""The published contracts hold together: examples, schemas, AsyncAPI, OpenAPI and the broker's definitions."""

import copy
import json

import jsonschema
import pytest
import yaml
from conftest import ROOT, SCHEMAS
from openapi_spec_validator import validate

CONTRACTS = ROOT / "contracts"
ASYNCAPI = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text())
DEFINITIONS = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text())


@pytest.mark.parametrize("message_type", SCHEMAS)
def test_each_golden_example_obeys_its_schema(message_type, validator):
    example = json.loads((CONTRACTS / "examples" / f"{message_type}.json").read_text())
    validator(message_type).validate(example)


@pytest.mark.parametrize("message_type", SCHEMAS)
def test_a_schema_refuses_unknown_and_missing_fields(message_type, validator):
    example = json.loads((CONTRACTS / "examples" / f"{message_type}.json").read_text())
    assert not validator(message_type).is_valid({**example, "surprise": 1})
    for field in validator(message_type).schema["required"]:
        shortened = copy.deepcopy(example)
        del shortened[field]
        assert not validator(message_type).is_valid(shortened), field


def references(node):
    """Every $ref below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def test_every_reference_of_asyncapi_resolves():
    found = list(references(ASYNCAPI))
    assert found
    for reference in found:
        if not reference.startswith("#/"):
            assert (CONTRACTS / reference).is_file(), reference
            continue
        node = ASYNCAPI
        for part in reference[2:].split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]


def test_asyncapi_has_the_required_structure():
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= ASYNCAPI["info"].keys()
    for name, channel in ASYNCAPI["channels"].items():
        binding = channel["bindings"]["amqp"]
        assert binding["bindingVersion"] == "0.3.0", name
        assert binding["is"] in ("routingKey", "queue"), name
    for name, operation in ASYNCAPI["operations"].items():
        assert operation["action"] in ("send", "receive"), name
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in ASYNCAPI["channels"], name
    assert set(SCHEMAS) == set(ASYNCAPI["components"]["messages"]) - {"dead-letter"}


def test_asyncapi_agrees_with_the_definitions_of_the_broker():
    exchanges = {exchange["name"]: exchange["type"] for exchange in DEFINITIONS["exchanges"]}
    queues = {queue["name"] for queue in DEFINITIONS["queues"]}
    bound = {(binding["source"], binding["routing_key"]) for binding in DEFINITIONS["bindings"]}
    mandatory = {
        operation["channel"]["$ref"].removeprefix("#/channels/")
        for operation in ASYNCAPI["operations"].values()
        if operation["action"] == "send" and operation["bindings"]["amqp"]["mandatory"]
    }
    for name, channel in ASYNCAPI["channels"].items():
        binding = channel["bindings"]["amqp"]
        if binding["is"] == "queue":
            assert binding["queue"]["name"] in queues
            continue
        assert exchanges[binding["exchange"]["name"]] == binding["exchange"]["type"]
        if name in mandatory:
            assert (binding["exchange"]["name"], channel["address"]) in bound, name


def test_openapi_is_valid():
    validate(yaml.safe_load((CONTRACTS / "openapi.yaml").read_text()))


def price_validator():
    schema = json.loads((CONTRACTS / "schemas" / "prices.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def prices(path):
    """A file of prices with its days as text, as a reader without YAML's timestamps has them."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", ["Sources/Certification/Pricing/prices.yaml", "deploy/local/simulator-prices.yaml"])
def test_each_file_of_prices_obeys_its_schema(path):
    document = prices(ROOT / path)
    for row in document["prices"]:
        if "verified" in row:
            row["verified"] = row["verified"] == "true"
    price_validator().validate(document)
    assert not price_validator().is_valid({**document, "prices": [{**document["prices"][0], "colour": "blue"}]})
