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

# disk_free_mib PATH
disk_free_mib() {
  df --output=avail --block-size=1M "$1" | tail -n 1 | tr -d ' '
}

# disk_full [LOG]: the folder whose disk is full, also when LOG says that it was a moment ago: what
# failed may have removed what it had written. Nothing when there is room.
disk_full() {
  local folder
  for folder in "$root" "${var:-$root}"; do
    if [[ -d $folder ]] && (($(disk_free_mib "$folder") < 64)); then
      echo "$folder"
      return
    fi
  done
  if [[ -n ${1:-} ]] && tail -n 40 "$1" 2>/dev/null | grep -q 'No space left on device'; then
    echo "${var:-$root} or of another folder that it says"
  fi
}

# fail TEXT [LOG]: one clear line, and the end. A full disk makes everything fail with words that do
# not name it, so it is named here.
failure_told=""
fail() {
  local text=$1 full
  full=$(disk_full "${2:-}")
  if [[ -n $full ]]; then
    text="the disk of $full is full: make room and run this again ($text)"
  fi
  failure_told=yes
  printf 'error: %s\n' "$text" >&2
  exit 1
}
