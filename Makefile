# What one types here. Each target says what it does in `make help`; the work is in scripts/ and cargo.
.POSIX:
.DEFAULT_GOAL := help
.PHONY: help demo build test prove fmt lint unit live bench bench-verify fuzz clean-stack

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done

demo: ## install what is missing, build, start the stack, run both schedules, prove the result, show rows
	@scripts/demo

build: ## the program: target/release/sparkflow
	@scripts/toolchain
	cargo build --release --locked

test: ## everything that must be green: format, lints, unit and case tests, then the live suite on a real engine
	@scripts/test format lint unit jobs live

prove: ## what takes too long for `make test`: every change behind our back, every fault, no false alarm; goes on where it stopped
	@scripts/prove mutations
	@scripts/prove faults
	@scripts/prove healthy

fmt: ## format the code
	cargo fmt

lint: ## lints, every warning an error
	@scripts/test lint

unit: ## unit tests, case documents and the rules of the code; no engine, no network
	@scripts/test unit

live: ## the live suite; needs a container engine
	@scripts/test live

bench: ## measure validate against docker compose, and plans of up to 10,000 topics; writes nothing
	@bench/run

bench-verify: ## measure verify on stacks of its own, beside the services' own command lines; writes nothing
	@bench/verify

fuzz: ## fuzz each target for a while (SECONDS_EACH, TARGETS); needs a nightly Rust and cargo-fuzz
	@scripts/fuzz

clean-stack: ## remove the demo's containers, networks and volumes, with the data in them
	target/release/sparkflow down --volumes -y
