# Hearthgate. `make help` lists the targets; every target does its own set-up first.
PEOPLE ?= 2000
SEED ?= 1
REGISTER ?= main
ONCE ?=
BIN := .venv/bin
WORKERS ?= 2
CELLS ?= 1000000
PROFILES ?= 10000
RUNS ?= 200
RECORDS ?= 50000
DURABLE ?= on
CHEATS ?= 300
HISTORIES ?= 300

.PHONY: help setup demo test test-deep check bench differential mutants faults drill peers spark lock openapi clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Create .venv with everything; quick when nothing changed
	@scripts/setup

demo: setup ## Run the main job in fictional Northvale (PEOPLE, SEED, REGISTER=sandbox, ONCE=1)
	@$(BIN)/hearthgate demo --people $(PEOPLE) --seed $(SEED) --register $(REGISTER) $(if $(ONCE),--once)

# Where bytecode may not be written, each process that a test starts would compile the gateway anew.
test: setup ## Run every test
	@scripts/browser
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-deep: ## Run every test with all its examples, as before a release
	@DEEP=1 $(MAKE) test

check: setup ## Format, lint, types, layers, exported contract
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m gateway.api.export --check

bench: setup ## Run the benchmarks
	@set -e; for file in $$(grep -l __main__ benchmarks/*.py); do $(BIN)/python -m benchmarks.$$(basename $$file .py); done

differential: setup ## Compare the policy engine with the reference, Cedar and Rego (CELLS, PROFILES)
	@$(BIN)/python -m tests.agreements.oracles.differential --cells $(CELLS) --profiles $(PROFILES) --workers $(WORKERS)

mutants: setup ## Seed mistakes into the policy engine and print what catches each
	@$(BIN)/python -m tests.agreements.mutation.harness --workers $(WORKERS)

faults: setup ## Break a running gateway at every step of its paths (RUNS, SEED, DURABLE=off must lose)
	@$(BIN)/python -m tests.faults.harness --runs $(RUNS) --seed $(SEED) --durable $(DURABLE)

drill: setup ## Cheat at the log as its operator could, and see each cheat found (CHEATS, HISTORIES, SEED)
	@$(BIN)/python -m tests.drill.harness --cheats $(CHEATS) --histories $(HISTORIES) --seed $(SEED)

openapi: setup ## Export the contract to openapi/openapi.json
	@$(BIN)/python -m gateway.api.export

peers: ## Install what the intake and linkage benchmarks are compared with, in an environment of its own
	@python3 -m venv .venv-bench && .venv-bench/bin/pip install --quiet --require-hashes -r requirements/bench.lock

spark: ## Link a county on Spark and on one machine and compare (RECORDS; needs Java 17), in an environment of its own
	@python3 -m venv .venv-spark && .venv-spark/bin/pip install --quiet --require-hashes -r requirements/spark.lock
	@.venv-spark/bin/pip install --quiet --no-deps --no-build-isolation -e .
	@.venv-spark/bin/python -m benchmarks.linkage_growth --duckdb $(RECORDS) --spark $(RECORDS) --seed $(SEED)

lock: ## Resolve requirements/*.in into lock files (needs uv)
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q requirements/dev.in -o requirements/dev.lock
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q requirements/node.in -o requirements/node.lock
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q requirements/runtime.in -c requirements/dev.lock -o requirements/runtime.lock
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q requirements/bench.in -o requirements/bench.lock
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 -q requirements/spark.in -c requirements/dev.lock -o requirements/spark.lock

clean: ## Remove what was built, .venv included
	rm -rf .venv .venv-spark build node_modules gateway/web/static/vendor
