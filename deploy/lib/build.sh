# Configuring and building a preset, with progress that fits a terminal, a log file and a person.

# What one clone has compiled serves another: paths are hashed relative to the clone.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=true

# As many compilers as there are processors, and no more than the memory holds: gRPC's headers need
# about 1.2 GiB each.
build_jobs() {
  local memory_mib processors
  memory_mib=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
  processors=$(nproc)
  local jobs=$((memory_mib / 1200))
  if ((jobs > processors)); then
    jobs=$processors
  fi
  echo $((jobs < 1 ? 1 : jobs))
}

build_folder() {
  echo "$root/build/$1"
}

# build_configure PRESET LOG: a preset is configured once; ninja does it again when a CMake file changes.
build_configure() {
  local folder
  folder=$(build_folder "$1")
  if [[ -f $folder/build.ninja ]]; then
    return
  fi
  (cd "$root" && cmake --preset "$1") >>"$2" 2>&1 </dev/null
}

# Reads ninja's lines. On a terminal one line is rewritten; elsewhere every tenth part gets a line.
# What compilers say is passed on whole.
build_progress() {
  local line share told=-1
  while IFS= read -r line; do
    if [[ ! $line =~ ^\[([0-9]+)/([0-9]+)\ ([0-9]+)[0-9.]*s\] ]]; then
      build_progress_break
      printf '%s\n' "$line"
      continue
    fi
    share=$((BASH_REMATCH[1] * 100 / BASH_REMATCH[2]))
    if [[ -t 1 ]]; then
      printf '\r      %3d %%  step %d of %d  %d s ' "$share" "${BASH_REMATCH[@]:1:3}"
      build_progress_open=yes
    elif ((share / 10 > told)); then
      told=$((share / 10))
      say_note "$share %, step ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}, ${BASH_REMATCH[3]} s"
    fi
  done
  build_progress_break
}

build_progress_open=""
build_progress_break() {
  if [[ -n $build_progress_open ]]; then
    printf '\n'
    build_progress_open=""
  fi
}

# build_targets PRESET LOG TARGET...: builds them; returns ninja's status. One build at a time in a
# folder: a second one waits for the first.
build_targets() {
  local preset=$1 log=$2
  shift 2
  local folder status
  folder=$(build_folder "$preset")
  mkdir -p "$folder"
  (
    flock 8
    build_configure "$preset" "$log" || {
      tail -n 20 "$log"
      exit 1
    }
    NINJA_STATUS='[%f/%t %es] ' ninja -C "$folder" -j "$(build_jobs)" "$@" 2>&1 </dev/null |
      tee -a "$log" | grep --line-buffered -v -e '^ninja: Entering' -e '^ninja: no work' -e '^-- ' | build_progress
    exit "${PIPESTATUS[0]}"
  ) 8>"$folder/.lock"
  status=$?
  return "$status"
}
