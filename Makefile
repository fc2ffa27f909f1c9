# Every command for working on and running Regain. `make` alone lists them. Needs Python 3.11 or newer, make and git.
PYTHON ?= python3
PORT ?= 8000
PEOPLE ?= people.csv
ORGANISATION ?= organisation.yaml
STATE ?= $(or $(REGAIN_STATE),.state)
STACK ?= regain
DIRECTORY ?=
SIGN_IN ?=
LANGUAGE ?=
EXAMPLES ?= 200
CROWD ?= 200
SECONDS ?= 60
ATTACK ?= 10
MINUTES ?= 10
SIZES ?= 1000 10000 100000
PEERS ?=
THOROUGH ?=
REGIONS ?=
WORKERS ?= 4# pytest workers, for two cores: they often wait for browsers, messages and locks

DEV := .venv/dev/bin
SAM := .venv/sam/bin/sam
UV := .venv/uv/bin/uv
SITE := $(STATE)/site
REGAIN = ./regain --stack "$(STACK)" --organisation "$(ORGANISATION)"
AS_ROOT := $(if $(filter-out 0,$(shell id -u)),unshare -Urn --)# Samba listens on ports below 1024
export UV_PYTHON_DOWNLOADS := never
export ORGANISATION
export THOROUGH
export SAM_CLI_TELEMETRY := 0
export NO_MKDOCS_2_WARNING := 1
export PYTHONPATH := functions:functions/shared:docs:.
export PYTHONUTF8 := 1
unexport PYTHONDONTWRITEBYTECODE # a stack is a dozen processes, which share compiled bytecode

.PHONY: help install serve test quick lint format docs validate build release-id smoke unit browser chromium gettext directories directories-servers translations schema lock screenshots clean \
	sam-local lambda-build bench scale abuse deploy lighthouse node faults model load day fuzz audit sbom words weights
.DEFAULT_GOAL := help

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Environments, each from its lock --------------------------------------------------------------

install: .venv/dev/.locked .venv/ministack/.locked ## Install what `make serve` needs, from the locks

.venv/uv/.locked: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Regain needs Python 3.11 or newer: make PYTHON=python3.x")'
	@echo "Installing what Regain needs, once, from the locks. It takes a minute or two."
	@$(PYTHON) -m venv --clear .venv/uv
	@.venv/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.venv/%/.locked: requirements/%.txt .venv/uv/.locked
	@echo "  $*: $$(grep -c '==' $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv/$*
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .venv/$*/bin/python $<
	@touch $@

# Installs Debian packages for programs that are missing. Needs root. Another program, such as Debian's daily upgrade, may hold
# apt's locks for a while: `install` waits for the lock, and `update` is retried.
APT := { for try in 1 2 3 4 5 6; do apt-get update -qq && break; sleep 10; done; } \
	&& DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq

# Tests use the headless shell, at half the cost; the password manager and Lighthouse need the full browser.
chromium: ## Install Chromium for the tests, if it is missing
	@command -v chromium >/dev/null && command -v chromium-headless-shell >/dev/null \
		|| { $(APT) chromium chromium-headless-shell >/dev/null; }

# Debian starts a server as soon as it is installed, unless policy-rc.d forbids it: only tests may start these.
directories-servers: ## Install OpenLDAP and Samba for the tests, if they are missing
	@test -x /usr/sbin/slapd && test -x /usr/sbin/samba && test -x /usr/bin/ldapmodify \
		&& test -e /usr/share/samba/setup/provision.ldif || { \
		test -e /usr/sbin/policy-rc.d || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d \
			&& chmod +x /usr/sbin/policy-rc.d && trap 'rm /usr/sbin/policy-rc.d' EXIT; }; \
		$(APT) --no-install-recommends slapd ldap-utils samba samba-ad-provision samba-dsdb-modules winbind >/dev/null; }

gettext: ## Install GNU gettext for the tests, if it is missing
	@command -v msgfmt >/dev/null || { $(APT) --no-install-recommends gettext >/dev/null; }

node: ## Install Node.js for Lighthouse and the OpenID provider, if it is missing
	@command -v npm >/dev/null || { $(APT) nodejs npm >/dev/null; }

tests/lighthouse/node_modules/.locked: tests/lighthouse/package-lock.json | node
	cd tests/lighthouse && PUPPETEER_SKIP_DOWNLOAD=1 npm ci --silent
	@touch $@

functions/local/openid/node_modules/.locked: functions/local/openid/package-lock.json | node
	cd functions/local/openid && npm ci --silent
	@touch $@

# --- Running -------------------------------------------------------------------------------------

