# The module, by nginx's own makefile in $(BUILD)/nginx, and the demo that runs it.

MODULE := $(BUILD)/ngx_http_agent_sessions_module.so
NGINX_MAKEFILE := $(BUILD)/nginx/Makefile

.PHONY: build
build: ## build the module; installs the Debian packages that are missing
	@$(INSTALL) build
	@$(MAKE) module

.PHONY: module
module: $(NGINX_MAKEFILE) $(WEB_ASSETS)
	@$(MAKE) $(PARALLEL) $(if $(VERBOSE),,-s) -f $(abspath $(NGINX_MAKEFILE)) -C $(NGINX_SOURCE) modules
	@cmp -s $(BUILD)/nginx/$(notdir $(MODULE)) $(MODULE) || install -m 644 $(BUILD)/nginx/$(notdir $(MODULE)) $(MODULE)
	@echo $(MODULE)

# Debian's conf_flags change with each update of nginx, and with them the module's signature.
$(NGINX_MAKEFILE): config config.make build-aux/sources.list build-aux/configure-nginx \
    $(wildcard $(NGINX_SOURCE)/conf_flags) | $(WEB_ASSETS)
	@echo "configuring nginx in $(BUILD)/nginx"
	@build-aux/configure-nginx $(NGINX_SOURCE) $(BUILD)/nginx

ifneq ($(wildcard examples/demo/run),)
.PHONY: run
run: build ## start nginx with a demo application and print its addresses
	@$(INSTALL) run
	@AGENT_SESSIONS_MODULE=$(abspath $(MODULE)) examples/demo/run
endif
