"""Starts the built programs for the tests that talk to them through other people's clients."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
import uuid

import jsonschema
import pytest
import referencing

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BIN", ROOT / ".build" / "debug"))
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
}

# What everything costs here: a job for models without a price is refused.
PRICES = """
version: tests
prices:
  - {provider: bedrock, model: "*", validFrom: 2020-01-01, input: 0.1, output: 0.4, source: tests, checked: 2026-01-01}
  - {provider: proxy, model: "*", validFrom: 2020-01-01, input: 0.1, output: 0.4, source: tests, checked: 2026-01-01}
  - {provider: dreams, model: "*", validFrom: 2020-01-01, input: 0.1, output: 0.4, source: tests, checked: 2026-01-01}
"""


TAKEN: set[int] = set()


def free_port() -> int:
    """A port below those that the system gives to outgoing connections: one of these could take it again before the
    program that it is for has bound it. No port is given twice."""
    while True:
        port = random.randrange(10_000, 20_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in TAKEN:
            TAKEN.add(port)
            return port


class Program:
    """One running program with a health port."""

    def __init__(self, name: str, environment: dict[str, str], folder: pathlib.Path) -> None:
        self.health_port = free_port()
        self.log = folder / f"{name}.log"
        self.output = self.log.open("wb")
        self.process = subprocess.Popen(
            [BIN / name],
            env={**os.environ, **environment, "HEALTH_PORT": str(self.health_port)},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )

    def await_ready(self, seconds: float = 30) -> "Program":
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/ready", timeout=2):
                    return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"not ready: {self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()


@pytest.fixture(scope="session", autouse=True)
def database():
    """A database of this run's own. One that outlives the run may have been migrated by another version, with migrations that
    were not released yet and have changed since."""
    server = os.environ.get("DATABASE_URL")
    if server is None:
        yield
        return
    name = f"interoperability_{uuid.uuid4().hex[:8]}"

    def administer(statement: str) -> None:
        subprocess.run(["psql", server, "-v", "ON_ERROR_STOP=1", "-qc", statement], check=True)

    administer(f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl()
    yield
    os.environ["DATABASE_URL"] = server
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulator")
    port = free_port()
    program = Program(
        "bedrock-simulator", {**CREDENTIALS, "HTTP_PORT": str(port), "SIMULATOR_LATENCY_SCALE": "0.05"}, folder
    )
    program.await_ready()
    yield f"http://127.0.0.1:{port}"
    program.stop()


@pytest.fixture(scope="session")
def schemas() -> referencing.Registry:
    resources = []
    for path in sorted((ROOT / "contracts" / "schemas").glob("*.schema.json")):
        contents = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(contents)
        resources.append((contents["$id"], referencing.Resource.from_contents(contents)))
    return referencing.Registry().with_resources(resources)


# Which schema a message of each type obeys.
SCHEMAS = {
    "certification.requested": "certification-requested",
    "certification.completed": "certification-finished",
    "certification.failed": "certification-finished",
    "job.accepted": "job-accepted",
    "job.completed": "job-finished",
    "job.failed": "job-finished",
    "job.cancelled": "job-finished",
    "certificate.issued": "certificate-issued",
    "certificate.drifted": "certificate-drifted",
    "certificate.expiring": "certificate-expiring",
    "certificate.revoked": "certificate-revoked",
}


@pytest.fixture(scope="session")
def validator(schemas):
    def make(message_type: str) -> jsonschema.Draft202012Validator:
        path = ROOT / "contracts" / "schemas" / f"{SCHEMAS[message_type]}.schema.json"
        return jsonschema.Draft202012Validator(json.loads(path.read_text()), registry=schemas)

    return make
