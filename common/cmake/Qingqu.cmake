# The functions every CMakeLists.txt of the repository is written with. Each takes NAME first, then SRCS and DEPS.
#
#   qingqu_library(NAME SRCS … DEPS …)          a static library, warnings on
#   qingqu_binary(NAME SRCS … DEPS …)           an executable in build/<preset>/bin
#   qingqu_test(NAME SRCS … DEPS … [PG] [LABEL label])  a GoogleTest executable; PG: needs PostgreSQL (label `pg`, else `unit`)
#   qingqu_script_test(NAME LABEL label COMMAND …)      a test that is a script, run from the repository's root
#   qingqu_fuzz(NAME SRCS … DEPS … CORPUS dir)  a libFuzzer target, built under the preset `clang` only
#   qingqu_proto_library(NAME PROTOS … DEPS … [GRPC])  messages, and with GRPC the service stubs
#   qingqu_sql_library(NAME NAMESPACE … DIR queries)   one constant for each queries/*.sql
#
# Include paths: the repository's root, and build/<preset>/generated for protos and queries.

option(QINGQU_WERROR "Warnings in our own targets are errors" OFF)
option(QINGQU_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
set(QINGQU_SANITIZER "" CACHE STRING "address,undefined or thread; empty for none")

find_package(absl REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
find_package(Protobuf REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.74 REQUIRED)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
pkg_check_modules(ICU_I18N REQUIRED IMPORTED_TARGET icu-i18n)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(LIBJWT REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)

set(QINGQU_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(QINGQU_GOOGLE_PROTOS /usr/share/gocode/src/github.com/gogo/googleapis)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
find_program(PROTOC protoc REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# What deploy/up needs: every binary and no test.
add_custom_target(qingqu_binaries)
# What clang-tidy needs before it can read our files: generated headers.
add_custom_target(qingqu_generated)
# The fuzz targets.
add_custom_target(qingqu_fuzzers)

function(qingqu_own_target name)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PUBLIC ${QINGQU_GENERATED})
  target_compile_options(
    ${name} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-field-initializers $<$<BOOL:${QINGQU_WERROR}>:-Werror>)
  qingqu_instrument(${name})
endfunction()

function(qingqu_instrument name)
  if(QINGQU_SANITIZER)
    target_compile_options(${name} PRIVATE -fsanitize=${QINGQU_SANITIZER} -fno-sanitize-recover=all)
    # Boost.Asio uses fences, which ThreadSanitizer does not see; it synchronises by mutexes besides.
    if(QINGQU_SANITIZER STREQUAL thread)
      target_compile_options(${name} PRIVATE -Wno-tsan)
      # protobuf's headers lay out maps in another way under it than Debian's library does.
      target_compile_options(${name} PRIVATE -U__SANITIZE_THREAD__)
    endif()
    target_link_options(${name} PUBLIC -fsanitize=${QINGQU_SANITIZER})
  endif()
  if(QINGQU_FUZZ)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
    target_link_options(${name} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

function(qingqu_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  qingqu_own_target(${name})
endfunction()

function(qingqu_binary name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  # A batch of the ledger makes and frees some ten strings a movement: with glibc's allocator that is a third of its time.
  # The sanitizers bring their own.
  if(NOT QINGQU_SANITIZER AND NOT QINGQU_FUZZ)
    target_link_libraries(${name} PRIVATE PkgConfig::JEMALLOC)
  endif()
  qingqu_own_target(${name})
  add_dependencies(qingqu_binaries ${name})
endfunction()

function(qingqu_test name)
  cmake_parse_arguments(ARG "PG" "LABEL" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL $<IF:$<BOOL:${ARG_PG}>,pg,unit>)
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  qingqu_own_target(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test_bin)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS ${ARG_LABEL})
endfunction()

function(qingqu_script_test name)
  cmake_parse_arguments(ARG "" "LABEL" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 LABELS ${ARG_LABEL})
endfunction()

function(qingqu_fuzz name)
  cmake_parse_arguments(ARG "" "CORPUS" "SRCS;DEPS" ${ARGN})
  if(NOT QINGQU_FUZZ)
    return()
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} -fsanitize=fuzzer)
  qingqu_own_target(${name})
  add_dependencies(qingqu_fuzzers ${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz_bin)
  add_test(NAME ${name} COMMAND ${name} -runs=200000 -max_total_time=60 -timeout=10
           ${CMAKE_BINARY_DIR}/corpus/${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/corpus/${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 180 LABELS fuzz)
endfunction()

# PROTOS are paths below proto/ (ours), or below the Google protos that Debian ships.
function(qingqu_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "ROOT" "PROTOS;DEPS" ${ARGN})
  if(NOT ARG_ROOT)
    set(ARG_ROOT ${CMAKE_SOURCE_DIR}/proto)
  endif()
  file(MAKE_DIRECTORY ${QINGQU_GENERATED})
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(outputs ${QINGQU_GENERATED}/${stem}.pb.cc ${QINGQU_GENERATED}/${stem}.pb.h)
    set(flags --cpp_out=${QINGQU_GENERATED})
    if(ARG_GRPC)
      list(APPEND outputs ${QINGQU_GENERATED}/${stem}.grpc.pb.cc ${QINGQU_GENERATED}/${stem}.grpc.pb.h)
      list(APPEND flags --grpc_out=${QINGQU_GENERATED} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND ${PROTOC} -I ${ARG_ROOT} -I ${QINGQU_GOOGLE_PROTOS} ${flags} ${ARG_ROOT}/${proto}
      DEPENDS ${ARG_ROOT}/${proto}
      VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${QINGQU_GENERATED})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} protobuf::libprotobuf)
  if(ARG_GRPC)
    target_link_libraries(${name} PUBLIC PkgConfig::GRPC)
  endif()
  qingqu_instrument(${name})
  add_dependencies(qingqu_generated ${name})
endfunction()

# DIR/*.sql → generated/<current folder>/queries.h, which declares one `inline constexpr Query k<Name>` for each
# file (insert_item.sql → kInsertItem) and `kAllQueries`. The order of parameters is that of $1, $2, … What several
# queries have in common stands in DIR/parts/*.sql; a line `\ir parts/x.sql` takes it in.
function(qingqu_sql_library name)
  cmake_parse_arguments(ARG "" "NAMESPACE;DIR" "" ${ARGN})
  file(GLOB queries CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIR}/*.sql)
  file(GLOB parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIR}/parts/*.sql)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(header ${QINGQU_GENERATED}/${folder}/queries.h)
  set(generator ${CMAKE_SOURCE_DIR}/common/cmake/generate_queries.py)
  add_custom_command(
    OUTPUT ${header}
    COMMAND Python3::Interpreter ${generator} --namespace ${ARG_NAMESPACE} --output ${header} ${queries}
    DEPENDS ${generator} ${queries} ${parts}
    VERBATIM)
  add_custom_target(${name}_generate DEPENDS ${header})
  add_dependencies(qingqu_generated ${name}_generate)
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${QINGQU_GENERATED})
  add_dependencies(${name} ${name}_generate)
endfunction()
