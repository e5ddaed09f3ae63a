// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over every file of its corpus, without libFuzzer, so that each test run covers what was
// found.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace
{
/// The file under test, for the handlers below: a crash must name its input.
const char* current_file = "";

void name_current_file()
{
    std::fprintf(stderr, "the input was %s\n", current_file);
}

[[noreturn]] void on_signal(int signal)
{
    name_current_file();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    std::_Exit(1);
}

std::vector<std::string> files_below(const std::filesystem::path& folder)
{
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it{folder, error}, end; !error && it != end;
         it.increment(error))
        if (it->is_regular_file())
            files.push_back(it->path().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::uint8_t> read_file(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}
} // namespace

#ifdef __SANITIZE_ADDRESS__
void __asan_on_error()
{
    name_current_file();
}
#endif

int main(int argc, char** argv)
{
    if (argc != 2)
    {
        std::fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    std::signal(SIGABRT, on_signal);
#ifndef __SANITIZE_ADDRESS__
    std::signal(SIGSEGV, on_signal);
#endif
    const auto files = files_below(argv[1]);
    for (const auto& file : files)
    {
        current_file = file.c_str();
        const auto bytes = read_file(file);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("replayed %zu inputs of %s\n", files.size(), argv[1]);
    if (files.empty())
    {
        std::fprintf(stderr, "the corpus is empty or missing: %s\n", argv[1]);
        return 1;
    }
    return 0;
}
