# Thin targets; what they do stands in the files they call.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
# Python keeps what it has compiled, so that a process starts in half the time.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
SOURCES := $(wildcard shared/src services/*/src cli/src console/src deploy/local/src docs/generate.py docs/generators)
# Benches that fill a database with what the services keep; the others need more than the project's packages.
BENCHES := $(addprefix bench/,questions.py aftersales complaints duties find orders timeline)
PROJECTS := $(wildcard shared/pyproject.toml services/*/pyproject.toml cli/pyproject.toml console/pyproject.toml deploy/local/pyproject.toml)
PYTEST := $(BIN)/pytest -q
# Each has servers of its own, so that no ring waits for another.
RINGS := integration-1 integration-2 browser e2e unit contract

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[36m%-14s\033[0m %s\n", $$1, $$2}'

.PHONY: setup run clean
setup: ## Make this clone ready: system packages, .venv, locked requirements
	@deploy/local/setup

run: setup ## Run everything on this machine, play the story, stay until Ctrl-C
	@$(BIN)/python -m kefu_local.run

clean: ## Remove what `make run` keeps under .run
	@deploy/images/engine stop
	@mkdir -p .run && flock --nonblock .run/lock rm -rf .run || { echo "make run is up: stop it first" >&2; exit 1; }

.PHONY: images secrets
images: setup ## Build every image without a registry, from Debian packages and PyPI; starts a Docker engine if none answers
	@deploy/images/build

secrets: setup ## Draw the passwords and keys that docker-compose.yml shows to the containers
	@$(BIN)/python -m kefu_local.containers

.PHONY: check lint types layers current requirements marks
check: setup ## Everything that needs no server: linters, types, unit and contract rings, generated docs
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target unit-1 unit-2 contract lint types layers marks

lint: setup
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --quiet --check

types: setup
	$(BIN)/mypy $(SOURCES) $(BENCHES)

layers: setup
	$(BIN)/lint-imports --no-logo

.PHONY: test pictures unit unit-1 unit-2 thorough contract integration integration-1 integration-2 e2e browser chaos containers containers-1 containers-2
test: setup ## All rings but chaos, on real servers of their own, two at a time; RINGS="integration e2e" runs only those
	@deploy/local/test-servers
	@echo "$(RINGS): two at a time, each is shown when it has ended, the last after some twenty minutes"
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target $(RINGS)

unit contract: setup
	$(PYTEST) tests/$@

# The unit ring in two halves, for two processors.
HALF := $(addprefix tests/unit/,orders shared)

unit-1: setup
	$(PYTEST) $(HALF)

unit-2: setup
	$(PYTEST) $(filter-out $(HALF) tests/unit/__pycache__,$(patsubst %/,%,$(wildcard tests/unit/*/)))

thorough: setup ## Property tests with 10,000 examples each, where a test names no number of its own; FOLDER=tests/unit/orders
	$(PYTEST) --hypothesis-profile=thorough --timeout=0 -m hypothesis $(or $(FOLDER),tests/unit)

integration e2e browser: setup
	@deploy/local/test-servers
	$(PYTEST) tests/$@

pictures: browser ## Draw the pictures of the handbook anew
	@for each in docs/handbook/pictures/*.svg; do cp .run/pictures/$${each##*/} $$each; done

# The integration ring in two halves, for two processors.
INTEGRATION := $(addprefix tests/integration/,clients complaints notify orders)

integration-1: setup
	@deploy/local/test-servers
	$(PYTEST) $(INTEGRATION)

integration-2: setup
	@deploy/local/test-servers
	$(PYTEST) $(filter-out $(INTEGRATION) tests/integration/__pycache__,$(patsubst %/,%,$(wildcard tests/integration/*/)))

# What asks the broker and the database themselves is asked again of those in the images, which are newer than Debian's;
# what asks providers, schemas and stories would be told the same by them.
AGAIN := $(addprefix tests/integration/,shared local intake cli)

containers: images ## Every service deployed by itself from `make images`, and what is asked of RabbitMQ and MongoDB again of the images'
	@deploy/local/test-servers && deploy/images/released && deploy/images/build tests .
	@echo "two halves beside each other, each is shown when it has ended, the longer after some twenty minutes"
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target containers-1 containers-2

# The containers ring in two halves, for two processors: the system as it is deployed, and all that needs less than the system.
ALONE := tests/e2e/containers/test_alone.py
IN_CONTAINERS := . .run/engine/env && KEFU_TEST_INFRA=containers $(PYTEST) --durations=25

containers-1:
	$(IN_CONTAINERS) tests/e2e/containers --ignore=$(ALONE)

containers-2:
	$(IN_CONTAINERS) $(ALONE) $(AGAIN)

chaos: setup ## Kill, cut and fill everything under load, then audit; MINUTES=5 goes on with mixtures, SEED=1 repeats one
	@deploy/local/test-servers
	$(PYTEST) tests/chaos

.PHONY: bench bench-notify bench-orders bench-console soak
soak: setup ## Half the load that one service can bear, for long: whether memory, connections or tasks grow; MINUTES=30
	$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),30)

bench-notify: setup ## Messages per second beside a naive loop, live ones beside bulk, what crashes do; MESSAGES=4000 BULK=50000
	$(BIN)/python -m bench.notify $(or $(MESSAGES),4000) $(or $(BULK),50000)
	$(PYTEST) tests/chaos/test_notify_crashes.py

bench-orders: setup ## What an order costs among a thousand and among a million; SMALL=1000 LARGE=1000000 CACHE=4G
	$(BIN)/python -m bench.orders $(or $(SMALL),1000) $(or $(LARGE),1000000) --cache $(or $(CACHE),4G)

bench-console: setup ## Pages on a slowed browser, a change until it is seen, 200 open consoles; LOOKS=15
	@deploy/local/test-servers
	$(BIN)/python -m bench.console --looks $(or $(LOOKS),15)

bench: setup ## The durable hop beside its ceiling and other ways, the bus alone, latency, growth; ROUNDS=5
	@test -d .venv-bench || python3 -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --require-hashes -r requirements/bench.txt
	$(BIN)/python -m bench.hop --rounds $(or $(ROUNDS),5)
	$(BIN)/python -m bench.bus --rounds $(or $(ROUNDS),5)
	$(BIN)/python -m bench.latency --rounds $(or $(ROUNDS),5)
	$(BIN)/python -m bench.growth --rounds $(or $(ROUNDS),5)

.PHONY: contracts lock
contracts: setup ## Generate schemas, samples and docs anew from the contract classes
	$(BIN)/python docs/generate.py

current: setup
	$(BIN)/python docs/generate.py --check

requirements: setup ## Say which requirements the tests prove, and which parts are missing
	@$(BIN)/kefu requirements

marks: setup
	$(BIN)/kefu requirements | tail -n 1

LOCK := $(BIN)/uv pip compile --quiet --universal --all-extras --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-package kefu-shared --no-emit-package kefu --custom-compile-command "make lock"

lock: ## Compile the requirements again; UPGRADE=1 takes newer versions
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements/dev.in $(PROJECTS) --output-file requirements/dev.txt
	for service in services/* console; do \
		$(LOCK) --constraints requirements/dev.txt $$service/pyproject.toml shared/pyproject.toml \
			--output-file requirements/$$(basename $$service).txt || exit 1; \
	done
	$(filter-out --all-extras,$(LOCK)) requirements/bench.in --output-file requirements/bench.txt
	$(LOCK) --constraints requirements/dev.txt deploy/images/local/requirements.in shared/pyproject.toml cli/pyproject.toml \
		--output-file requirements/local.txt
	$(filter-out --all-extras,$(LOCK)) --constraints requirements/dev.txt deploy/images/requirements.in --output-file requirements/images.txt
	$(filter-out --all-extras,$(LOCK)) --constraints requirements/dev.txt deploy/images/mongo/requirements.in --output-file requirements/mongo.txt
	$(filter-out --all-extras,$(LOCK)) --constraints requirements/dev.txt tests/requirements.in --output-file requirements/tests.txt
