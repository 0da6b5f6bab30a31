"""OpenAI's own client talks to the simulator's chat completions unchanged."""

import json

import openai
import pytest

COUNT = [{"role": "user", "content": "Count from 1 to 5 in digits, separated by commas."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
def client(simulator):
    return openai.OpenAI(base_url=f"{simulator}/openai/v1", api_key="sk-simulator", max_retries=0)


def test_completion(client):
    answer = client.chat.completions.create(model="chat-small", messages=COUNT, max_tokens=100)
    assert answer.choices[0].message.content == "1, 2, 3, 4, 5"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer._request_id


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_length(client, name):
    answer = client.chat.completions.create(model="chat-small", messages=COUNT, **{name: 3})
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 3


@pytest.mark.parametrize("includes_usage", [True, False])
def test_stream(client, includes_usage):
    whole = client.chat.completions.create(model="chat-small", messages=COUNT, max_tokens=100)
    options = {"stream_options": {"include_usage": True}} if includes_usage else {}
    chunks = list(
        client.chat.completions.create(model="chat-small", messages=COUNT, max_tokens=100, stream=True, **options)
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason]
    assert reasons == [whole.choices[0].finish_reason]
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    assert usages == ([whole.usage] if includes_usage else [])


@pytest.mark.parametrize("is_streamed", [False, True])
def test_tool_call_and_its_result(client, is_streamed):
    question = [{"role": "user", "content": "What is the weather in Rome?"}]
    if is_streamed:
        with client.chat.completions.stream(model="chat-large", messages=question, tools=[WEATHER]) as stream:
            for _ in stream:
                pass
            answer = stream.get_final_completion()
    else:
        answer = client.chat.completions.create(model="chat-large", messages=question, tools=[WEATHER])
    assert answer.choices[0].finish_reason == "tool_calls"
    (call,) = answer.choices[0].message.tool_calls
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Rome"}
    result = {"role": "tool", "tool_call_id": call.id, "content": "Sunny, 21 degrees"}
    asked = {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]}
    final = client.chat.completions.create(model="chat-large", messages=[*question, asked, result], tools=[WEATHER])
    assert "21 degrees" in final.choices[0].message.content


@pytest.mark.parametrize(
    ("model", "error", "code"),
    [
        ("simulator.throttle-v1:0", openai.RateLimitError, "rate_limit_exceeded"),
        ("simulator.unavailable-v1:0", openai.InternalServerError, None),
        ("simulator.deny-v1:0", openai.PermissionDeniedError, None),
        ("no-such-model", openai.NotFoundError, "model_not_found"),
    ],
)
def test_errors(client, model, error, code):
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=model, messages=COUNT)
    assert caught.value.code == code


def test_an_error_inside_the_stream_is_raised(client):
    with pytest.raises(openai.APIError, match="while streaming"):
        list(client.chat.completions.create(model="simulator.break-stream-v1:0", messages=COUNT, stream=True))


def test_a_wrong_key_is_refused(simulator):
    stranger = openai.OpenAI(base_url=f"{simulator}/openai/v1", api_key="sk-wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.chat.completions.create(model="chat-small", messages=COUNT)
