# Starting and stopping the services and the gateway, and waiting until they are healthy.

# service_command NAME LAYOUT: one argument a line.
service_command() {
  local name=$1 layout=$2
  printf '%s\n' "$bin/qingqu-$name" \
    "--listen=127.0.0.1:$(layout_port "$name")" \
    "--metrics_listen=127.0.0.1:$(layout_metrics_port "$name")"
  if [[ $name == gateway || $layout == separate ]]; then
    printf '%s\n' "--services=$(layout_addresses "$layout")"
  fi
  if [[ $name == supervision || $name == standalone || $name == gateway ]]; then
    printf '%s\n' "--log_dir=$var/journal"
  fi
  [[ -z ${mtls:-} ]] || tls_flags "$name"
  if [[ $name == gateway ]]; then
    [[ -z ${edge:-} ]] || echo --edge_in_front
    return
  fi
  printf '%s\n' "--database=$(postgres_conninfo)" "--database_password_dir=$var/secrets" \
    "--keys_dir=$var/keys"
  if [[ $name == identity || $name == standalone ]]; then
    # Empty by default: the approvers and inspectors of the demonstration have no authenticators.
    printf '%s\n' "--bootstrap_password_file=$var/secrets/admin" \
      "--second_factor_roles=${QINGQU_SECOND_FACTOR_ROLES-}"
  fi
}

# service_ensure NAME LAYOUT: starts it, again when its binary or flags have changed. Returns 0 and adds
# to services_started when it did.
services_started=()
service_ensure() {
  local name=$1 command
  mapfile -t command < <(service_command "$name" "$2")
  if process_is_current "$name" "${command[@]}"; then
    return 0
  fi
  [[ -x ${command[0]} ]] || fail "${command[0]} is not built: run ./deploy/up without --skip-build"
  process_stop "$name"
  process_start "$name" "${command[@]}"
  services_started+=("$name")
}

# Every process that an earlier run of either layout may have left, the first to stop first.
services_known() {
  local index
  echo edge
  echo gateway
  echo standalone
  for ((index = ${#areas[@]} - 1; index >= 0; index--)); do
    echo "${areas[index]}"
  done
}

# service_stop NAME: HAProxy calls a stop in which calls at hand are finished USR1.
service_stop() {
  local signal=TERM
  [[ $1 != edge ]] || signal=USR1
  process_stop "$1" "$signal"
}

# services_stop_others LAYOUT: what runs and does not belong to this layout.
services_stop_others() {
  local name wanted
  wanted=" gateway $(layout_services "$1" | tr '\n' ' ') "
  if [[ -z ${edge:-} && -n $(process_pid edge) ]]; then
    service_stop edge
    say_note "stopped the edge, which was not asked for"
  fi
  while IFS= read -r name; do
    if [[ $name != edge && $wanted != *" $name "* && -n $(process_pid "$name") ]]; then
      process_stop "gateway"
      process_stop "$name"
      say_note "stopped $name, which belongs to the other layout"
    fi
  done < <(services_known)
}

services_check_ports() {
  local name
  port_check "$(layout_port postgres)" PostgreSQL "$(postgres_pid)"
  for name in $(layout_services "$1") gateway ${edge:+edge}; do
    port_check "$(layout_port "$name")" "$name" "$(process_pid "$name")"
    port_check "$(layout_metrics_port "$name")" "the figures of $name" "$(process_pid "$name")"
  done
}

services_start() {
  local name
  services_stop_others "$1"
  for name in $(layout_services "$1") gateway; do
    service_ensure "$name" "$1"
  done
  services_wait "$1"
}

gateway_is_healthy() {
  curl --noproxy '*' --silent --fail --max-time 3 --output /dev/null \
    "http://127.0.0.1:$(layout_port gateway)/healthz"
}

# The areas that do not serve, as the gateway sees them.
gateway_unhealthy() {
  curl --noproxy '*' --silent --max-time 3 "http://127.0.0.1:$(layout_port gateway)/healthz" |
    grep -o '"[a-z]*":"not serving"' | cut -d '"' -f 2 | grep -v status | paste -s -d ' ' || true
}

# Up to 60 seconds, or until a process has died.
services_wait() {
  local tick name
  for ((tick = 0; tick < 240; tick++)); do
    if gateway_is_healthy; then
      return 0
    fi
    for name in $(layout_services "$1") gateway; do
      if [[ -z $(process_pid "$name") ]]; then
        process_last_words "$name"
        fail "$name ended while it started: its last words are above, all of them in $var/log/$name.log"
      fi
    done
    sleep 0.25
  done
  fail "after 60 s the gateway still names services that do not serve: $(gateway_unhealthy); see $var/log"
}

services_stop() {
  local name
  while IFS= read -r name; do
    if [[ -n $(process_pid "$name") ]]; then
      service_stop "$name"
      say_note "stopped $name"
    else
      rm -f "$var/run/$name.pid"
    fi
  done < <(services_known)
}
