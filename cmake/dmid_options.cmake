# SPDX-License-Identifier: Apache-2.0
# Language, warnings, hardening and sanitizers for every target.
option(DMID_TESTS "Build the unit tests" ON)
option(DMID_BENCH "Build the benchmarks" OFF)
option(DMID_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
option(DMID_UNITY "Compile several files of a target as one: a third of the time for a whole build" OFF)
set(DMID_SANITIZE "" CACHE STRING "address;undefined | thread | empty")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# -O2: a third less to compile than -O3, and no slower where it was measured.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# The heavy units (Beast, TLS) take up to 2.6 GB each under a sanitizer: one at a time.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-declarations
                    -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wrestrict: false alarms of g++ 12 on `"text" + std::string` (GCC bug 105651).
  # -Wmismatched-new-delete: another one of -O1, on the frames of asio's coroutines.
  # -Wmaybe-uninitialized: and more of them, on optionals and variants that are moved.
  add_compile_options(-Wlogical-op -Wno-restrict -Wno-mismatched-new-delete -Wno-maybe-uninitialized)
endif()
add_compile_options(-fstack-protector-strong)
add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2> _GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro -Wl,-z,now)

if(DMID_SANITIZE)
  string(REPLACE ";" "," DMID_SANITIZE_LIST "${DMID_SANITIZE}")
  add_compile_options(-fsanitize=${DMID_SANITIZE_LIST} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DMID_SANITIZE_LIST})
  if(DMID_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's handlers end in a fence, which ThreadSanitizer does not model; it is not what orders our data.
    add_compile_options(-Wno-tsan)
  endif()
endif()

if(DMID_FUZZ)
  # Coverage in every folder under test, or libFuzzer is blind; the function check breaks coroutines on clang 14.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize=function)
endif()
