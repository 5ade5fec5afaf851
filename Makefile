# The two commands of the README: `make serve` and `make test`. Each sets up .venv when it has to, and only then.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Shows one line for a step of the set-up, with its time; pip's own output only if the step fails.
STEP := $(BIN)/python tools/step.py
BUILD := -c constraints.txt hatchling editables
CODE := client server tests bench examples docsite tools
# One process per core, at most four; `make test ARGS="-n0 ..."` runs the tests in one process, for a debugger.
PYTEST := $(BIN)/pytest -n logical --maxprocesses 4 --dist worksteal
# The tests start the program hundreds of times. Without compiled files each start would compile all of its code.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install serve test browser check soak lint types bench openapi cli-docs screenshots docs lock clean
install: $(VENV)/installed

serve: install
	@exec $(BIN)/numberkeep serve $(ARGS)

test: $(VENV)/installed-dev lint types browser
	$(PYTEST) $(ARGS)

# Installs the browser of the tests where there is none and the system permits it; otherwise says how.
browser: $(VENV)/installed-dev
	@PYTHONPATH=tests $(BIN)/python tools/browser.py

# The quick part of `make test`: it takes less than a minute.
check: $(VENV)/installed-dev lint types
	$(PYTEST) tests/architecture tests/unit $(ARGS)

# The randomized tests and the attacks alone, with 20 times their rounds and at full size.
soak: $(VENV)/installed-dev
	$(PYTEST) --soak $(ARGS)

lint: $(VENV)/installed-dev
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/ruff format --quiet --check $(CODE)
	$(BIN)/lint-imports --no-logo

types: $(VENV)/installed-dev
	$(BIN)/mypy $(CODE)

bench: $(VENV)/installed-dev
	PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

# Rewrites the published description of the API after a change of its shapes.
openapi: $(VENV)/installed
	$(BIN)/python -m numberkeep.http.openapi > docs/openapi.json

# Rewrites the page of all commands after a change of their help.
cli-docs: $(VENV)/installed
	$(BIN)/python -m numberkeep.cli.reference > docs/cli.md

# Writes a picture of every page of the console, in each of its states, to build/screenshots; with
# `ARGS=--readme` those of the README, to docs/images.
screenshots: browser
	@PYTHONPATH=tests $(BIN)/python -m tools.screenshots $(ARGS)

# Builds the site of the documentation in build/docs; a warning fails it.
docs: $(VENV)/installed-dev
	@$(BIN)/sphinx-build --quiet --fail-on-warning --fresh-env --builder html --conf-dir docsite \
		--doctree-dir build/doctrees docs build/docs
	@echo "The first page is build/docs/index.html."

# Rewrites constraints.txt with the newest releases that fit, for every Python and platform; names no index.
lock: $(VENV)/installed-dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --upgrade \
		--output-file constraints.txt --extra postgres client/pyproject.toml server/pyproject.toml requirements-dev.txt
	$(BIN)/uv pip compile --quiet --python-version 3.13 --python-platform linux --no-header --no-annotate --upgrade \
		--output-file .github/release-constraints.txt .github/release-requirements.txt

clean:
	rm -rf $(VENV) .venv-bench build

# Where Python comes without ensurepip (Debian's python3 without python3-venv), the system's pip fills the environment.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"numberkeep needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + \
		": name another with `make PYTHON=python3.12`.")'
	@echo "Setting up $(VENV) with $$($(PYTHON) --version), once." >&2
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --quiet --python $(BIN)/python install pip; }

$(VENV)/installed: $(VENV)/bin/python constraints.txt client/pyproject.toml server/pyproject.toml
	@$(STEP) "Installing the build tools" $(PIP) install $(BUILD)
	@$(STEP) "Installing numberkeep and the client" $(PIP) install -c constraints.txt --no-build-isolation -e client -e 'server[postgres]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt requirements-docs.txt
	@$(STEP) "Installing the tools of the tests" $(PIP) install -c constraints.txt -r requirements-dev.txt
	@touch $@
