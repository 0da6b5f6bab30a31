"""The files that deploy CertForge, checked as far as it goes without a container engine or a cluster."""

import json
import pathlib
import re
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT

TOOLS = pathlib.Path(sys.executable).parent
MANIFESTS = sorted((ROOT / "k8s" / "base").glob("*.yaml"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PRODUCTS = {"gateway", "certification-processor", "notifier", "certforge", "bedrock-simulator"}


def run(*command: object) -> str:
    result = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def documents(kind: str | None = None):
    found = [document for path in MANIFESTS for document in yaml.safe_load_all(path.read_text()) if document]
    return [document for document in found if kind in (None, document["kind"])]


def test_compose_obeys_the_specification():
    run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_compose_waits_only_for_what_can_be_waited_for():
    for name, service in COMPOSE["services"].items():
        for other, rule in service.get("depends_on", {}).items():
            target = COMPOSE["services"][other]
            if rule["condition"] == "service_healthy":
                assert "healthcheck" in target, f"{name} waits for {other}"
        build = service.get("build")
        if build:
            assert build["args"]["PRODUCT"] in PRODUCTS, name
            assert (ROOT / build["dockerfile"]).is_file()
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} publishes {port} to the network"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), volume


def test_dockerfile():
    run(TOOLS / "hadolint", "deploy/Dockerfile")


def test_yaml_style():
    run(TOOLS / "yamllint", "--strict", "k8s", "docker-compose.yml", "contracts")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifest_is_valid(path):
    run(TOOLS / "kubernetes-validate", "--strict", "-k", "1.32", path)


def test_kustomization_names_every_manifest():
    (kustomization,) = documents("Kustomization")
    assert set(kustomization["resources"]) == {path.name for path in MANIFESTS} - {"kustomization.yaml"}


def pods():
    return [(d["metadata"]["name"], d["spec"]["template"]["spec"]) for d in documents() if d["kind"] in ("Deployment", "Job")]


@pytest.mark.parametrize("name,pod", pods(), ids=lambda value: value if isinstance(value, str) else "")
def test_pods_are_restricted_and_probed(name, pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert isinstance(pod["securityContext"]["runAsUser"], int)
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"]["drop"] == ["ALL"]
        assert not container["image"].endswith(":latest")
        assert {"requests", "limits"} <= container["resources"].keys()
    if pod.get("restartPolicy") == "OnFailure":
        return
    (container,) = pod["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"
    drain = next(entry["value"] for entry in container["env"] if entry["name"] == "DRAIN_TIMEOUT")
    assert int(drain) + 5 < pod["terminationGracePeriodSeconds"]


def test_scaling_follows_each_request_queue():
    (scaled,) = documents("ScaledObject")
    queues = {queue["name"] for queue in json.loads((ROOT / "deploy/rabbitmq/definitions.json").read_text())["queues"]}
    assert (scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]) == (2, 20)
    metadata = [trigger["metadata"] for trigger in scaled["spec"]["triggers"]]
    assert {entry["queueName"] for entry in metadata} == {q for q in queues if q.startswith("certification.requests.")}
    for entry in metadata:
        # The scaler's own rules: amqp counts ready messages only, and value is a quoted number that goes with mode.
        assert entry["protocol"] == "http"
        assert entry["mode"] == "QueueLength" and entry["value"] == "10"
        assert "queueLength" not in entry and "excludeUnacknowledged" not in entry
    (processor,) = [d for d in documents("Deployment") if d["metadata"]["name"] == "certification-processor"]
    assert "replicas" not in processor["spec"]
    authentications = {d["metadata"]["name"] for d in documents("TriggerAuthentication")}
    assert {trigger["authenticationRef"]["name"] for trigger in scaled["spec"]["triggers"]} <= authentications


@pytest.mark.parametrize(
    "service,user",
    [("gateway", "gateway"), ("certification-processor", "processor"), ("notifier", "notifier")],
)
def test_each_service_logs_in_as_a_user_of_its_own(service, user):
    environment = COMPOSE["services"][service]["environment"]
    assert f"//certforge_{user}:" in environment["DATABASE_URL"]
    assert f"//certforge-{user}:" in environment["RABBITMQ_URL"]
    waits = COMPOSE["services"][service]["depends_on"]
    assert {"database-users", "broker-users"} <= waits.keys()
    (deployment,) = [d for d in documents("Deployment") if d["metadata"]["name"] == service]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    keys = {e["name"]: e["valueFrom"]["secretKeyRef"]["key"] for e in container["env"] if "valueFrom" in e}
    assert keys["DATABASE_URL"] == f"{user.upper()}_DATABASE_URL"
    assert keys["RABBITMQ_URL"] == f"{user.upper()}_RABBITMQ_URL"
    assert "RABBITMQ_MANAGEMENT_URL" not in keys


def test_every_user_of_the_broker_is_made_with_a_password():
    users = json.loads((ROOT / "deploy/rabbitmq/permissions.json").read_text())["users"]
    given = COMPOSE["services"]["broker-users"]["environment"]
    for user in users:
        key = "BROKER_PASSWORD_" + user["name"].removeprefix("certforge-").upper()
        assert given[key] == user["name"], user


def test_no_secret_is_in_a_manifest():
    assert not documents("Secret")
    for path in MANIFESTS:
        assert not re.search(r"(?i)(password|secret)\s*:\s*[\"']?\w{8,}", path.read_text()), path
