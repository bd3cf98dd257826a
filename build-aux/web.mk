# The page and the script for the agent's pages: admin/web/ and ngx_module/client/ are bundled into build/web/ and
# build/client/, whose files the module embeds. Both are built with the tools of admin/web/.

WEB_ASSETS := build/web/assets.inc build/client/script.inc
CLIENT_SOURCES := $(wildcard ngx_module/client/*.ts ngx_module/client/*.mjs ngx_module/client/*.json)
WEB_SOURCES := $(shell find admin/web \( -name node_modules -o -name generated \) -prune -o -type f -print 2>/dev/null)

.PHONY: web
web: ## bundle the admin page into build/web/, the script into build/client/
	@$(INSTALL) build
	@$(MAKE) web-files

.PHONY: web-files
web-files: $(WEB_ASSETS)

build/web/assets.inc: $(WEB_SOURCES) admin/openapi.json admin/web/node_modules/.package-lock.json
	node admin/web/build.mjs
	@touch $@

build/client/script.inc: $(CLIENT_SOURCES) admin/web/node_modules/.package-lock.json
	node ngx_module/client/build.mjs
	@touch $@

# npm writes this file at the end of each installation.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(@D) && touch $@
