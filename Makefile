# What a user needs: `make run` and `make test`. What a developer adds: `make check` and `make model`.
# `make run PORT=8600` serves on another port, `make PYTHON=python3.12` uses another Python.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# One more process than cores: many tests wait for a server.
ON_ALL_CORES := -n $(shell expr $$(nproc 2>/dev/null || echo 2) + 1) --dist worksteal

.PHONY: run test check format model clean
run: $(READY)
	@code=0; "$(BIN)/whylost" run || code=$$?; \
	case $$code in 0|3|75) ;; *) exit $$code ;; esac; \
	"$(BIN)/whylost" demo --if-empty && exec "$(BIN)/whylost" dashboard --port "$(PORT)"

test: $(READY)
	@"$(BIN)/python" -m pytest $(ON_ALL_CORES)

check: $(READY)
	"$(BIN)/ruff" format --check .
	"$(BIN)/ruff" check .
	"$(BIN)/mypy"
	"$(BIN)/lint-imports"
	"$(BIN)/python" -m pytest $(ON_ALL_CORES)

format: $(READY)
	"$(BIN)/ruff" format .
	"$(BIN)/ruff" check --fix .

model: $(READY)
	"$(BIN)/whylost" classify train --out classify/data/model

$(READY): requirements.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "whylost needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	@echo "Setting up .venv (once, about a minute)"
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { echo "This Python can't make environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -m venv "$(VENV)"
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch "$(READY)"

clean:
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
