// A file of cookies' values of equal length, one a line, read where it lies: ten million of them are most of
// a gigabyte. Thread safety: reads only.
#pragma once

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace agent_sessions::bench {

class CookieFile {
  public:
    // Throws where there are fewer than `count`. REQUIRES: count > 0.
    CookieFile(const std::string& path, std::uint64_t count)
        : region_(boost::interprocess::file_mapping(path.c_str(), boost::interprocess::read_only),
                  boost::interprocess::read_only),
          bytes_(static_cast<const char*>(region_.get_address()), region_.get_size()),
          length_(bytes_.find('\n')) {
        if (length_ == std::string_view::npos || bytes_.size() < count * (length_ + 1)) {
            throw std::runtime_error("there are fewer cookies than count= says");
        }
    }

    // REQUIRES: number < count.
    std::string_view operator[](std::uint64_t number) const noexcept {
        return bytes_.substr(number * (length_ + 1), length_);
    }

  private:
    boost::interprocess::mapped_region region_;
    std::string_view bytes_;
    std::size_t length_;
};

}  // namespace agent_sessions::bench
