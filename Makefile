# `make` alone lists the targets.

PYTHON_IN_VENV := .venv/bin/python
# Sets the browser of the tests in the environment of one command, getting it first if need be.
WITH_BROWSER = browser="$$($(PYTHON_IN_VENV) -m tools.browser)" && PLAYGROUND_TEST_BROWSER="$$browser"

# Where an image forbids bytecode, as images of containers do, each of the processes that tests start
# compiles all that it imports, which takes three times as long as starting.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install engines run test chaos bench check audit format lock screenshots

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv and install what requirements.txt pins
	@sh tools/install.sh

run: install ## start the playground, and the sandbox with it
	@exec $(PYTHON_IN_VENV) app.py

engines: ## install the sandbox's better engines too (reading, hearing, cutting out)
	@sh tools/install.sh --engines

# More of them than cores, as most wait; the long ones, of browsers and kills, begin first.
test: engines ## run every test, those in a real browser included
	@$(WITH_BROWSER) $(PYTHON_IN_VENV) -m pytest --numprocesses 4 --dist loadfile \
		--no-loadscope-reorder

KILLS ?= 200
chaos: install ## kill the server at random points, again and again (KILLS=200)
	@$(PYTHON_IN_VENV) -m tests.faults.chaos $(KILLS)

bench: engines ## run every benchmark, ours beside a peer
	@failed=0; for name in page sandbox client rates history people delivery experiment table servers; do \
		$(PYTHON_IN_VENV) -m benchmarks.$$name || failed=1; done; exit $$failed

check: install ## formatting, lint, types, and the layers of the house
	$(PYTHON_IN_VENV) -m ruff format --check
	$(PYTHON_IN_VENV) -m ruff check
	$(PYTHON_IN_VENV) -m pyright
	.venv/bin/lint-imports --no-logo

format: install ## let ruff mend what it can
	@$(PYTHON_IN_VENV) -m ruff check --fix
	@$(PYTHON_IN_VENV) -m ruff format

audit: install ## compare what is pinned with known advisories (needs the network)
	@$(PYTHON_IN_VENV) -m tools.audit

COMPILE = $(PYTHON_IN_VENV) -m uv pip compile --quiet --universal --python-version 3.11 \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock: install ## pin pyproject.toml's dependencies in requirements*.txt (UPGRADE=1: the newest)
	@$(COMPILE) --group dev --output-file requirements.txt pyproject.toml
	@$(COMPILE) --group engines --constraints requirements.txt --output-file requirements-engines.txt

screenshots: install ## take the pages of the running app into docs/screenshots
	@$(WITH_BROWSER) $(PYTHON_IN_VENV) -m tools.screenshots
