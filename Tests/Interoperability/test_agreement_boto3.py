"""AWS's own client and CertForge's see the same answers of the simulator, for every chat model of the registry."""

import json
import os
import pathlib
import subprocess

import pytest
from conftest import BIN, CREDENTIALS, ROOT
from test_simulator_boto3 import client

REGION = "us-east-1"
COUNT = "Count from 1 to 12 in digits, separated by commas."
WEATHER = "What is the weather in Oslo in celsius? Use the tool get_weather."
TOOL = {
    "name": "get_weather",
    "description": "Tells the current weather of a city.",
    "schema": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["city", "unit"],
    },
}


def registry() -> list[dict]:
    path = pathlib.Path(ROOT) / "Sources" / "Certification" / "Registry" / "registry.json"
    models = json.loads(path.read_text())["models"]
    return [model for model in models if model.get("kind", "chat") == "chat"]


def orders() -> list[dict]:
    """Each model three ways, streamed and not: an answer, one that is cut off, and a tool call or its refusal."""
    cases = [
        {"prompt": COUNT},
        {"prompt": COUNT, "maxTokens": 5, "system": "Be brief.", "stopSequences": ["11"]},
        {"prompt": WEATHER, "tools": [TOOL]},
    ]
    return [
        {
            "model": model["id"],
            "region": REGION,
            "profile": "geographic" if model.get("profile") else "in-region",
            "maxTokens": 100,
            "stream": stream,
            **case,
        }
        for model in registry()
        for case in cases
        for stream in (False, True)
    ] + [
        {"model": f"simulator.{name}-v1:0", "region": REGION, "prompt": COUNT, "maxTokens": 100, "stream": stream}
        for name in ("reason", "redact-reasoning", "split-bytes", "end-empty", "filter-content", "throttle", "lock-legacy")
        for stream in (False, True)
    ]


@pytest.fixture(scope="module")
def ours(simulator) -> list[dict]:
    environment = {
        **os.environ,
        **CREDENTIALS,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": simulator,
        "AWS_ENDPOINT_URL_BEDROCK": simulator,
    }
    done = subprocess.run(
        [BIN / "certforge", "call", "--batch"],
        input=json.dumps(orders()),
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def arguments(order: dict) -> dict:
    called = f"us.{order['model']}" if order.get("profile") == "geographic" else order["model"]
    result = {
        "modelId": called,
        "messages": [{"role": "user", "content": [{"text": order["prompt"]}]}],
        "inferenceConfig": {"maxTokens": order["maxTokens"]},
    }
    if "stopSequences" in order:
        result["inferenceConfig"]["stopSequences"] = order["stopSequences"]
    if "system" in order:
        result["system"] = [{"text": order["system"]}]
    if "tools" in order:
        result["toolConfig"] = {
            "tools": [
                {
                    "toolSpec": {
                        "name": tool["name"],
                        "description": tool["description"],
                        "inputSchema": {"json": tool["schema"]},
                    }
                }
                for tool in order["tools"]
            ]
        }
    return result


def whole(runtime, order: dict) -> dict:
    answer = runtime.converse(**arguments(order))
    blocks = answer["output"]["message"]["content"]
    return {
        "text": "".join(block.get("text", "") for block in blocks),
        "tools": [(block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks if "toolUse" in block],
        "stop": answer["stopReason"],
        "usage": answer["usage"],
    }


def streamed(runtime, order: dict) -> dict:
    text, names, inputs, stop, usage = "", {}, {}, None, None
    for event in runtime.converse_stream(**arguments(order))["stream"]:
        if start := event.get("contentBlockStart"):
            names[start["contentBlockIndex"]] = start["start"]["toolUse"]["name"]
            inputs[start["contentBlockIndex"]] = ""
        elif delta := event.get("contentBlockDelta"):
            text += delta["delta"].get("text", "")
            if tool := delta["delta"].get("toolUse"):
                inputs[delta["contentBlockIndex"]] += tool["input"]
        elif "messageStop" in event:
            stop = event["messageStop"]["stopReason"]
        elif "metadata" in event:
            usage = event["metadata"]["usage"]
    tools = [(name, json.loads(inputs[index])) for index, name in sorted(names.items())]
    return {"text": text, "tools": tools, "stop": stop, "usage": usage}


def test_both_clients_see_the_same(simulator, ours):
    runtime = client("bedrock-runtime", simulator)
    asked = orders()
    assert len(ours) == len(asked)
    refused = 0
    for order, our in zip(asked, ours, strict=True):
        try:
            their = (streamed if order["stream"] else whole)(runtime, order)
        except runtime.exceptions.ClientError as error:
            refused += 1
            assert our["error"]["code"] == error.response["Error"]["Code"], order
            assert our["error"]["message"] == error.response["Error"]["Message"], order
            assert our["error"]["httpStatus"] == error.response["ResponseMetadata"]["HTTPStatusCode"], order
            continue
        assert "error" not in our, (order, our)
        assert our["text"] == their["text"], order
        assert our["stopReason"] == their["stop"], order
        assert [(call["name"], json.loads(call["arguments"])) for call in our["toolCalls"]] == their["tools"], order
        usage = our["usage"]
        for mine, theirs in [
            ("inputTokens", "inputTokens"),
            ("outputTokens", "outputTokens"),
            ("totalTokens", "totalTokens"),
            ("cacheReadTokens", "cacheReadInputTokens"),
            ("cacheWriteTokens", "cacheWriteInputTokens"),
        ]:
            assert usage[mine] == their["usage"][theirs], order
    assert 0 < refused < len(asked) / 2