serve: install $(if $(SAM_LOCAL),lambda-build) $(if $(filter ldap ad,$(DIRECTORY)),directories-servers) $(if $(SIGN_IN),functions/local/openid/node_modules/.locked) ## Run the whole service locally: PORT= PEOPLE= ORGANISATION= STATE= SAM_LOCAL=1 EVENTS=1 (writes audit events to a file, as a SIEM receives them) DIRECTORY=ldap or ad (keeps passwords in a real directory), cognito (in the embedded engine's) or entra (in a fake of Microsoft's), SIGN_IN=oidc (with a real OpenID provider)
	@mkdir -p "$(STATE)"
	@DIRECTORY=$(DIRECTORY) SIGN_IN=$(SIGN_IN) $(DEV)/python -m hooks.build --site-dir "$(SITE)"
	@exec $(DEV)/python -m local --port $(PORT) --people "$(PEOPLE)" --organisation "$(ORGANISATION)" --state "$(STATE)" --site "$(SITE)" --watch $(if $(EVENTS),--events) $(if $(DIRECTORY),--directory $(DIRECTORY)) $(if $(SIGN_IN),--sign-in $(SIGN_IN)) $(if $(SAM_LOCAL),--build .aws-sam/local)

docs: install ## Build the site in every language into site/, incrementally: COMPLETE=1 (fails if a translation is missing)
	$(DEV)/python -m hooks.build --strict $(if $(COMPLETE),--complete) --site-dir site

translations: install ## Update translations/*.po with new and changed texts, and list missing translations: LANGUAGE=de
	$(DEV)/python -m hooks.catalogues update $(LANGUAGE)

clean: ## Delete the local state and all build output
	rm -rf "$(STATE)" site site.built.json .aws-sam .pytest_cache .hypothesis .ruff_cache

# --- Checking ------------------------------------------------------------------------------------

test: install chromium gettext directories-servers .venv/sam/.locked .venv/fuzz/.locked .venv/scan/.locked $(if $(THOROUGH),tests/lighthouse/node_modules/.locked) functions/local/openid/node_modules/.locked ## Run every check and every test, the slowest with a few of their cases: THOROUGH=1 (with all)
	@$(MAKE) --no-print-directory -j 2 validate lint docs $(if $(THOROUGH),,REGIONS=eu-west-1)
	$(if $(AS_ROOT),$(AS_ROOT) $(DEV)/pytest tests/directories)
	SITE_OF="$(ORGANISATION)" $(DEV)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(if $(AS_ROOT),--ignore tests/directories) # on the worker and in the order that `tests/order.py` gives

QUICK := reset unlock sign_in account security_info registration binding admin repudiation request_validation
quick: install ## Run the tests that matter for most changes, in under a minute
	$(DEV)/ruff check --quiet .
	$(DEV)/pytest -n 2 --dist loadfile tests/test_*.py tests/domain tests/problems tests/organisation tests/people \
		$(QUICK:%=tests/functions/test_%.py)

unit: install gettext directories-servers .venv/fuzz/.locked .venv/scan/.locked ## Run the tests that need no browser and no build
	$(if $(AS_ROOT),$(AS_ROOT) $(DEV)/pytest tests/directories)
	$(DEV)/pytest --ignore tests/browser --ignore tests/build --ignore tests/lighthouse $(if $(AS_ROOT),--ignore tests/directories)

browser: install chromium functions/local/openid/node_modules/.locked ## Run the tests in Chromium
	$(DEV)/pytest tests/browser

lighthouse: docs chromium tests/lighthouse/node_modules/.locked ## Measure home, guidance, error page and form with Lighthouse
	$(DEV)/python -m tests.lighthouse

lint: install ## Check the code and its formatting
	$(DEV)/ruff check .
	$(DEV)/ruff format --check .
	$(DEV)/mypy

format: install ## Format the code
	$(DEV)/ruff check --fix .
	$(DEV)/ruff format .

weights: docs ## Print the brotli size of each page with everything it loads, next to its budget
	$(DEV)/python -m tests.docs.weights

validate: .venv/sam/.locked .venv/checkov/.locked ## Check template.yaml: SAM, cfn-lint for every supported region, checkov
	$(SAM) validate --region us-east-1 # SAM requires a region but calls nothing, so any will do
	.venv/sam/bin/cfn-lint --regions $(or $(REGIONS),$$($(PYTHON) -c 'from cli.regions import SUPPORTED; print(*SUPPORTED)')) -- template.yaml
	.venv/checkov/bin/checkov --config-file .checkov.yaml

# Checks everything that could make it fail before it builds anything. The region comes from samconfig: nothing here may name another.
deploy: install .venv/sam/.locked ## Deploy to AWS: STACK= ORGANISATION= (asks for settings the first time; CI=true takes defaults)
	@test -f samconfig.$(STACK).toml || $(REGAIN) setup $(if $(filter true,$(CI)),--yes)
	@$(REGAIN) deploy --check
	@$(MAKE) --no-print-directory docs COMPLETE=1
	@mkdir -p .aws-sam && $(MAKE) --no-print-directory release-id > .aws-sam/release-id
	@$(REGAIN) deploy --sam "$(SAM)" --release "$$(tail -n 1 .aws-sam/release-id)"

