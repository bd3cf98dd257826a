# What the tests of faults need besides. Two more modules, for what nginx does with one that does not fit: one was
# built for an nginx whose requests hold one more field, the other knows the next layout of the segment. Each consists
# of the module's own objects, but for those that know.

OTHER_NGINX := $(TEST_BUILD)/other_nginx/$(notdir $(MODULE))
NEXT_LAYOUT := $(TEST_BUILD)/next_layout/$(notdir $(MODULE))
VARIANT_CXXFLAGS := -std=c++20 -O1 -fPIC -fvisibility=hidden -fno-gnu-unique -Wall -Wextra
VARIANT_LIBS := -lstdc++ -lcrypto -lsqlite3 -ldate-tz -Wl,-z,relro -Wl,-z,now

prepare-e2e: $(OTHER_NGINX) $(NEXT_LAYOUT) $(TEST_BUILD)/libwrite_log.so

# Preloaded, it notes what nginx does to its files.
$(TEST_BUILD)/libwrite_log.so: tests/write_log/write_log.cpp tests/write_log/write_log.h
	@echo "link $@"
	$(QUIET)$(CXX) -I. $(TEST_CXXFLAGS) -fPIC -shared -o $@ $<

$(OTHER_NGINX): VARIES = ngx_module/structure_layout.cpp
$(NEXT_LAYOUT): VARIES = tracker/memory/layout.cpp tracker/memory/validate.cpp

# Changed headers, found before the real ones.
$(TEST_BUILD)/other_nginx/include/ngx_http_request.h: $(NGINX_SOURCE)/src/http/ngx_http_request.h
	@mkdir -p $(@D)
	$(QUIET)sed '/^ *ngx_list_t *headers;/a ngx_uint_t count;' $< >$@

$(TEST_BUILD)/next_layout/include/tracker/memory/layout.h: tracker/memory/layout.h
	@mkdir -p $(@D)
	$(QUIET)sed 's/\(kLayoutVersion = [0-9]*\);/\1 + 1;/' $< >$@

$(OTHER_NGINX): $(TEST_BUILD)/other_nginx/include/ngx_http_request.h
$(NEXT_LAYOUT): $(TEST_BUILD)/next_layout/include/tracker/memory/layout.h

$(OTHER_NGINX) $(NEXT_LAYOUT): $(MODULE) build-aux/variants.mk
	@echo "link $@"
	$(QUIET)for source in $(VARIES); do \
	    $(CXX) $(VARIANT_CXXFLAGS) -I$(@D)/include -I. $(NGINX_INCLUDES) -c -o $(@D)/$$(basename $$source .cpp).o $$source || exit 1; \
	done
	$(QUIET)$(CXX) -shared -o $@ $(foreach source,$(filter-out $(VARIES),$(SOURCES)),$(call module_object,$(source))) \
	    $(foreach source,$(VARIES),$(@D)/$(basename $(notdir $(source))).o) $(BUILD)/nginx/$(basename $(notdir $(MODULE)))_modules.o \
	    -Wl,--version-script=ngx_module/exports.map $(VARIANT_LIBS)
