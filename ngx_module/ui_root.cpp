// agent_sessions_ui_root: the operator's files of the page, read into memory while the configuration is. No
// request ever reaches the disk.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "admin/page_files.h"
#include "ngx_module/configuration.h"
#include "ngx_module/directive_arguments.h"
#include "ngx_module/directive_setters.h"
#include "ngx_module/guard.h"
#include "ngx_module/pool_object.h"

namespace agent_sessions::ngx {

namespace {

using admin::PageFiles;

constexpr std::size_t kMostFiles = 64;
constexpr std::size_t kMostBytes = 1 << 20;

// No link is followed: who may write the folder must not choose what a master that is root reads.
class OpenFile {
  public:
    explicit OpenFile(const char* path) noexcept
        : descriptor_(
              ngx_open_file(path, NGX_FILE_RDONLY | NGX_FILE_NONBLOCK | O_NOFOLLOW, NGX_FILE_OPEN, 0)) {}
    ~OpenFile() {
        if (is_open()) {
            ngx_close_file(descriptor_);
        }
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    bool is_open() const noexcept { return descriptor_ != NGX_INVALID_FILE; }
    ngx_fd_t descriptor() const noexcept { return descriptor_; }

  private:
    ngx_fd_t descriptor_;
};

// nullopt = refused, and logged.
std::optional<std::string> read_whole(ngx_conf_t* cf, const std::string& path) {
    const OpenFile file(path.c_str());
    if (!file.is_open()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, ngx_open_file_n " \"%s\" failed", path.c_str());
        return std::nullopt;
    }
    std::string bytes(kMostBytes + 1, '\0');
    std::size_t length = 0;
    while (length < bytes.size()) {
        const ssize_t taken = ngx_read_fd(file.descriptor(), bytes.data() + length, bytes.size() - length);
        if (taken < 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, ngx_read_fd_n " \"%s\" failed", path.c_str());
            return std::nullopt;
        }
        if (taken == 0) {
            bytes.resize(length);
            return bytes;
        }
        length += static_cast<std::size_t>(taken);
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%s\" is larger than the %uz bytes that a file of the page may have", path.c_str(),
                       kMostBytes);
    return std::nullopt;
}

// The names in the directory that are files of the page, sorted. nullopt = refused, and logged.
std::optional<std::vector<std::string>> names_in(ngx_conf_t* cf, const std::string& directory) {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator place(directory, error);
    for (; !error && place != std::filesystem::directory_iterator(); place.increment(error)) {
        const std::string name = place->path().filename().string();
        std::error_code unknown;
        const std::filesystem::file_type type = place->symlink_status(unknown).type();
        if (name.starts_with('.') || type == std::filesystem::file_type::directory) {
            continue;
        }
        if (type != std::filesystem::file_type::regular || !PageFiles::is_servable(name)) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "\"%s/%s\" cannot be a file of the page, ignored",
                               directory.c_str(), name.c_str());
            continue;
        }
        names.push_back(name);
    }
    if (error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, error.value(), ngx_open_dir_n " \"%s\" failed",
                           directory.c_str());
        return std::nullopt;
    }
    if (names.size() > kMostFiles) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "more than %uz files of the page in \"%s\"", kMostFiles,
                           directory.c_str());
        return std::nullopt;
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<std::vector<PageFiles::File>> files_in(ngx_conf_t* cf, const std::string& directory) {
    const auto names = names_in(cf, directory);
    if (!names) {
        return std::nullopt;
    }
    std::vector<PageFiles::File> files;
    for (const std::string& name : *names) {
        auto bytes = read_whole(cf, (std::filesystem::path(directory) / name).string());
        if (!bytes) {
            return std::nullopt;
        }
        files.push_back({name, std::move(*bytes)});
    }
    return files;
}

}  // namespace

char* set_ui_root(ngx_conf_t* cf, ngx_command_t* /*command*/, void* conf) noexcept {
    return guard(cf->log, "reading \"agent_sessions_ui_root\"", refused(), [cf, conf]() -> char* {
        const admin::PageFiles*& target = static_cast<LocationConfiguration*>(conf)->page_files;
        if (target != nullptr) {
            return duplicate();
        }
        const Arguments arguments(cf);
        ngx_str_t directory = arguments.raw(1);
        if (directory.len == 0) {
            return invalid_value(cf, arguments[1]);
        }
        if (ngx_conf_full_name(cf->cycle, &directory, 0) != NGX_OK) {
            return refused();
        }
        auto files = files_in(cf, std::string(to_view(directory)));
        if (!files) {
            return refused();
        }
        target = make_pool_object<PageFiles>(cf->pool, std::move(*files));
        return accepted();
    });
}

}  // namespace agent_sessions::ngx
