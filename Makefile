# What each target does stands beside it; `make` alone lists them.

PYTHON_IN_VENV := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help install run test check format lock screenshots

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv and install what requirements.txt pins
	@sh tools/install.sh

run: install ## start the playground, and the sandbox with it
	@exec $(PYTHON_IN_VENV) app.py

test: install ## run every test, in a real browser too
	@browser="$$($(PYTHON_IN_VENV) tools/browser.py)" && \
	PLAYGROUND_TEST_BROWSER="$$browser" $(PYTHON_IN_VENV) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: install ## format, lint, types and the layers of the design
	@$(PYTHON_IN_VENV) -m ruff format --check
	@$(PYTHON_IN_VENV) -m ruff check
	@$(PYTHON_IN_VENV) -m pyright
	@.venv/bin/lint-imports

format: install ## let ruff mend what it can
	@$(PYTHON_IN_VENV) -m ruff format
	@$(PYTHON_IN_VENV) -m ruff check --fix

lock: install ## pin every dependency of pyproject.toml in requirements.txt
	@$(PYTHON_IN_VENV) -m uv pip compile --quiet --universal --python-version 3.11 --group dev \
		--custom-compile-command "make lock" --output-file requirements.txt $(UPGRADE) pyproject.toml

screenshots: install ## take the pages of the running app into docs/screenshots
	@browser="$$($(PYTHON_IN_VENV) tools/browser.py)" && \
	PLAYGROUND_TEST_BROWSER="$$browser" $(PYTHON_IN_VENV) -m tools.screenshots
