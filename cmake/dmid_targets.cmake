# SPDX-License-Identifier: Apache-2.0
# One folder is one target, and its DEPENDS is its list of arrows.
#
#   dmid_library(crypto PURE DEPENDS base LIBRARIES PkgConfig::SECP256K1 HEAVY http.cpp)
#
# builds dmid_crypto from the folder's *.cpp, and dmid_crypto_test from its *_test.cpp.
# PURE folders do no I/O; tools/layers holds every #include against DEPENDS.
# DEPENDS are public: a folder may include what its dependencies name in their headers only if it lists it too.
# TEST_DEPENDS are extra folders for the tests alone. HEAVY files compile one at a time.
define_property(GLOBAL PROPERTY DMID_LAYERS BRIEF_DOCS "lines: folder purity dep;dep")

# With DMID_UNITY several files of a target are compiled as one: reading the headers is most of the work of each.
# Names in anonymous namespaces must therefore differ within a folder, among its tests too; tools/check says where
# they do not.
function(dmid_compile_together target)
  if(DMID_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # It takes every included file for a header.
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# For tests: they run once for each build, and optimising them takes longer than it saves. _FORTIFY_SOURCE warns
# without optimising.
function(dmid_not_optimised target)
  target_compile_options(${target} PRIVATE -O0 -U_FORTIFY_SOURCE)
endfunction()

function(dmid_library folder)
  cmake_parse_arguments(ARG "PURE" "" "DEPENDS;LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES;HEAVY" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  set(dir ${CMAKE_SOURCE_DIR}/src/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|conformance)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_(test|conformance)\\.cpp$")

  set(scope PUBLIC)
  if(sources)
    add_library(dmid_${name} STATIC ${sources})
    dmid_compile_together(dmid_${name})
  else()
    add_library(dmid_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(dmid_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(dmid_${name} ${scope} tl::expected ${ARG_LIBRARIES})
  foreach(dep ${ARG_DEPENDS})
    string(REPLACE "/" "_" dep_name ${dep})
    target_link_libraries(dmid_${name} ${scope} dmid_${dep_name})
  endforeach()
  foreach(file ${ARG_HEAVY})
    set_source_files_properties(${dir}/${file} PROPERTIES JOB_POOL_COMPILE heavy)
  endforeach()
  if(ARG_HEAVY)
    set_target_properties(dmid_${name} PROPERTIES JOB_POOL_COMPILE heavy)
  endif()

  if(DMID_TESTS AND tests)
    add_executable(dmid_${name}_test ${tests})
    target_link_libraries(dmid_${name}_test PRIVATE dmid_${name} ${ARG_TEST_LIBRARIES} GTest::gtest_main GTest::gmock)
    foreach(dep ${ARG_TEST_DEPENDS})
      string(REPLACE "/" "_" dep_name ${dep})
      target_link_libraries(dmid_${name}_test PRIVATE dmid_${dep_name})
    endforeach()
    # For <conformance/…_suite.hpp>, which every engine and channel instantiates.
    target_include_directories(dmid_${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    dmid_not_optimised(dmid_${name}_test)
    dmid_compile_together(dmid_${name}_test)
    target_compile_definitions(dmid_${name}_test PRIVATE DMID_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME unit.${name} COMMAND dmid_${name}_test
             --gtest_output=xml:${CMAKE_BINARY_DIR}/reports/${name}.xml --gtest_shuffle)
    set_tests_properties(unit.${name} PROPERTIES TIMEOUT 300)
  endif()

  set(purity io)
  if(ARG_PURE)
    set(purity pure)
  endif()
  string(REPLACE ";" "," deps "${ARG_DEPENDS}")
  string(REPLACE ";" "," test_deps "${ARG_TEST_DEPENDS}")
  set_property(GLOBAL APPEND PROPERTY DMID_LAYERS "${folder} ${purity} deps=${deps} test=${test_deps}")
endfunction()

function(dmid_write_layers file)
  get_property(lines GLOBAL PROPERTY DMID_LAYERS)
  string(REPLACE ";" "\n" text "${lines}")
  file(WRITE ${file} "${text}\n")
endfunction()
