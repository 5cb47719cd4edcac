# Every task of the project; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

LIBRARIES := libsqlite3-dev libssl-dev libmicrohttpd-dev libcurl4-openssl-dev libqrencode-dev
# What the tests run: other programs that check what this one writes.
WITNESSES := sqlite3 openssl curl python3 hledger ledger beancount zbar-tools
DATA ?= .demo
PORT ?= 8080
BINARY := .build/release/agencypos
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?=

# What CI runs under the sanitizers: what shares memory between threads, and what handles memory.
SANITIZED_SHORT := SQLTests|LedgerTests|HTTPServerTests|HTTPClientTests|PartnerAPITests|CryptographyTests|SettlementTests

.PHONY: help run demo test test-long test-sanitized test-sanitized-short bench build format lint clean fixtures fuzz fuzz-short

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

build: ## build the release program
	@scripts/require.sh $(LIBRARIES)
	swift build -c release --product agencypos

run: build ## serve the demo network on 127.0.0.1:8080
	@scripts/require.sh curl
	@scripts/run.sh $(BINARY) $(DATA) $(PORT)

demo: build ## play one business day and check every settlement file with openssl
	@scripts/require.sh python3 openssl
	@python3 tools/demo.py $(BINARY)

test: ## install what the tests need and run them all
	@scripts/require.sh $(LIBRARIES) $(WITNESSES) fiu-utils
	swift build --build-tests
	swift test

test-long: ## the tests by chance (commands, kills, flipped bytes, failing disks, partners, matches, layouts) with many rounds
	@scripts/require.sh $(LIBRARIES) $(WITNESSES) fiu-utils
	swift build --build-tests
	AGENCYPOS_PROPERTY_ROUNDS=4000 swift test --skip-build --filter LedgerTests.PropertyTests
	AGENCYPOS_KILL_ROUNDS=200 AGENCYPOS_FLIP_ROUNDS=20 AGENCYPOS_FAULT_STRIDE=1 \
		swift test --skip-build --filter 'KillTests|FlipTests|FaultTests|FailingDiskTests'
	AGENCYPOS_PARTNER_ROUNDS=50 swift test --skip-build --filter PartnerPropertyTests
	AGENCYPOS_MATCH_ROUNDS=4000 swift test --skip-build --filter MatchPropertyTests
	AGENCYPOS_LAYOUT_ROUNDS=4000 swift test --skip-build --filter LayoutPropertyTests

fuzz: ## fuzz the readers of foreign bytes; FUZZ_SECONDS for each (600), FUZZ_TARGETS for some of them
	@scripts/require.sh libssl-dev
	@scripts/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-short: ## the same for some seconds each
	@scripts/require.sh libssl-dev
	@scripts/fuzz.sh 5 $(FUZZ_TARGETS)

test-sanitized: ## all tests under Thread Sanitizer and under Address Sanitizer
	@scripts/require.sh $(LIBRARIES) $(WITNESSES)
	@scripts/sanitize.sh

test-sanitized-short: ## the same for the modules that share or handle memory
	@scripts/require.sh $(LIBRARIES) $(WITNESSES)
	@scripts/sanitize.sh '$(SANITIZED_SHORT)'

bench: ## measure payments and ledger entries per second; BENCH_PARTS=matching: lines matched, against DuckDB
	@scripts/require.sh $(LIBRARIES)
	@bench/run.sh

format: ## format the sources
	swift format --in-place --recursive Package.swift Sources Tests bench/ledger

lint: ## check format, imports, scripts
	@scripts/require.sh shellcheck
	@scripts/lint.sh

fixtures: build ## generate fixtures/demo anew
	$(BINARY) fixtures --out fixtures/demo

clean: ## remove what was built and the demo's data
	rm -rf .build .demo bench/out
