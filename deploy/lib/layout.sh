# Where things lie, which processes there are, and on which ports: the one place that knows.

var=${QINGQU_VAR_DIR:-$root/var}
port_base=${QINGQU_PORT_BASE:-7100}
areas=(identity catalog procurement distribution usage supervision)

# layout_port NAME: of a service, of the edge, of the gateway, of the database.
layout_port() {
  local index
  case $1 in
    standalone) echo "$port_base" ;;
    postgres) echo $((port_base + 32)) ;;
    edge) echo $((port_base + 43)) ;;
    gateway) echo $((port_base + 80)) ;;
    *)
      for index in "${!areas[@]}"; do
        if [[ ${areas[index]} == "$1" ]]; then
          echo $((port_base + 1 + index))
        fi
      done
      ;;
  esac
}

# The port where a process shows its figures.
layout_metrics_port() {
  echo $(($(layout_port "$1") + 200))
}

# layout_services LAYOUT: the processes besides the gateway and the database, in their order of start.
layout_services() {
  if [[ $1 == separate ]]; then
    printf '%s\n' "${areas[@]}"
  else
    echo standalone
  fi
}

# layout_addresses LAYOUT: what --services takes.
layout_addresses() {
  local area list=""
  if [[ $1 != separate ]]; then
    echo "127.0.0.1:$(layout_port standalone)"
    return
  fi
  for area in "${areas[@]}"; do
    list+=",$area=127.0.0.1:$(layout_port "$area")"
  done
  echo "${list#,}"
}

layout_check_port_base() {
  if [[ ! $port_base =~ ^[0-9]+$ ]] || ((port_base < 1024 || port_base > 65000)); then
    fail "QINGQU_PORT_BASE is '$port_base': it must be a number from 1024 to 65000"
  fi
}
