# twistscope: `make run` opens the microscope, `make test` proves it. Both install what they need into .venv.

PYTHON ?= python3
ACCEL ?= cpu
# EXTRAS=1 adds the environments of jumanji and brax, and Ray.
EXTRAS ?=
PORT ?= 8050
VENV := .venv
BIN := $(VENV)/bin
# Installs in a quarter of pip's time.
UV := $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)

# Compiled bytecode is kept: without it every start compiles jax and gymnax again.
unexport PYTHONDONTWRITEBYTECODE

RUN_LOCK := $(if $(filter cuda,$(ACCEL)),requirements-cuda.lock,requirements.lock)

.PHONY: run install browser test quick site lint bench lock docs clean

run: install
	@$(BIN)/twistscope serve --port $(PORT)

install: $(VENV)/.installed-$(ACCEL) $(if $(EXTRAS),$(VENV)/.installed-extras)

browser:
	@tests/install-browser

test: $(VENV)/.installed-test node_modules/.installed browser
	tests/run-javascript
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

site: install  ## the lessons as static pages, in the folder `site`
	@$(BIN)/twistscope site site

quick: $(VENV)/.installed-test  ## the tests that take moments
	$(BIN)/python -m pytest -m "not slow and not browser"

lint: $(VENV)/.installed-test node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	npm run --silent types

bench: $(VENV)/.installed-test  ## ratios of one run; the page's need a browser
	@tests/install-browser chromium
	$(BIN)/python -m benchmarks

lock:  ## pin names, versions and hashes anew
	[ -x "$(UV)" ] || $(BIN)/python -m pip install --quiet uv
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --group install -o requirements-uv.lock
	@for target in "requirements.lock:" "requirements-test.lock:--group test --extra jumanji --extra brax --extra ray" \
		"requirements-cuda.lock:--extra cuda" "requirements-extras.lock:--extra jumanji --extra brax --extra ray -c requirements.lock"; do \
		$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links pyproject.toml $${target#*:} -o $${target%%:*}; \
	done

# TypeScript and axe-core, of which nothing is shipped.
node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing, which installs what the page's tests need (Debian: apt install npm)" >&2; exit 1; }
	@npm ci --silent --no-audit --no-fund
	@touch $@

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "twistscope needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; on Debian and Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }

# On all cores, without what is never imported. Some packages hold templates that are no Python.
COMPILE = ($(BIN)/python -m compileall -q -j 0 -x '/(tests?|OpenGL|rllib|templates)/' $(VENV)/lib >/dev/null || true)

# $(1): name of the marker, $(2): lock file
define install_from
$(VENV)/.installed-$(1): $(2) pyproject.toml | $(VENV)/bin/python
	@echo "installing from $(2) into $(VENV) …"
	@# uv knows nothing of pip's settings: where it does not find a package, pip goes on.
	@[ -x "$(UV)" ] || $(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock || true
	@UV_SYSTEM_CERTS=1 UV_FIND_LINKS="$$$$PIP_FIND_LINKS" VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes -r $(2) \
		|| $(BIN)/python -m pip install --quiet --no-compile --require-hashes -r $(2)
	@$(COMPILE)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $$@
endef
$(eval $(call install_from,cpu,requirements.lock))
$(eval $(call install_from,cuda,requirements-cuda.lock))
$(eval $(call install_from,test,requirements-test.lock))
$(eval $(call install_from,extras,requirements-extras.lock))
$(VENV)/.installed-extras: | $(VENV)/.installed-$(ACCEL)
