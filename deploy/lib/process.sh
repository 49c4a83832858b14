# Processes that go on after deploy/up has ended. var/run/NAME.pid holds the process id, the time when
# it started (so that another process with the same id is not taken for it) and a digest of what was
# started.

# process_start_time PID: in ticks since boot; nothing when there is no such process, or it is dead and
# only not yet collected.
process_start_time() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  read -r -a fields <<<"${stat##*) }"
  if [[ ${fields[0]} != Z ]]; then
    echo "${fields[19]}"
  fi
}

# process_pid NAME: its id while it runs, else nothing.
process_pid() {
  local pid started rest
  read -r pid started rest 2>/dev/null <"$var/run/$1.pid" || return 0
  if [[ $pid =~ ^[0-9]+$ && -n $started && $(process_start_time "$pid") == "$started" ]]; then
    echo "$pid"
  fi
}

process_digest() {
  {
    printf '%s\n' "$@"
    stat --format='%i %s %Y' "$1"
  } | cksum | tr ' ' '-'
}

# Whether NAME runs this very COMMAND, from the file as it is now.
process_is_current() {
  local name=$1 pid started digest
  shift
  [[ -n $(process_pid "$name") ]] || return 1
  read -r pid started digest <"$var/run/$name.pid"
  [[ $digest == "$(process_digest "$@")" ]]
}

# process_start NAME COMMAND...: detached, as the service account, its output in var/log/NAME.log.
process_start() {
  local name=$1 log=$var/log/$1.log pid
  shift
  if [[ -f $log ]] && (($(stat --format=%s "$log") > 10 * 1024 * 1024)); then
    mv -fT "$log" "$log.1"
  fi
  (
    cd /
    exec setsid "${account_prefix[@]}" "$@"
  ) </dev/null >>"$log" 2>&1 9>&- &
  pid=$!
  disown "$pid"
  printf '%d %s %s\n' "$pid" "$(process_start_time "$pid")" "$(process_digest "$@")" \
    >"$var/run/$name.pid"
}

# process_stop NAME [SIGNAL]: asks, waits up to 30 seconds, insists.
process_stop() {
  local name=$1 pid tick
  pid=$(process_pid "$name")
  if [[ -n $pid ]]; then
    kill -s "${2:-TERM}" "$pid" 2>/dev/null || [[ -z $(process_pid "$name") ]] ||
      fail "no right to stop $name (process $pid): run this as root or as its user"
    for ((tick = 0; tick < 300; tick++)); do
      [[ -n $(process_pid "$name") ]] || break
      sleep 0.1
    done
    if [[ -n $(process_pid "$name") ]]; then
      say_note "$name did not end in 30 s: it is killed"
      kill -KILL "$pid" 2>/dev/null || true
    fi
  fi
  rm -f "$var/run/$name.pid"
}

# process_last_words NAME: the end of its log, for somebody who looks for the reason.
process_last_words() {
  tail -n 15 "$var/log/$1.log" 2>/dev/null | sed 's/^/      | /' >&2
}
