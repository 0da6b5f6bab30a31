# CertForge: what a newcomer, a developer and CI call. `make` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo up down test chaos lint format

help:
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 16

demo: ## certify every chat model of the registry against the simulator and print the outcome
	@deploy/local/install.sh && deploy/local/demo.sh

up: ## build and start the private servers, the simulator and the three services
	@deploy/local/install.sh && deploy/local/services.sh start

down: ## stop what `make up` started
	@deploy/local/services.sh stop

test: ## bring up what the tests need and run everything: lint, unit, integration, end-to-end and interoperability
	@deploy/local/install.sh && deploy/local/test.sh

chaos: ## load, kills, crashes, cuts and freezes for SEED= and DURATION= (seconds), or SCALING=1; then count what was lost
	@deploy/local/install.sh && SEED="$(SEED)" DURATION="$(DURATION)" SCALING="$(SCALING)" deploy/local/chaos.sh

lint: ## formatting, imports against the manifest, line counts
	@swift format lint --strict --parallel --recursive Package.swift Sources Tests && python3 .ci/lint.py

format: ## rewrite the sources in the project's format
	@swift format --in-place --parallel --recursive Package.swift Sources Tests
