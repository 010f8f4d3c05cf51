# Everything is set up by the targets themselves: a fresh machine needs Python 3.11+, make, git and a package index.
PYTHON ?= python3
PORT ?= 3000
VENV := .venv
BIN := $(VENV)/bin
CLI := $(BIN)/tf-linkage
export DAGSTER_HOME := $(CURDIR)/.dagster_home
export PYTHONHASHSEED := 0
# Choices such as `make run PRESET=tiny SEED=7` or `make run SOURCE=files INCOMING=dir`.
CHOICES := PRESET SOURCE DWP_SOURCE MOJ_SOURCE DFE_SOURCE DWP_LINKAGE_ON MOJ_LINKAGE_ON DFE_LINKAGE_ON INCOMING DATA FAMILIES POPULATION SEED NOISE NOISE_MULTIPLIER MOVES_TOGETHER COUNCILS CONFOUNDING CONFOUNDING_STRENGTH CLERK_ERROR ENGINE LINK_THRESHOLD REVIEW_THRESHOLD MEMORY_GB THREADS MOST_PAIRS SPARK
DATES := $(foreach day,HISTORY_FROM IDENTIFIED_FROM IDENTIFIED_TO EXTRACT EXCHANGE DESTROY_BY,DATE_$(day))
CHOICES += $(DATES)
OTHERS := JOB TICKET CONFIRM PORT PYTHON ONLY MUTANTS
TYPED := $(foreach word,$(MAKEOVERRIDES),$(if $(findstring =,$(word)),$(firstword $(subst =, ,$(word)))))
$(foreach typed,$(TYPED),$(if $(filter $(typed),$(CHOICES) $(OTHERS)),,\
  $(error $(typed): there is no such choice; known are $(CHOICES) $(OTHERS))))
# The command names a choice that it refuses as it was typed here.
export TF_LINKAGE_MAKE_CHOICES := $(foreach choice,$(CHOICES) JOB TICKET CONFIRM,$(if $($(choice)),$(choice)))
$(foreach choice,$(CHOICES),$(if $($(choice)),$(eval export TF_LINKAGE_$(choice) := $($(choice)))))

.DEFAULT_GOAL := help
.PHONY: help setup run assess baseline test snapshots without-names test-crash test-mutants test-fuzz test-walk test-study test-intruders test-releases test-seeds test-confounding test-linkage-error test-recall test-spark calibration check ui drill deployment bench docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## install the pinned environment into .venv

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tf_linkage needs Python 3.11 or later; $(PYTHON) is older. Name another: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python deploy/install.py $(VENV) requirements.lock
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## run the main job `rehearsal`, or JOB=, and print its summary (choices: PRESET=tiny|demo|study SEED= NOISE= SOURCE=files INCOMING=dir)
	@$(CLI) run $(if $(JOB),--job $(JOB)) $(if $(TICKET),--ticket $(TICKET)) $(if $(CONFIRM),--confirm $(CONFIRM))

assess: setup ## after `make run`: what linkage error does to findings, what identifiers buy, linkage without names, ranges (minutes)
	@$(CLI) assess

baseline: setup ## accept today's figures at `tiny` and `demo` as what later runs are held to (minutes; PRESET=tiny|demo alone)
	@$(CLI) baseline $(if $(PRESET),--preset $(PRESET))

test: setup ## run the tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile

test-fuzz: setup ## mutate extracts, mappings, packages and linked files, and count what came of it (minutes)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_fuzz.py

test-walk: setup ## run the pages of docs/ in real shells as they are typed, and whole runs on every foreign form (minutes)
	@$(BIN)/python -m pytest -m slow tf_linkage_tests/test_departments_page.py tf_linkage_tests/test_foreign_forms.py tf_linkage_tests/test_walks.py

snapshots: setup ## accept today's graph (assets, checks, jobs) as the tracked one; review the difference
	@$(BIN)/python -m pytest tf_linkage_tests/defs/test_graph.py --accept-snapshots

without-names: setup ## what linkage on hashes would miss, cost and give away, over three worlds at `demo`; renews docs/linkage-without-names.md (minutes)
	@$(BIN)/python benchmarks/without_names.py

test-mutants: setup ## put 300 small faults into the gates, one at a time, and say which share turns a test red (an hour)
	@$(BIN)/python tf_linkage_tests/mutants/__main__.py $(if $(SEED),--seed $(SEED)) $(if $(MUTANTS),--mutants $(MUTANTS))

