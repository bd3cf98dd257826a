#include "tests/e2e/support/disk_image.h"

#include <algorithm>
#include <cstring>

#include "tests/e2e/support/files.h"

namespace agent_sessions::e2e {
namespace {

using write_log::EntryHead;
using write_log::Kind;

constexpr std::size_t kSector = 512;

void put(std::string& content, std::uint64_t place, std::string_view bytes) {
    content.resize(std::max<std::size_t>(content.size(), place + bytes.size()));
    content.replace(place, bytes.size(), bytes);
}

// A piece of a write that reaches the disk whole or not at all; or a truncation, where `bytes` is empty.
struct Piece {
    std::uint64_t place;
    std::string_view bytes;
    bool truncates;
};

void cut_into_sectors(const LoggedWrite& write, std::vector<Piece>& pieces) {
    for (std::size_t done = 0; done < write.bytes.size();) {
        const std::uint64_t place = write.place + done;
        const std::size_t size = std::min(write.bytes.size() - done, kSector - place % kSector);
        pieces.push_back({place, std::string_view(write.bytes).substr(done, size), false});
        done += size;
    }
}

}  // namespace

std::vector<LoggedWrite> read_write_log(const std::filesystem::path& log) {
    const std::string text = read_file(log);
    std::vector<LoggedWrite> entries;
    std::size_t at = 0;
    const auto take = [&](std::size_t size) {
        at += size;
        return text.substr(at - size, size);
    };
    while (at + sizeof(EntryHead) <= text.size()) {
        EntryHead head;
        std::memcpy(&head, text.data() + at, sizeof(head));
        const std::size_t rest = std::size_t{head.path_bytes} + head.second_path_bytes + head.bytes;
        if (at + sizeof(head) + rest > text.size()) {
            break;
        }
        at += sizeof(head);
        LoggedWrite entry;
        entry.kind = head.kind;
        entry.place = head.place;
        entry.path = take(head.path_bytes);
        entry.second_path = take(head.second_path_bytes);
        entry.bytes = take(head.bytes);
        entry.end = at;
        entries.push_back(std::move(entry));
    }
    return entries;
}

DiskImage::DiskImage(const std::vector<LoggedWrite>& log, std::size_t count, std::mt19937& random) {
    for (std::size_t index = 0; index < count; ++index) {
        apply(log[index]);
    }
    for (auto& [path, file] : files_) {
        lose_some(file, random);
    }
}

// Names of files count as written at once: the least that a file system may know of them before the content.
void DiskImage::apply(const LoggedWrite& entry) {
    switch (entry.kind) {
        case Kind::create:
            files_[entry.path];
            break;
        case Kind::write:
        case Kind::truncate:
            files_[entry.path].unsynced.push_back(&entry);
            break;
        case Kind::sync: {
            File& file = files_[entry.path];
            for (const LoggedWrite* write : file.unsynced) {
                if (write->kind == Kind::truncate) {
                    file.content.resize(write->place);
                } else {
                    put(file.content, write->place, write->bytes);
                }
            }
            file.unsynced.clear();
            break;
        }
        case Kind::rename:
            files_[entry.second_path] = std::move(files_[entry.path]);
            files_.erase(entry.path);
            break;
        case Kind::remove:
            files_.erase(entry.path);
            break;
    }
}

void DiskImage::lose_some(File& file, std::mt19937& random) {
    std::vector<Piece> pieces;
    for (const LoggedWrite* write : file.unsynced) {
        if (write->kind == Kind::truncate) {
            pieces.push_back({write->place, {}, true});
        } else {
            cut_into_sectors(*write, pieces);
        }
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    for (const Piece& piece : pieces) {
        if (random() % 2 == 0) {
            ++lost_;
        } else if (piece.truncates) {
            file.content.resize(piece.place);
        } else {
            put(file.content, piece.place, piece.bytes);
        }
    }
}

void DiskImage::write_to(const std::filesystem::path& directory) const {
    for (const auto& [path, file] : files_) {
        // A directory that was synced is no file.
        if (std::filesystem::path(path).extension() == ".db-shm" || path == directory.string()) {
            continue;
        }
        const auto target = directory / std::filesystem::path(path).filename();
        write_file(target, file.content);
        std::filesystem::permissions(target, std::filesystem::perms(0600));
    }
}

}  // namespace agent_sessions::e2e
