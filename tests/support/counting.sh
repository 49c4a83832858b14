# What has passed and what has failed so far, and running programs through ctest.

passed=0
failed=0
skipped=0
failures=()

count_pass() {
  passed=$((passed + 1))
}

# count_failure NAME
count_failure() {
  failed=$((failed + 1))
  failures+=("$1")
}

# count_skip NAME
count_skip() {
  skipped=$((skipped + 1))
  say_note "skipped: $1"
}

# check NAME COMMAND...: one check that is not a test program.
check() {
  local name=$1
  shift
  if "$@"; then
    count_pass
  else
    count_failure "$name"
  fi
}

# count_junit FILE: adds what ctest wrote.
count_junit() {
  local counts names
  { read -r -a counts && mapfile -t names; } < <(python3 "$root/tests/support/count_tests.py" "$1")
  passed=$((passed + counts[0]))
  failed=$((failed + counts[1]))
  skipped=$((skipped + counts[2]))
  local name
  for name in "${names[@]}"; do
    [[ -z $name ]] || failures+=("$name")
  done
  say_done "${counts[0]} passed, ${counts[1]} failed, ${counts[2]} skipped"
}

# run_ctest FOLDER LABEL [ARGUMENT...]: the programs with this label. None at all is a failure: it
# would hide that they are no longer built.
run_ctest() {
  local folder=$1 label=$2
  shift 2
  local junit=$logs/$label.xml log=$logs/$label.log
  rm -f "$junit"
  if [[ -n ${test_name:-} ]]; then
    set -- "$@" -R "$test_name"
  fi
  ctest --test-dir "$folder" -L "^$label\$" --output-on-failure --no-tests=error \
    --output-junit "$junit" --test-output-size-passed 4000000 --test-output-size-failed 4000000 \
    "$@" </dev/null >"$log" 2>&1
  local status=$?
  if ((status != 0)); then
    sed -n '/^Internal ctest/d; /Passed *[0-9.]* sec$/d; /^ *Start /d; p' "$log" | tail -n 200
  fi
  if [[ ! -s $junit ]] || ! grep -q '<testcase' "$junit"; then
    count_failure "$label: no test program ran"
    return
  fi
  count_junit "$junit"
}

summary() {
  local name
  if ((${#failures[@]} > 0)); then
    printf '\nfailed:\n'
    for name in "${failures[@]}"; do
      printf '  %s\n' "$name"
    done
  fi
  if ((skipped > 0)); then
    printf '%d skipped\n' "$skipped"
  fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
