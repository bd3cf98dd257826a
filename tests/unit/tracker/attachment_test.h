// A segment in a directory of the test's own, and attempts to attach to it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/memory_segment.h"
#include "tests/support/temporary_directory.h"
#include "tracker/attachment.h"

namespace agent_sessions::testing {

using namespace tracker;
namespace fs = std::filesystem;

class Attaching : public ::testing::Test {
  protected:
    Attaching() {
        options_.directory = directory_.path() / "run";
        options_.name = "main";
    }

    Attachment::Outcome open() { return Attachment::open(options_, MemorySegment::start()); }
    fs::path segment() const { return options_.directory + "/main.segment"; }

    // Makes a segment with one session in it and lets go of it.
    void make_segment() {
        const auto outcome = open();
        ASSERT_TRUE(outcome.attachment) << outcome.error;
        Tracker tracker = outcome.attachment->tracker(Waiting::patient);
        BeginRequest begin;
        begin.key = {1, 2};
        begin.started = MemorySegment::start().wall;
        begin.account = "acme";
        ASSERT_EQ(tracker.begin(begin, MemorySegment::start()).result, BeginResult::begun);
    }

    void overwrite(std::size_t offset, const std::string& bytes) {
        std::fstream file(segment(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << bytes;
    }

    std::string contents() {
        std::ifstream file(segment(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    // The flags that the kernel keeps of the segment's mapping in this process.
    std::string mapping_flags() {
        std::ifstream maps("/proc/self/smaps");
        std::string line;
        bool is_segments = false;
        while (std::getline(maps, line)) {
            if (line.find("/main.segment") != std::string::npos) {
                is_segments = true;
            } else if (is_segments && line.starts_with("VmFlags:")) {
                return line + ' ';
            }
        }
        return "";
    }

    // The attempt is refused with these words and the file, and nothing of the file has changed.
    void expect_refused(const std::string& words) {
        const std::string before = contents();
        const auto outcome = open();
        EXPECT_FALSE(outcome.attachment);
        EXPECT_NE(outcome.error.find(words), std::string::npos) << outcome.error;
        EXPECT_NE(outcome.error.find(segment().string()), std::string::npos) << outcome.error;
        EXPECT_TRUE(contents() == before) << words;
    }

    TemporaryDirectory directory_;
    AttachOptions options_;
};

}  // namespace agent_sessions::testing
