"""Prometheus' rules: each alert has a case in which it fires and one in which it does not, and asks for metrics that exist."""

import re
import shutil
import subprocess

import pytest
import yaml
from conftest import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
CASES = yaml.safe_load((FOLDER / "alerts.test.yaml").read_text())["tests"]


def metrics(expression: str) -> set[str]:
    return set(re.findall(r"[a-z]+_[a-z_]*(?:total|seconds|seconds_count|[a-z])(?=[{)\[ ]|$)", re.sub(r'"[^"]*"', "", expression)))


def test_every_alert_has_a_firing_case():
    firing = {name for case in CASES for check in case.get("promql_expr_test", [])
              for sample in check["exp_samples"] or [] for name in re.findall(r'alertname="(\w+)"', sample["labels"])}
    assert firing == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_is_silent_though_its_metrics_are_there(rule):
    silent = [case for case in CASES if case["input_series"]
              and all(check["expr"] == "ALERTS" and not check["exp_samples"] for check in case["promql_expr_test"])]
    present = {series["series"].split("{")[0] for case in silent for series in case["input_series"]}
    asked = metrics(rule["expr"])
    assert asked and asked <= present


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_metric_is_one_that_we_or_the_broker_expose(rule):
    sources = "".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    for name in metrics(rule["expr"]):
        if not name.startswith("rabbitmq_"):
            assert f'"{name.removesuffix("_count")}"' in sources, name


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)")
def test_alerts_fire_and_are_silent_as_their_cases_say():
    result = subprocess.run(
        ["promtool", "test", "rules", FOLDER / "alerts.test.yaml"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
