# Who listens on which port, from /proc: nothing has to be installed for it.

# port_socket PORT: the inode of the socket that listens there on loopback or on all addresses.
port_socket() {
  local hexadecimal
  hexadecimal=$(printf ':%04X' "$1")
  { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true; } | awk -v port="$hexadecimal" '
    $4 == "0A" && substr($2, length($2) - 4) == port { socket = $10 }
    END { print socket }'
}

# port_owner SOCKET: the id of a process that holds it, when we may know.
port_owner() {
  local link
  link=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null) || true
  link=${link#/proc/}
  echo "${link%%/*}"
}

# port_check PORT NAME PID: fails when somebody other than PID listens there.
port_check() {
  local socket owner
  socket=$(port_socket "$1")
  [[ -n $socket ]] || return 0
  owner=$(port_owner "$socket")
  if [[ -n $3 && $owner == "$3" ]]; then
    return 0
  fi
  local holder="another process"
  if [[ -n $owner ]]; then
    holder="process $owner ($(tr '\0' ' ' <"/proc/$owner/cmdline" | cut -c 1-60 | sed 's/ *$//'))"
  fi
  fail "port $1, for $2, is in use by $holder: stop it, or set QINGQU_PORT_BASE to other than $port_base"
}
