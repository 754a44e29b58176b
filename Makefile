# Didymium. `make` alone lists what can be made; CONTRIBUTING.md says more.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# Arguments for `didymium demo`, such as ARGS="--port 7510".
ARGS ?=

.PHONY: help run deps test lint bench clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## build everything and start the demo club (ARGS="--port 7510" for its options)
	@exec sh scripts/run.sh $(ARGS)

deps: ## fetch everything that run and test need; both work without network afterwards
	@sh scripts/deps.sh

test: ## every test: Rust, pages, browser, documents, licences, the repository's own rules
	@sh scripts/test.sh

lint: ## format, lints, types, rules, licences; advisories where cargo-deny is installed
	@sh scripts/lint.sh

bench: ## the benchmarks of docs/performance.md
	@sh scripts/bench.sh

clean: ## remove everything that was built or fetched into this folder; the demo's ./club stays
	@cargo clean
	@rm -rf web/node_modules web/dist web/test-results
