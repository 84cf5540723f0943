# Everything that a fresh clone needs is Go itself.

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 30s
GREMLINS := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
MUTATED ?= guard plan wayback apply policy
RELEASE_URL ?= https://example.com/rassync

.PHONY: all build demo test race prove bench fuzz mutate release generate check-generated clean

all: build

## build: the tool, in bin/rassync
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.release=$(VERSION)" -o bin/rassync ./cmd/rassync

## release: archives for every system, checksums, a bill of materials and manifests, in bin/release
release:
	$(GO) run ./internal/release/makerelease build -version $(VERSION) -url $(RELEASE_URL) -out bin/release

## demo: the whole circle on the embedded simulated farm
demo: build
	bin/rassync demo

## test: vet and every test
test:
	$(GO) vet ./...
	$(GO) test -timeout 40m ./...

## race: every test under the race detector
race:
	$(GO) test -race -timeout 2h ./...

## prove: every fault at every request, every property under every reading, where test leaves some out
prove:
	RASSYNC_PROVE_ALL=1 $(GO) test -timeout 3h -run 'WithEveryFault|ReadsCannotWrite|KilledAtEveryJournalLine' ./cmd/rassync
	RASSYNC_PROVE_ALL=1 $(GO) test -timeout 3h ./internal/proof ./internal/facts

## bench: requests, times and memory on generated farms
bench:
	$(GO) test -run '^$$' -bench . -benchtime 1x ./internal/bench

## fuzz: every fuzz test, FUZZTIME each
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

## mutate: change the engines that can destroy a farm, one place after another, and count what no test notices
mutate:
	for pkg in $(MUTATED); do $(GO) run $(GREMLINS) unleash --timeout-coefficient 20 ./internal/$$pkg | grep -v 'KILLED\|NOT COVERED' || exit 1; done

## generate: what is made from other files
generate:
	$(GO) generate ./...

## check-generated: fails if making it again changes anything
check-generated:
	@state() { git diff HEAD -- . ; git ls-files --others --exclude-standard -- . | xargs -r -d '\n' cksum; }; \
	before=$$(state | cksum); $(MAKE) -s generate; after=$$(state | cksum); \
	if [ "$$before" != "$$after" ]; then git status --short; echo "generated files are not up to date: run make generate and commit"; exit 1; fi

clean:
	rm -rf bin
