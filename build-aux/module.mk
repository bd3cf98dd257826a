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

# The same module with AddressSanitizer and UndefinedBehaviorSanitizer in it. nginx itself has neither, so whoever loads
# this module must preload the first one's library.
SANITIZED_MODULE := $(BUILD)/sanitize/$(notdir $(MODULE))
SANITIZED_MAKEFILE := $(BUILD)/sanitize/nginx/Makefile
MODULE_SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.PHONY: module-sanitized
module-sanitized: $(SANITIZED_MAKEFILE) $(WEB_ASSETS)
	@$(MAKE) $(PARALLEL) $(if $(VERBOSE),,-s) -f $(abspath $(SANITIZED_MAKEFILE)) -C $(NGINX_SOURCE) modules
	@cp -u $(BUILD)/sanitize/nginx/$(notdir $(MODULE)) $(SANITIZED_MODULE)
	@echo $(SANITIZED_MODULE)

$(SANITIZED_MAKEFILE): config config.make build-aux/sources.list build-aux/configure-nginx build-aux/module.mk \
    $(wildcard $(NGINX_SOURCE)/conf_flags) | $(WEB_ASSETS)
	@echo "configuring nginx in $(BUILD)/sanitize/nginx"
	@build-aux/configure-nginx $(NGINX_SOURCE) $(BUILD)/sanitize/nginx $(MODULE_SANITIZERS)

ifneq ($(wildcard examples/demo/run),)
.PHONY: run
run: build ## start nginx with a demo application and print its addresses
	@$(INSTALL) run
	@AGENT_SESSIONS_MODULE=$(abspath $(MODULE)) examples/demo/run
endif