build: install .venv/sam/.locked ## Build the functions and their layer into .aws-sam/
	$(SAM) build

release-id: build ## Build, and print the id of the release for STACK= on the last line
	@$(DEV)/python -m release_id --stack $(STACK)

smoke: install .venv/sam/.locked ## Build, and invoke each function from the build
	$(DEV)/pytest tests/build

sam-local: install lambda-build ## Test reset and unlock in Lambda's containers (needs Docker)
	SAM_LOCAL=1 $(DEV)/pytest tests/sam_local --timeout=600

abuse: install chromium directories-servers ## Run all abuse cases, and compare response times for 1,000 known and 1,000 unknown user IDs
	$(DEV)/python -m tests.abuse
	$(AS_ROOT) $(DEV)/python -m tests.directories.sameness
	$(DEV)/python -m tests.directories.sameness_cloud

faults: install ## Inject every fault into every AWS call: about 2,000 runs, a few minutes
	FAULTS=every $(DEV)/pytest -n 2 --dist loadfile tests/functions/test_fault_points.py tests/functions/test_fault_points_batch.py

directories: install directories-servers ## Test Active Directory and OpenLDAP on real servers, and fuzz the LDAP parser: EXAMPLES=
	FUZZ_EXAMPLES=$(EXAMPLES)00 $(DEV)/pytest tests/fuzz/test_ldap.py --timeout=1800
	FAULTS=every $(AS_ROOT) $(DEV)/pytest -v tests/functions/test_directory_story.py -k fault --timeout=1800
	$(AS_ROOT) $(DEV)/python -m tests.directories.table
	$(AS_ROOT) $(DEV)/python -m tests.directories.times

model: install ## Test the service against its model for some minutes: EXAMPLES=
	MODEL=$(EXAMPLES) $(DEV)/pytest --timeout=1800 tests/functions/test_model.py

load: install ## Load-test the embedded stack: 200 people for a minute (CROWD= SECONDS=), then 200 networks attack (ATTACK= minutes)
	$(DEV)/python -m tests.load --people $(CROWD) --seconds $(SECONDS)
	$(DEV)/python -m tests.load.attack --minutes $(ATTACK)

day: CROWD = 300
day: install directories-servers ## Simulate a day of 300 people in ten minutes, with a rush, an attack, invitations, a restart and an unresponsive directory: CROWD= MINUTES=
	$(DEV)/python -m tests.day --people $(CROWD) --minutes $(MINUTES)

bench: install .venv/sam/.locked $(if $(PEERS),.venv/peers/.locked) ## Measure speed, memory, size, store operations and cost, as ratios within one run, and the embedded stack: PEERS=1 (beside Django)
	$(DEV)/python -m tests.bench $(if $(PEERS),--peers)
	$(DEV)/python -m tests.bench.embedded

scale: install ## Measure import, search, report and a reset at 1,000, 10,000 and 100,000 people: SIZES=
	$(DEV)/python -m tests.scale --people $(SIZES)

fuzz: install .venv/fuzz/.locked ## Fuzz the API and the parsers for ten minutes: SECONDS= SEED= (printed by each run)
	$(DEV)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

audit: install .venv/audit/.locked .venv/scan/.locked .venv/semgrep/.locked ## Look for known vulnerabilities, secrets and dangerous code
	$(DEV)/python -m tests.supply_chain audit

sbom: install .venv/audit/.locked ## Write a CycloneDX SBOM of all dependencies to .state/sbom/
	$(DEV)/python -m tests.supply_chain sbom

# Builds for `sam local` on this machine. `sam` pulls the public image of the runtime; where it cannot, the program that
# LAMBDA_IMAGE names builds a replacement first.
LAMBDA_IMAGE ?=
MACHINE := $(shell uname -m)
lambda-build: .venv/sam/.locked
	LAYER_PLATFORM=$(MACHINE)-manylinux_2_28 $(SAM) build --build-dir .aws-sam/local >/dev/null
	@if [ -x "$(LAMBDA_IMAGE)" ]; then "$(LAMBDA_IMAGE)" 3.13; fi

# --- Upkeep --------------------------------------------------------------------------------------

schema: install ## Generate organisation.schema.json and the guide to the first half hour on AWS from the code
	$(DEV)/python -m cli.first_half_hour
	$(DEV)/python -c 'import json; from regain.organisation.schema import schema; print(json.dumps(schema(), indent=2))' > organisation.schema.json

words: .venv/words/.locked ## Write the lists of common words in every language
	.venv/words/bin/python functions/shared/word_lists.py

screenshots: install chromium ## Take the screenshots of the README
	$(DEV)/python tests/browser/screenshots.py

lock: .venv/uv/.locked ## Update the locks from requirements/*.in
	cd requirements && for each in app audit checkov dev directory fuzz ministack peers sam scan semgrep uv words; do \
		../$(UV) pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--no-emit-index-url --no-emit-find-links $$each.in --output-file $$each.txt; done
