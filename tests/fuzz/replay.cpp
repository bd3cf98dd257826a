// A fuzz target without a fuzzer: each file of its corpus is a test, which fails by ending the process.
// Usage: TARGET CORPUS [GoogleTest's arguments]
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

namespace files = std::filesystem;

class Replayed : public testing::Test {
  public:
    explicit Replayed(files::path input) : input_(std::move(input)) {}

    void TestBody() override {
        std::ifstream file(input_, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        ASSERT_TRUE(file) << "cannot read " << input_;
        EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
                  0);
    }

  private:
    files::path input_;
};

}  // namespace

int main(int count, char** arguments) {
    testing::InitGoogleTest(&count, arguments);
    if (count != 2 || !files::is_directory(arguments[1])) {
        std::cerr << "usage: " << arguments[0] << " CORPUS\n";
        return 2;
    }
    const files::path corpus = arguments[1];
    std::set<files::path> inputs;
    for (const auto& entry : files::directory_iterator(corpus)) {
        inputs.insert(entry.path());
    }
    for (const files::path& input : inputs) {
        testing::RegisterTest(corpus.filename().c_str(), input.filename().c_str(), nullptr, nullptr,
                              input.c_str(), 1, [input]() -> Replayed* { return new Replayed(input); });
    }
    return RUN_ALL_TESTS();
}
