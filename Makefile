# The commands of this repository; the work is done by `python -m tracker`.
PYTHON ?= python3
PORT ?= 8000
export PORT
IN = .venv/bin

.PHONY: help run test bench check fix lock sbom environment clean

help:
	@echo "make run    the site with its database on http://127.0.0.1:$(PORT)/ (PORT=8001 for another port)"
	@echo "make test   every test, with a database and a browser of their own (ARGS=\"tests/x.py -k word\" for some)"
	@echo "make check  format, lint, templates, import floors, migrations, translations"
	@echo "make fix    what the formatter and the linter can put right"
	@echo "make bench  the benchmarks"
	@echo "make lock   the exact packages and their hashes, after a change of requirements*.txt (needs uv)"
	@echo "make sbom   what the application consists of, as CycloneDX in sbom.json (needs uv)"
	@echo "make clean  removes what the others made; asks before it deletes data"

run:
	@$(PYTHON) -m tracker run

test:
	@$(PYTHON) -m tracker test $(ARGS)

bench:
	@$(PYTHON) -m tracker bench $(ARGS)

environment:
	@$(PYTHON) -m tracker environment

check: environment
	$(IN)/ruff format --check .
	$(IN)/ruff check .
	$(IN)/djlint --lint --quiet templates
	$(IN)/lint-imports
	bin/manage check
	bin/manage makemigrations --check --dry-run
	bin/manage messages --check

fix: environment
	$(IN)/ruff check --fix .
	$(IN)/ruff format .

lock:
	for name in requirements-dev requirements-local requirements; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
			--custom-compile-command "make lock" $$name.txt --output-file $$name.lock \
			$$([ $$name = requirements-dev ] || echo --constraint requirements-dev.lock) || exit 1; done

sbom:
	uvx --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-file sbom.json

clean:
	@$(PYTHON) -m tracker clean
