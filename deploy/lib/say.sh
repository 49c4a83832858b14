# How deploy/ and tests/ speak: numbered steps on standard output, one line for a failure on
# standard error.

say_steps_total=0
say_step_number=0
say_step_started=0

# say_begin TOTAL: how many steps there will be.
say_begin() {
  say_steps_total=$1
  say_step_number=0
}

# say_step TEXT: announces the next step.
say_step() {
  say_step_number=$((say_step_number + 1))
  say_step_started=$SECONDS
  printf '[%d/%d] %s\n' "$say_step_number" "$say_steps_total" "$1"
}

# say_done TEXT: how the step ended, with the seconds it took.
say_done() {
  printf '      %s (%d s)\n' "$1" $((SECONDS - say_step_started))
}

say_note() {
  printf '      %s\n' "$1"
}

# fail TEXT: one clear line, and the end.
fail() {
  failure_told=yes
  printf 'error: %s\n' "$1" >&2
  exit 1
}
