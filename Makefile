# Every target prepares what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv/bin
CODE := $(wildcard services gateway deploy tests)
COMPILE := $(VENV)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help run demo test stop clean lint format contracts lock bench-ledger bench-matching
MAKEFLAGS += --no-print-directory

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing, run the whole platform until Ctrl-C
	@exec $(PYTHON) -m deploy.local run

demo: ## Play the main job over HTTP (URL=http://... : against another platform)
	@exec $(PYTHON) -m deploy.local demo $(URL)

test: ## Set up what is missing, run every test
	@$(PYTHON) -m deploy.local setup
	@$(VENV)/python -m tests -q

stop: ## Stop the platform that runs in another terminal
	@exec $(PYTHON) -m deploy.local stop

clean: ## Stop, and delete data, logs, .venv and caches
	@exec $(PYTHON) -m deploy.local clean

lint: ## Check format, style and types
	@$(PYTHON) -m deploy.local setup --no-servers
	@$(VENV)/ruff format --check $(CODE)
	@$(VENV)/ruff check $(CODE)
	@$(VENV)/mypy services gateway

format: ## Put the code into the project's format
	@$(PYTHON) -m deploy.local setup --no-servers
	@$(VENV)/ruff check --fix $(CODE)
	@$(VENV)/ruff format $(CODE)

contracts: ## Write the contracts as JSON Schema to docs/contracts
	@$(PYTHON) -m deploy.local setup --no-servers
	@$(VENV)/python -W ignore -m services.kernel contracts

lock: ## Lock requirements*.in to versions and hashes
	@$(PYTHON) -m deploy.local setup --no-servers
	@$(COMPILE) --output-file requirements.txt requirements.in
	@$(COMPILE) --output-file requirements-dev.txt requirements-dev.in

bench-ledger: ## Measure the ledger beside PostgreSQL's own benchmark (half an hour, on a quiet machine)
	@$(PYTHON) -m deploy.local setup
	@$(VENV)/python -W ignore -m tests.bench.ledger $(BENCH)

bench-matching: ## Plan a day beside first come, first served; find in a crowd of a million (ten minutes)
	@$(PYTHON) -m deploy.local setup
	@$(VENV)/python -W ignore -m tests.bench.matching $(BENCH)
