# The stages of tests/run. Each counts what it finds, and none stops the others.

logs=${QINGQU_TEST_LOGS:-$root/build/test_logs}
preset=release
build_dir=""
template_ready=""
test_name=${test_name:-}

use_preset() {
  preset=$1
  build_dir=$(realpath -m "${QINGQU_BUILD_DIR:-$(build_folder "$preset")}")
  template_ready=""
}

# build_targets_here TARGET...: in the preset's folder, or in the one that the caller named.
build_targets_here() {
  if [[ -n ${QINGQU_BUILD_DIR:-} ]]; then
    ninja -C "$build_dir" "$@" >>"$logs/build.log" 2>&1
  else
    build_targets "$preset" "$logs/build.log" "$@"
  fi
}

# stage_build [TARGET]: all, unless one is named.
stage_build() {
  say_step "Building the preset $preset"
  if build_targets_here "${1:-all}"; then
    count_pass
    say_done "built"
  else
    count_failure "build of $preset ($logs/build.log)"
    build_failed=yes
  fi
}

stage_lint() {
  say_step "Reading the sources"
  (packages_install "$logs/packages.log" checks) || count_failure "lint: packages that it needs"
  check "lint: clang-format-14" lint_format
  check "lint: the repository's own rules (tidy_test)" lint_own_rules
  check "lint: shellcheck" lint_shell
  check "lint: python" lint_python
  lint_protos
  say_done "read"
}

stage_unit() {
  say_step "Tests that need nothing"
  run_ctest "$build_dir" unit -j "$(nproc)"
}

# PostgreSQL once for all stages, and the migrated template that tests copy once for each preset.
need_postgres() {
  if [[ -z ${QINGQU_TEST_POSTGRES:-} ]]; then
    test_postgres_start || return 1
  fi
  export QINGQU_BUILD_BIN=$build_dir/bin
  if [[ -n $template_ready ]]; then
    return 0
  fi
  "$build_dir/bin/qingqu-migrate" --root="$root" \
    --database="$QINGQU_TEST_POSTGRES dbname=qingqu_template" >"$logs/migrate.log" 2>&1 || {
    tail -n 5 "$logs/migrate.log"
    return 1
  }
  template_ready=yes
}

# stage_with_postgres LABEL TEXT JOBS
stage_with_postgres() {
  say_step "$2"
  if ! need_postgres; then
    count_failure "$1: no migrated PostgreSQL"
    return
  fi
  run_ctest "$build_dir" "$1" -j "$3"
}

stage_pg() {
  stage_with_postgres pg "Tests on PostgreSQL" "$(nproc)"
}

stage_integration() {
  stage_with_postgres integration "Several services together" "$(nproc)"
}

stage_e2e() {
  stage_with_postgres e2e "The platform from outside" 2
}

stage_robustness() {
  stage_with_postgres robustness "Robustness: kills, losses, limits" 1
}

# Under a sanitizer the same tests run, in a build of their own.
stage_sanitizer() {
  use_preset "$1"
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export LSAN_OPTIONS=suppressions=$root/tests/support/lsan.supp:print_suppressions=0
  export TSAN_OPTIONS=suppressions=$root/tests/support/tsan.supp:ignore_noninstrumented_modules=1
  stage_build
  if [[ -z $build_failed ]]; then
    stage_unit
    stage_pg
    stage_integration
  fi
}

stage_asan() {
  stage_sanitizer asan
}

# ThreadSanitizer of g++ 12 does not know address spaces as randomised as newer kernels make them.
stage_tsan() {
  if [[ -z ${QINGQU_WITHOUT_ASLR:-} ]] && setarch -R true 2>/dev/null; then
    QINGQU_WITHOUT_ASLR=yes exec setarch -R "$root/tests/run" tsan "$test_name"
  fi
  stage_sanitizer tsan
}

stage_fuzz() {
  use_preset clang
  stage_build qingqu_fuzzers
  if [[ -z $build_failed ]]; then
    say_step "Fuzzing from the corpora"
    run_ctest "$build_dir" fuzz -j "$(nproc)"
  fi
}

# clang-tidy reads the compile commands of the preset `clang`, and the headers that it generates.
stage_tidy() {
  use_preset clang
  local sources
  if [[ -n $test_name ]]; then
    mapfile -t sources < <(git -c safe.directory='*' diff --name-only --diff-filter=d "$test_name" -- '*.cc')
  else
    mapfile -t sources < <(source_files '*.cc')
  fi
  if ((${#sources[@]} == 0)); then
    say_note "clang-tidy: no file changed since $test_name"
    return
  fi
  stage_build qingqu_generated
  say_step "clang-tidy on ${#sources[@]} files"
  check "clang-tidy" lint_tidy "${sources[@]}"
  say_done "read"
}

stage_bench() {
  local bench=$root/tests/bench/${test_name:-trunk}
  if [[ -x $bench.py ]]; then
    bench=$bench.py
  fi
  if [[ ! -x $bench ]]; then
    echo "error: there is no bench '${test_name:-trunk}' in tests/bench" >&2
    count_failure bench
    return
  fi
  stage_build
  export QINGQU_TEST_POSTGRES_DURABLE=yes QINGQU_BUILD_BIN=$build_dir/bin
  if [[ -z $build_failed ]] && need_postgres; then
    check bench "$bench"
  else
    count_failure "bench: nothing to measure"
  fi
}

finish() {
  test_postgres_stop
}

# run_stages STAGE...: in this order; after a failed build only what needs none.
run_stages() {
  local stage
  build_failed=""
  mkdir -p "$logs"
  use_preset release
  trap finish EXIT
  trap 'exit 130' INT TERM
  say_begin $#
  for stage in "$@"; do
    if [[ -n $build_failed && $stage != lint ]]; then
      count_skip "$stage: the build failed"
      continue
    fi
    "stage_$stage"
  done
  summary
}
