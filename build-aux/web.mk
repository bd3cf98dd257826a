# The page: admin/web/ is bundled into build/web/, whose files the module embeds.

WEB_ASSETS := $(if $(wildcard admin/web/build.mjs),build/web/assets.inc)
WEB_SOURCES := $(shell find admin/web \( -name node_modules -o -name generated \) -prune -o -type f -print 2>/dev/null)

.PHONY: web
web: ## bundle the admin page into build/web/
	@$(INSTALL) build
	@$(MAKE) web-files

.PHONY: web-files
web-files: $(WEB_ASSETS)

build/web/assets.inc: $(WEB_SOURCES) admin/openapi.json admin/web/node_modules/.package-lock.json
	node admin/web/build.mjs
	@touch $@

# npm writes this file at the end of each installation.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(@D) && touch $@
