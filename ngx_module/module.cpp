// The module as nginx sees it: every callback that nginx calls at a change of its configuration or of its
// processes.
#include "ngx_module/attachments.h"
#include "ngx_module/check.h"
#include "ngx_module/configuration.h"
#include "ngx_module/directives.h"
#include "ngx_module/guard.h"
#include "ngx_module/header_filter.h"
#include "ngx_module/nginx.h"
#include "ngx_module/passage.h"
#include "ngx_module/structure_layout.h"
#include "ngx_module/value.h"
#include "ngx_module/variables.h"
#include "ngx_module/worker.h"

namespace agent_sessions::ngx {

namespace {

ngx_int_t add_phase_handler(ngx_conf_t* cf, ngx_http_phases phase, ngx_http_handler_pt handler) noexcept {
    auto* core =
        static_cast<ngx_http_core_main_conf_t*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    auto* place = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[phase].handlers));
    if (place == nullptr) {
        return NGX_ERROR;
    }
    *place = handler;
    return NGX_OK;
}

// Whoever reads a request that is laid out otherwise reads somebody else's memory.
ngx_int_t compare_layouts(ngx_conf_t* cf) {
    const std::string fault = layout_fault(*cf);
    if (fault.empty()) {
        return NGX_OK;
    }
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "agent_sessions: this nginx is not the one that the module was built for: %s; build the "
                  "module with the headers of this nginx",
                  fault.c_str());
    return NGX_ERROR;
}

// All that can fail does so here, before nginx gives up the old configuration.
ngx_int_t complete_configuration(ngx_conf_t* cf) noexcept {
    if (guard<ngx_int_t>(cf->log, "comparing layouts", NGX_ERROR, [cf] { return compare_layouts(cf); }) !=
        NGX_OK) {
        return NGX_ERROR;
    }
    // Who only loads the module pays for nothing else.
    if (main_configuration(cf).zones.nelts == 0) {
        return NGX_OK;
    }
    if (add_phase_handler(cf, NGX_HTTP_REWRITE_PHASE, check_request) != NGX_OK) {
        return NGX_ERROR;
    }
    // Only error_page leads a request that was refused on.
    if (main_configuration(cf).has_error_pages != 0 &&
        (add_phase_handler(cf, NGX_HTTP_PREACCESS_PHASE, stop_refused) != NGX_OK ||
         add_phase_handler(cf, NGX_HTTP_PRECONTENT_PHASE, note_passage) != NGX_OK)) {
        return NGX_ERROR;
    }
    learn_variables(cf);
    add_header_filter();
    return guard<ngx_int_t>(cf->log, "attaching the zones", NGX_ERROR,
                            [cf] { return attach_zones(cf, main_configuration(cf)); });
}

ngx_int_t start_cycle(ngx_cycle_t* cycle) noexcept {
    const MainConfiguration* main = main_configuration(cycle);
    if (main != nullptr && ngx_test_config == 0) {
        guard(cycle->log, "installing the licenses", [cycle, main] { install_licenses(cycle->log, *main); });
    }
    return NGX_OK;
}

ngx_http_module_t module_context = {
    add_variables,           // preconfiguration
    complete_configuration,  // postconfiguration
    create_main_configuration,
    init_main_configuration,
    nullptr,  // create server configuration
    nullptr,  // merge server configuration
    create_location_configuration,
    merge_location_configuration,
};

}  // namespace

}  // namespace agent_sessions::ngx

extern "C" {
ngx_module_t ngx_http_agent_sessions_module = {
    NGX_MODULE_V1,
    &agent_sessions::ngx::module_context,
    agent_sessions::ngx::directives,
    NGX_HTTP_MODULE,
    nullptr,                            // init master
    agent_sessions::ngx::start_cycle,   // init module
    agent_sessions::ngx::start_worker,  // init process
    nullptr,                            // init thread
    nullptr,                            // exit thread
    agent_sessions::ngx::stop_worker,   // exit process
    nullptr,                            // exit master
    NGX_MODULE_V1_PADDING,
};
}
