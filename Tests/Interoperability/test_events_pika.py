"""A stranger's consumer hears a whole job, and every event obeys its published schema."""

import json
import os
import subprocess
import time
import urllib.request

import pika
import pytest
from conftest import BIN, CREDENTIALS, PRICES, Program, free_port

SECRET = "local-development-secret-of-no-value-elsewhere"


@pytest.fixture
def system(simulator, tmp_path):
    """Gateway and processor on the private servers of the tests."""
    port = free_port()
    environment = {
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "RABBITMQ_URL": os.environ["RABBITMQ_URL"],
        "JWT_SECRET": SECRET,
        "PRICES": PRICES,
    }
    subprocess.run([BIN / "certforge", "migrate"], env={**os.environ, **environment}, check=True, cwd=tmp_path)
    programs = [
        Program("gateway", {**environment, "HTTP_PORT": str(port)}, tmp_path),
        Program(
            "certification-processor",
            {**environment, **CREDENTIALS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": simulator},
            tmp_path,
        ),
    ]
    for program in programs:
        program.await_ready()
    yield f"http://127.0.0.1:{port}"
    for program in programs:
        program.stop()


def request(method: str, url: str, token: str, body=None):
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(
        url, method=method, data=data, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(call, timeout=10) as response:
        return json.load(response)


def test_every_event_of_a_job_obeys_its_schema(system, validator, tmp_path):
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["RABBITMQ_URL"]))
    channel = connection.channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, "certforge.events", "#")

    token = subprocess.run(
        [BIN / "certforge", "token"], env={**os.environ, "JWT_SECRET": SECRET}, check=True, capture_output=True,
        text=True, cwd=tmp_path,
    ).stdout.strip()
    job = request(
        "POST",
        f"{system}/api/v1/certifications/jobs",
        token,
        {
            "models": ["mistral.mistral-large-2402-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"],
            "regions": ["us-east-1", "eu-central-1"],
            "notify": ["ada@example.com"],
            "force": True,
        },
    )

    heard = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and "job.completed" not in heard:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method is None:
            connection.sleep(0.05)
            continue
        if properties.correlation_id != job["id"]:
            continue
        validator(properties.type).validate(json.loads(body))
        assert properties.type == method.routing_key
        assert properties.content_type == "application/json"
        assert properties.delivery_mode == 2
        assert properties.message_id
        assert properties.headers["x-schema-version"] == 1
        assert properties.headers["traceparent"].startswith("00-")
        heard.append(properties.type)
    connection.close()

    assert sorted(heard) == sorted(
        ["job.accepted", "job.completed"] + ["certification.completed"] * 4 + ["certificate.issued"] * 4
    )
