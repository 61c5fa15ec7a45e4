# Ihala needs Python 3.11 or newer (with venv) and make; everything else is fetched, checked by hash, into .venv and .local.
PYTHON ?= python3
VENV := .venv/bin
LOCAL := $(VENV)/python -m ihala_local
# What a person may set: make run IHALA_PORT_OFFSET=100, make up IHALA_GATEWAY_PORT=8090 IHALA_HOME=/data/ihala IHALA_TLS=1
export IHALA_PORT_OFFSET IHALA_GATEWAY_PORT IHALA_HOME IHALA_POSTGRES_URL IHALA_TLS
export IHALA_KAFKA_SERVERS IHALA_KAFKA_USERNAME IHALA_KAFKA_PASSWORD IHALA_KAFKA_MECHANISM

# Where Python may not keep what it compiled, as many images have it, each start of a service takes twice the CPU: we let it.
unexport PYTHONDONTWRITEBYTECODE

# What fails under load is tried once more, and told with its traceback (decision 103); ARGS="--reruns 0" takes no second try.
AGAIN := --reruns 1 --reruns-delay 2 --max-suite-reruns 3 --rerun-show-tracebacks

.DEFAULT_GOAL := help
.PHONY: help install linkage run up story down status test scenarios interop keycloak soak check bench contracts release-contracts clients clients-python clients-typescript clients-java requirements migration clean-data

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## make .venv from requirements.lock, with all our projects in it
	@$(PYTHON) deploy/local/bootstrap.py

linkage: install ## add what the batch review of doubles needs (Splink, DuckDB: 250 MB); `make test` and `make check` do it by themselves
	@$(VENV)/python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes --only-binary :all: --no-deps -r services/intake/linkage.lock

run: install ## start everything, walk one referral from a centre to its verified outcome, stay until Ctrl-C
	@$(LOCAL) run

up: install ## start everything in the background; returns when it is ready
	@$(LOCAL) up

story: install ## walk one referral through what is up
	@$(LOCAL) story

down: install ## stop what `make up` or `make run` started
	@$(LOCAL) down

status: install ## show how the parts stand, where they are and who may try them
	@$(LOCAL) status

test: linkage ## run all tests, with a worker more than there are cores, up to four; ARGS= goes to pytest
	@$(VENV)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder $(AGAIN) $(ARGS)

scenarios: install ## walk each situation that must be handled, from end to end; a line each with its result; ARGS= goes to pytest
	@$(VENV)/python -m pytest -p tests.e2e.scenarios.report -o console_output_style=classic --show-capture=no --tb=short tests/e2e/scenarios $(ARGS)

interop: install ## fetch oauth4webapi (npm; needs node) and let it sign a person in: a client of the gateway that is not ours
	@npm install --silent --no-audit --no-fund --prefix .local/interop oauth4webapi@3.8.8
	@$(VENV)/python -m pytest -q tests/gateway/interop

keycloak: install ## fetch Keycloak (160 MB, once) and let it sign somebody in at the gateway
	@$(VENV)/python -m tests.gateway.keycloak

soak: install ## kill parts again and again under load, then prove that nobody was lost and that integrators got all; ARGS="--minutes 2 --kill referral"
	@$(VENV)/python -m tests.e2e.soak $(ARGS)

check: linkage ## ruff, mypy and the direction of imports
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy contracts services gateway deploy/local
	$(VENV)/lint-imports

bench: install ## measure; writes tests/bench/results.json; ARGS= names what
	@$(VENV)/python -m tests.bench $(ARGS)

contracts: install ## write schemas, AsyncAPI and OpenAPI from the code, and the Python client's models (the generator comes from the network, once)
	@$(VENV)/python -m ihala_local.documents
	@$(VENV)/python -m ihala_local.clients python

release-contracts: install ## freeze the contracts as they are: VERSION=1.1 WORDS="what is new"
	@$(VENV)/python -m ihala_contracts.release contracts "$(VERSION)" "$(WORDS)"

clients: clients-python clients-typescript clients-java ## make all clients from the contracts

clients-python: install ## write models and operations of the Python client from the contracts (they are committed)
	@$(VENV)/python -m ihala_local.clients python

clients-typescript: install ## make the TypeScript client from the contracts (needs Node.js 20 and npm)
	@$(VENV)/python -m ihala_local.clients typescript

clients-java: install ## make the Java client from the contracts (needs a JDK, 17 or newer)
	@$(VENV)/python -m ihala_local.clients java

requirements: ## write requirements.lock (and linkage.lock) from requirements.in; UPGRADE=1 takes the newest versions
	@$(PYTHON) deploy/local/lock.py $(if $(UPGRADE),--upgrade)

migration: install ## make the next migration: SERVICE=referral NAME=add_a_column
	@$(VENV)/python -m ihala_local.migration "$(SERVICE)" "$(NAME)"

clean-data: install ## remove the data of the local run; .venv and Kafka's program files stay
	@$(LOCAL) clean-data
