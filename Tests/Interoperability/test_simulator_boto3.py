"""AWS's own client talks to the simulator unchanged."""

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from conftest import CREDENTIALS

MODEL = "mistral.mistral-large-2402-v1:0"
COUNT = [{"role": "user", "content": [{"text": "Count from 1 to 5 in digits, separated by commas."}]}]


def client(service: str, endpoint: str, secret: str = CREDENTIALS["AWS_SECRET_ACCESS_KEY"], region: str = "us-east-1"):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def runtime(simulator):
    return client("bedrock-runtime", simulator)


def code_of(call, **arguments) -> tuple[str, int]:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_converse(runtime):
    answer = runtime.converse(modelId=MODEL, messages=COUNT, inferenceConfig={"maxTokens": 100})
    assert answer["output"]["message"]["content"][0]["text"] == "1, 2, 3, 4, 5"
    assert answer["stopReason"] == "end_turn"
    usage = answer["usage"]
    assert usage["inputTokens"] + usage["outputTokens"] == usage["totalTokens"] > 0


def test_converse_obeys_the_limit_on_tokens(runtime):
    answer = runtime.converse(modelId=MODEL, messages=COUNT, inferenceConfig={"maxTokens": 3})
    assert answer["stopReason"] == "max_tokens"
    assert answer["usage"]["outputTokens"] == 3


@pytest.mark.parametrize("model", [MODEL, "us.anthropic.claude-3-haiku-20240307-v1:0"])
def test_converse_stream(runtime, model):
    events = list(runtime.converse_stream(modelId=model, messages=COUNT)["stream"])
    names = [next(iter(event)) for event in events]
    assert names[0] == "messageStart"
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    text = "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e)
    assert text == "1, 2, 3, 4, 5"
    assert names.count("contentBlockDelta") > 2


def test_a_throttled_and_a_denied_model(runtime):
    assert code_of(runtime.converse, modelId="simulator.throttle-v1:0", messages=COUNT) == ("ThrottlingException", 429)
    assert code_of(runtime.converse, modelId="simulator.deny-v1:0", messages=COUNT) == ("AccessDeniedException", 403)
    assert code_of(runtime.converse_stream, modelId="simulator.throttle-v1:0", messages=COUNT) == (
        "ThrottlingException",
        429,
    )


def test_a_stream_that_breaks_after_200(runtime):
    stream = runtime.converse_stream(modelId="simulator.break-stream-v1:0", messages=COUNT)["stream"]
    with pytest.raises(botocore.exceptions.EventStreamError, match="modelStreamErrorException"):
        list(stream)


def test_an_arn_and_a_profile_reach_the_same_model(runtime):
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0"
    assert runtime.converse(modelId=arn, messages=COUNT)["stopReason"] == "end_turn"
    assert code_of(runtime.converse, modelId="anthropic.claude-3-haiku-20240307-v1:0", messages=COUNT) == (
        "ValidationException",
        400,
    )


def test_a_wrong_secret_is_refused(simulator):
    assert code_of(client("bedrock-runtime", simulator, secret="wrong").converse, modelId=MODEL, messages=COUNT) == (
        "InvalidSignatureException",
        403,
    )


def test_the_control_plane(simulator):
    control = client("bedrock", simulator, region="eu-central-1")
    models = control.list_foundation_models()["modelSummaries"]
    assert len(models) == 63
    assert all(model["modelLifecycle"]["status"] == "ACTIVE" for model in models)
    pages = control.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 7})
    ids = [profile["inferenceProfileId"] for page in pages for profile in page["inferenceProfileSummaries"]]
    assert len(ids) == len(set(ids)) > 14
    assert {identifier.split(".")[0] for identifier in ids} == {"eu", "global"}
    on_demand = {model["modelId"] for model in models if "ON_DEMAND" in model["inferenceTypesSupported"]}
    assert on_demand.isdisjoint(identifier.split(".", 1)[1] for identifier in ids)
