"""A server of other people, the LiteLLM proxy, is certified through gateway and processor as a provider of the operator's file."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import jsonschema
import pytest
import yaml
from conftest import BIN, CREDENTIALS, ROOT, PRICES, Program, free_port
from test_events_pika import SECRET, request

KEY = "sk-litellm"


def litellm_configuration(simulator: str) -> dict:
    """A model that the simulator answers through the proxy's own client, and three that the proxy answers by itself."""

    def mock(name: str, response: str) -> dict:
        return {
            "model_name": name,
            "litellm_params": {"model": "openai/mock", "api_key": "none", "mock_response": response},
        }

    return {
        "model_list": [
            {
                "model_name": "through",
                "litellm_params": {
                    "model": "openai/chat-large",
                    "api_base": f"{simulator}/openai/v1",
                    "api_key": "sk-simulator",
                },
            },
            mock("parrot", "The capital of France is Paris."),
            mock("throttled", "litellm.RateLimitError"),
            mock("broken", "litellm.InternalServerError"),
        ],
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }


@pytest.fixture(scope="module")
def litellm(simulator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("litellm")
    configuration = folder / "config.yaml"
    configuration.write_text(yaml.safe_dump(litellm_configuration(simulator)))
    port = free_port()
    with (folder / "litellm.log").open("wb") as log:
        process = subprocess.Popen(
            [os.path.join(os.path.dirname(sys.executable), "litellm"), "--config", configuration, "--host", "127.0.0.1"]
            + ["--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        )
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None and time.monotonic() < deadline, (folder / "litellm.log").read_text()[-4000:]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def providers_file(litellm: str) -> str:
    def model(name: str) -> dict:
        return {"id": name, "vendor": "litellm", "context": 8192, "output": 4096}

    return yaml.safe_dump(
        {
            "providers": [
                {
                    "id": "proxy",
                    "kind": "openai-compatible",
                    "name": "LiteLLM",
                    "baseURL": f"{litellm}/v1",
                    "apiKeyVariable": "LITELLM_KEY",
                    "allowPrivateAddresses": True,
                    "models": [model(name) for name in ["through", "parrot", "throttled", "broken", "missing"]],
                },
                {
                    "id": "asleep",
                    "kind": "openai-compatible",
                    "enabled": False,
                    "baseURL": "https://asleep.example/v1",
                    "models": [model("dreamer")],
                },
            ]
        }
    )


@pytest.fixture(scope="module")
def system(litellm, simulator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("system")
    port = free_port()
    file = folder / "providers.yaml"
    file.write_text(providers_file(litellm))
    environment = {
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "RABBITMQ_URL": os.environ["RABBITMQ_URL"],
        "JWT_SECRET": SECRET,
        "PRICES": PRICES,
        "PROVIDERS_FILE": str(file),
    }
    subprocess.run([BIN / "certforge", "migrate"], env={**os.environ, **environment}, check=True, cwd=folder)
    quick = {"CERTIFICATION_MAX_ATTEMPTS": "1", "CERTIFICATION_RETRY_BASE": "0", "CERTIFICATION_RETRY_CAP": "0"}
    programs = [
        Program("gateway", {**environment, "HTTP_PORT": str(port)}, folder),
        Program(
            "certification-processor",
            {
                **environment,
                **CREDENTIALS,
                **quick,
                "LITELLM_KEY": KEY,
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": simulator,
            },
            folder,
        ),
    ]
    for program in programs:
        program.await_ready()
    yield f"http://127.0.0.1:{port}", programs[1]
    for program in programs:
        program.stop()


@pytest.fixture(scope="module")
def token(tmp_path_factory) -> str:
    return subprocess.run(
        [BIN / "certforge", "token"],
        env={**os.environ, "JWT_SECRET": SECRET},
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path_factory.mktemp("token"),
    ).stdout.strip()


def certify(gateway: str, token: str, models: list[str], regions: list[str], seconds: float = 120) -> dict:
    """The finished job's certifications, by model."""
    job = request("POST", f"{gateway}/api/v1/certifications/jobs", token, {"models": models, "regions": regions, "force": True})
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = request("GET", f"{gateway}/api/v1/certifications/jobs/{job['id']}", token)
        if found["status"] not in ("QUEUED", "PROCESSING"):
            return found
        time.sleep(0.2)
    raise AssertionError(f"the job has not ended: {json.dumps(found)}")


def by_model(job: dict) -> dict:
    return {certification["model"]: certification for certification in job["certifications"]}


def test_the_file_obeys_its_schema():
    schema = json.loads((ROOT / "contracts" / "schemas" / "providers.schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(yaml.safe_load((ROOT / "contracts" / "examples" / "providers.yaml").read_text()))
    validator.validate(yaml.safe_load(providers_file("http://127.0.0.1:1")))
    for spoilt in [{"apiKey": "x"}, {"baseURL": "ftp://x"}, {"id": "Bad"}, {"kind": "bedrock"}, {"models": []}]:
        file = yaml.safe_load(providers_file("http://127.0.0.1:1"))
        file["providers"][0].update(spoilt)
        assert not validator.is_valid(file), spoilt


def test_a_model_behind_the_proxy_is_certified(system, token):
    gateway, _ = system
    job = certify(gateway, token, ["proxy/through"], ["global"])
    certification = by_model(job)["through"]
    assert certification["provider"] == "proxy"
    assert certification["status"] == "CERTIFIED", json.dumps(certification)
    detail = request("GET", f"{gateway}/api/v1/certifications/{certification['id']}", token)
    assert detail["rating"] > 0


def test_what_the_proxy_answers_by_itself_is_judged_by_what_it_says(system, token):
    gateway, _ = system
    found = by_model(certify(gateway, token, ["parrot", "broken", "missing"], ["global"]))
    # It answers everything with the same sentence.
    assert found["parrot"]["status"] in ("FAILED", "QUALITY_WARNING")
    assert found["broken"]["status"] == "INCONCLUSIVE"
    assert found["broken"]["reasonCode"] == "INTERNAL"
    assert found["missing"]["status"] == "UNSUPPORTED"
    assert found["missing"]["reasonCode"] == "MODEL_NOT_FOUND"


def test_a_throttle_of_the_proxy_is_one(system, token):
    gateway, _ = system
    jobs = f"{gateway}/api/v1/certifications/jobs"
    job = request("POST", jobs, token, {"models": ["throttled"], "regions": ["global"], "force": True})
    deadline = time.monotonic() + 60
    while True:
        (certification,) = request("GET", f"{jobs}/{job['id']}", token)["certifications"]
        if certification["status"] == "RETRYING":
            break
        assert time.monotonic() < deadline, certification
        time.sleep(0.1)
    assert certification["reasonCode"] == "THROTTLED_RPM"
    # It would be put off again and again.
    request("DELETE", f"{jobs}/{job['id']}", token)


def test_what_is_not_configured_is_unsupported_before_any_call(system, token):
    gateway, _ = system
    found = by_model(certify(gateway, token, ["asleep/dreamer", "openai/gpt-4o"], ["global"], seconds=5))
    assert {name: entry["reasonCode"] for name, entry in found.items()} == {
        "dreamer": "PROVIDER_NOT_CONFIGURED",
        "gpt-4o": "PROVIDER_NOT_CONFIGURED",
    }
    assert all(entry["status"] == "UNSUPPORTED" for entry in found.values())


def test_an_unknown_provider_is_refused_with_the_known_ones(system, token):
    gateway, _ = system
    with pytest.raises(urllib.error.HTTPError) as caught:
        certify(gateway, token, ["nobody/some-model-of-theirs"], ["global"])
    assert caught.value.code == 400
    assert "bedrock, proxy, asleep" in caught.value.read().decode()


def test_models_and_health_show_the_providers(system, token):
    gateway, processor = system
    models = request("GET", f"{gateway}/api/v1/models?provider=proxy", token)["models"]
    assert {model["address"] for model in models} >= {"proxy/through", "proxy/parrot"}
    assert all(model["regions"] == ["global"] for model in models)
    with urllib.request.urlopen(f"http://127.0.0.1:{processor.health_port}/health", timeout=5) as response:
        checks = {check["name"]: check for check in json.load(response)["checks"]}
    assert checks["providers"]["detail"] == "bedrock, proxy; turned off: asleep"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"apiKeyVariable": "NO_SUCH_KEY"}, "names NO_SUCH_KEY, which is not set"),
        ({"allowPrivateAddresses": False, "baseURL": "https://127.0.0.1/v1"}, "leads to a private address"),
        ({"apiKey": "sk-hunter2"}, "'providers[0].apiKey' is not a key that is known"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(tmp_path, change, complaint):
    file = yaml.safe_load(providers_file("http://127.0.0.1:1"))
    file["providers"][0].update(change)
    (tmp_path / "providers.yaml").write_text(yaml.safe_dump(file))
    ended = subprocess.run(
        [BIN / "certification-processor"],
        env={
            **os.environ,
            **CREDENTIALS,
            "PROVIDERS_FILE": str(tmp_path / "providers.yaml"),
            "LITELLM_KEY": KEY,
            "HEALTH_PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=30,
    )
    output = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert complaint in output and "providers.yaml:" in output
    assert "hunter2" not in output
