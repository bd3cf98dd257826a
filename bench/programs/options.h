// The arguments of the benchmark's programs: NAME=VALUE, in any order.
// Thread safety: values. Errors: std::runtime_error, which says what is wrong.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace agent_sessions::bench {

class Options {
  public:
    // Of main(), the program's name included.
    explicit Options(std::span<char*> arguments) {
        for (const std::string_view argument : arguments.subspan(1)) {
            const std::size_t mark = argument.find('=');
            if (mark == std::string_view::npos) {
                throw std::runtime_error("not NAME=VALUE: " + std::string(argument));
            }
            values_[std::string(argument.substr(0, mark))] = argument.substr(mark + 1);
        }
    }

    std::string text(const std::string& name) const {
        const auto found = values_.find(name);
        if (found == values_.end()) {
            throw std::runtime_error("missing: " + name + "=");
        }
        return found->second;
    }
    std::string text(const std::string& name, const std::string& otherwise) const {
        return values_.contains(name) ? text(name) : otherwise;
    }
    std::uint64_t number(const std::string& name, std::uint64_t otherwise) const {
        const auto found = values_.find(name);
        return found == values_.end() ? otherwise : std::stoull(found->second);
    }

  private:
    std::map<std::string, std::string> values_;
};

}  // namespace agent_sessions::bench
