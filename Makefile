# Patchbay. "make test" is everything that has to pass; the rest are its parts and what takes longer.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := test

GO      ?= go
TOOL    := $(GO) tool -modfile=tools.mod
SUDO    := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
VERSION ?= development
RELEASE := -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)"

.PHONY: test check generate generated format vet lint unit browser needs bench drill screenshots build image run

test: needs generated format vet lint unit browser ## all that has to pass

check: generated format vet lint unit ## the same without the browser

needs: ## what a fresh Debian machine with Go and Node lacks
	@missing=""; \
	command -v chromium-headless-shell >/dev/null || missing="$$missing chromium-headless-shell fonts-dejavu-core"; \
	command -v git >/dev/null || missing="$$missing git"; \
	[ -x /usr/sbin/sshd ] || missing="$$missing openssh-server"; \
	command -v gcc >/dev/null || missing="$$missing gcc libc6-dev"; \
	if [ -n "$$missing" ]; then \
	  $(SUDO) apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@[ -f node_modules/.package-lock.json ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund
	$(GO) mod download
	$(GO) mod download -modfile=handlers/securityhubapi/testdata/sdk171.mod

GO_RELEASE := $(shell sed -n 's/^toolchain //p' go.mod)

generate: ## write the generated files anew
	@[ "$$($(GO) env GOVERSION)" = "$(GO_RELEASE)" ] || { echo "The browser module is the same, byte for byte, with $(GO_RELEASE) only; this is $$($(GO) env GOVERSION). Install $(GO_RELEASE)."; exit 1; }
	$(GO) generate ./...

generated: generate ## they are what is committed
	@git diff --exit-code --stat -- '*_templ.go' assets/static || { echo "Generated files were not current; they are now. Commit them."; exit 1; }
	@new=$$(git ls-files --others --exclude-standard -- '*_templ.go' assets/static); [ -z "$$new" ] || { echo "Generated files are not committed: $$new"; exit 1; }

format:
	@wrong=$$(gofmt -l $$(git ls-files '*.go' | grep -v '_templ\.go$$')); [ -z "$$wrong" ] || { echo "gofmt would change: $$wrong"; exit 1; }

vet:
	$(GO) vet ./...
	$(GO) vet -tags 'e2e screenshots' ./e2e
	$(GO) vet -tags bench ./cmd/patchbay
	GOOS=js GOARCH=wasm $(GO) vet ./cmd/wasm

lint:
	$(TOOL) staticcheck ./...
	$(TOOL) staticcheck -tags e2e ./e2e

unit: ## with the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...

browser: needs ## every type, walked in a real browser
	$(GO) test -tags e2e -count=1 -timeout 14m ./e2e

bench: ## the figures of docs/performance.md
	$(GO) test -run '^$$' -bench . -benchtime 1s ./store
	$(GO) test -tags bench -count=1 -run TestFigures -timeout 20m -v ./cmd/patchbay

drill: ## what takes long: hostile other sides by the hundred, and fuzzing
	PATCHBAY_DRILL=1 $(GO) test -count=1 -timeout 20m -v -run '^TestEveryKindOfCheckEndsWhateverTheOtherSideDoes$$' ./remote/probe
	PATCHBAY_DRILL=1 $(GO) test -count=1 -timeout 20m -run '^(TestNoEntryReachesAHostileAddress|TestNoStoredSecretGoesElsewhere|TestTheConsentOfAPersonStaysAtItsServer)$$' ./cmd/patchbay
	@for pkg in $$(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$pkg/*_test.go | sed 's/func //'); do \
	    $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s $$pkg; \
	  done; \
	done

screenshots: needs ## docs/screenshots
	$(GO) test -tags 'e2e screenshots' -count=1 -run TestScreenshots ./e2e

build: ## one static binary in dist/
	CGO_ENABLED=0 $(GO) build $(RELEASE) -o dist/patchbay ./cmd/patchbay

image: build ## a container image, with buildah and without an engine
	mkdir -p dist/data
	STORAGE_DRIVER=vfs buildah bud --isolation chroot -t localhost/patchbay:$(VERSION) .

run:
	$(GO) run ./cmd/patchbay serve --dev
