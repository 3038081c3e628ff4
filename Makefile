# Everything runs in .venv, made from pyproject.toml with the versions that were tested (.ci/constraints.txt).
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo serve soak test test-versions faults coverage calibration crisis mutants lint bench gallery numbers schemas odd lessons notebooks class clean help

help:
	@echo "make demo    install, run scenarios/baseline.yaml with 1,000 runs, draw its figures"
	@echo "make serve [HOST=0.0.0.0]  install, open the workbench and the classroom; with HOST, phones in the same network too"
	@echo "make test    install, then lint, types, import contracts and all tests"
	@echo "make test-versions [ONLY=lowest] [TESTS=tests]  tests with the lowest and the newest versions allowed"
	@echo "make faults  every fault that was found once: what it was, what is there now (tests/FAULTS.md)"
	@echo "make coverage  how often each interval holds the truth, on toys (tests/benchmarks/coverage/COVERAGE.md)"
	@echo "make calibration  whether numbers are found again in histories simulated with them (tests/benchmarks/CALIBRATION.md)"
	@echo "make crisis    the shipped crisis beside its record, by what an expert looks at (tests/benchmarks/crisis/CRISIS.md)"
	@echo "make mutants [FOLDER=sim/analysis] [SAMPLE=150]  how many faults put into the code the tests notice"
	@echo "make bench   how fast the engine is on this machine, beside the plain reference model; what each verb takes"
	@echo "make soak    a class of robots against a server that is killed again and again (tests/benchmarks/SOAK.md)"
	@echo "make gallery draw the figures that the README and the lessons' page show"
	@echo "make numbers compute every number that the README states, and write those that differ"
	@echo "make lessons open the lessons of notebooks/ in JupyterLab"
	@echo "make notebooks take out of the lessons what runs left in them, before they are committed"
	@echo "make class   make the pack for a class in notebooks/class/: briefing, sheets, slides"
	@echo "make schemas write scenarios/schemas/ anew from the language"
	@echo "make odd     write what is data in sim/ODD.md anew: cast, variables, and every claim as measured"

.venv/installed: pyproject.toml .ci/constraints.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "escalation-sim needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[serve]'
	@touch $@

.venv/developer: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[dev]'
	@touch $@

demo: .venv/installed
	$(BIN)/sim run scenarios/baseline.yaml --runs 1000 --overwrite

serve: .venv/installed
	$(BIN)/sim serve $(if $(HOST),--host $(HOST))

lint: .venv/developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

test: lint
	SIM_LESSONS_GUESSES=50 $(BIN)/pytest --nbmake --numprocesses 2 --dist worksteal --durations=15 notebooks/*.ipynb tests

test-versions: .venv/developer
	$(BIN)/python -m tests.versions $(if $(ONLY),--only $(ONLY)) $(TESTS)

faults: .venv/developer
	$(BIN)/python -m tests.faults

coverage: .venv/developer
	$(BIN)/python -m tests.benchmarks.coverage

calibration: .venv/developer
	$(BIN)/python -m tests.benchmarks.calibration

crisis: .venv/developer
	$(BIN)/python -m tests.benchmarks.crisis --beside tests/benchmarks/crisis/before.json

mutants: .venv/developer
	$(BIN)/python -m tests.mutants $(FOLDER) $(if $(SAMPLE),--sample $(SAMPLE))

bench: .venv/developer
	$(BIN)/python -m tests.benchmarks.engine
	$(BIN)/python -m tests.benchmarks.branches
	$(BIN)/python -m tests.benchmarks.filters
	$(BIN)/python -m tests.benchmarks.learners
	$(BIN)/python -m tests.benchmarks.verbs
	$(BIN)/python -m tests.benchmarks.seats
	$(BIN)/python -m tests.benchmarks.sliders

soak: .venv/developer
	$(BIN)/python -m tests.soak

gallery: .venv/developer
	$(BIN)/python -m tests.gallery

numbers: .venv/developer
	$(BIN)/python -m tests.stated

.venv/lessons: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[notebooks]'
	@touch $@

lessons: .venv/lessons
	$(BIN)/jupyter lab notebooks

notebooks:
	$(PYTHON) -m tests.notebooks

class: .venv/installed
	$(BIN)/python -m sim.lessons.pack notebooks/class

schemas: .venv/installed
	for kind in scenario theatre history sources sweep map; do \
	  $(BIN)/sim schema $$kind > scenarios/schemas/$$kind.schema.json || exit 1; done

odd: .venv/developer
	$(BIN)/python -m tests.odd
	$(BIN)/python -m tests.claims.write

clean:
	rm -rf .venv
