#include "tests/e2e/support/files.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace agent_sessions::e2e {
namespace {

std::filesystem::path& scratch() {
    static std::filesystem::path directory = "/tmp";
    return directory;
}

std::string describe(const std::filesystem::path& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
        return "gone";
    }
    std::ostringstream text;
    text << std::oct << status.st_mode << std::dec << ' ' << status.st_uid << ':' << status.st_gid
         << " inode " << status.st_ino;
    if (!S_ISDIR(status.st_mode)) {
        text << " size " << status.st_size;
    }
    text << " changed " << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec << '/'
         << status.st_ctim.tv_sec << '.' << status.st_ctim.tv_nsec;
    return text.str();
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

std::map<std::string, std::string> snapshot(const std::filesystem::path& directory) {
    std::map<std::string, std::string> entries;
    entries["."] = describe(directory);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        entries[std::filesystem::relative(entry.path(), directory).string()] = describe(entry.path());
    }
    return entries;
}

const std::filesystem::path& scratch_directory() {
    return scratch();
}

void set_scratch_directory(std::filesystem::path directory) {
    scratch() = std::move(directory);
}

Directory::Directory() : TemporaryDirectory(scratch_directory()) {
    std::filesystem::permissions(path(), std::filesystem::perms(0755));
}

}  // namespace agent_sessions::e2e