test-crash: setup ## kill the main job and the destruction at every write, and run them again (two hours)
	@$(BIN)/python -m pytest -m slow tf_linkage_tests/test_crash.py

test-study: setup ## hold the estimates to the true effects, and the gates, at size `study`, on true links (minutes)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_recovery.py tf_linkage_tests/test_gates_at_study.py

test-intruders: setup ## hold the research tables to every declared intruder at size `study`, on true links, and print what each gate costs (minutes)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_gates_at_study.py -k nobody_stands_out
	@$(BIN)/python benchmarks/use_lost.py study

test-releases: setup ## five releases one after another at `demo` and `study`, families withdrawing between them: each passes every gate (minutes; ONLY=demo|study)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_releases_in_turn.py $(if $(ONLY),-k $(ONLY))

test-seeds: setup ## run the main job at `demo` on ten seeds, at `study` on two, and with every choice; all checks green (half an hour, 10 GB; ONLY=choices|demo|study)
	@$(BIN)/python tf_linkage_tests/seeds.py $(if $(ONLY),--only $(ONLY))

test-confounding: setup ## how far estimates miss under each kind of confounding, over forty worlds each (half an hour; CONFOUNDING_KEPT=folder in the environment takes it up where it broke off)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_confounding.py

test-linkage-error: setup ## how often intervals hold where links miss one group more, as found and corrected, over 200 worlds each (ten minutes)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_missed_links.py

test-recall: setup ## how often the interval of recall without truth holds, over 20 seeds and three levels of noise (half an hour; RECALL_SEEDS= RECALL_PRESET= in the environment)
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_recall_without_truth.py

test-spark: setup ## hold engine spark to the links of engine duckdb on Spark itself (Debian's Java 17 or later; .venv-spark with 450 MB of packages; minutes)
	@command -v java >/dev/null || { echo "Spark needs Java 17 or later: apt-get install openjdk-17-jre-headless"; exit 1; }
	@test -x .venv-spark/bin/spark-submit || { $(PYTHON) -m venv .venv-spark && .venv-spark/bin/python -m pip install --quiet --disable-pip-version-check 'pyspark[connect]==4.2.1' "$$(grep '^duckdb==' requirements.lock)"; }
	@$(BIN)/python -m pytest -m slow -s tf_linkage_tests/test_spark_on_java.py

calibration: setup ## the simulated world next to England: pictures, targets, impossible sequences, twenty questions (PRESET= SEED= PAGE=docs/calibration.md)
	@$(BIN)/python -m tf_linkage.bodies.calibration $(or $(PAGE),data/reports/calibration.md) $(or $(PRESET),demo) $(or $(SEED),2015)

check: setup ## lint, types, the laws of the house, and the Dagster definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dagster definitions validate -w workspace.yaml
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/dg check defs

ui: setup ## start the Dagster web UI on http://localhost:3000 (PORT= for another)
	@$(CLI) ui --port $(PORT)

drill: setup ## stage breaches in copies of a rehearsal (after make run) and see whether each is noticed; exit code 1 if one is not
	@$(CLI) breach-drill

deployment: setup ## start webserver, code server, daemon and PostgreSQL as docs/deployment.md has them, run `tiny` through the queue, stop them
	@$(BIN)/python deploy/rehearse.py

bench: setup ## run the benchmarks but England's, which is benchmarks/england.py (slow; peers get their own environment)
	@for bench in $(filter-out benchmarks/england.py,$(wildcard benchmarks/*.py)); do echo "== $$bench"; $(BIN)/python $$bench; done

docs: setup ## build the documentation as a site in site/, strict
	@$(BIN)/mkdocs build --quiet --clean
	@echo "site/index.html"

lock: ## pin today's versions in requirements.lock
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet '.[dev,deployment]' 'setuptools>=77'
	.venv-lock/bin/python -m pip freeze --exclude tf_linkage --all | grep -E '^[A-Za-z0-9._-]+==' | grep -vE '^(pip)==' > requirements.lock
	rm -rf .venv-lock build

clean: setup ## empty a rehearsal's data folder and the Dagster storage
	@$(CLI) clean
	find .dagster_home -mindepth 1 ! -name dagster.yaml -delete
