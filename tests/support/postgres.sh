#!/bin/bash
# A throw-away PostgreSQL for tests: in memory where there is room, not durable, open to whoever is on
# this machine, gone when its owner ends (however it ends).
#
#   tests/support/postgres.sh COMMAND ARGUMENT...   runs the command with QINGQU_TEST_POSTGRES set
#
# or, sourced: `test_postgres_start`, then `test_postgres_stop`.

test_postgres_binaries=/usr/lib/postgresql/15/bin
test_postgres_folder=""
test_postgres_pid=""

test_postgres_settings=(-c listen_addresses=127.0.0.1 -c unix_socket_directories=
  -c max_connections=200 -c wal_level=minimal -c max_wal_senders=0 -c lc_messages=C
  -c dynamic_shared_memory_type=mmap)
# What the server keeps out of its log is as in a deployment: a test looks for personal data in it.
while read -r test_postgres_line; do
  test_postgres_settings+=(-c "$test_postgres_line")
done < <(sed -nE 's/^(log_(error_verbosity|parameter_max_length|parameter_max_length_on_error)) *= *([^ #]+).*/\1=\3/p' \
  "${BASH_SOURCE[0]%/*}/../../deploy/postgres/qingqu.conf")
test_postgres_initdb=(--username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync)
# A measurement against PostgreSQL sets QINGQU_TEST_POSTGRES_DURABLE: then it is on disk and durable, with data checksums
# and the memory that a server has.
if [[ -z ${QINGQU_TEST_POSTGRES_DURABLE:-} ]]; then
  test_postgres_settings+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off
    -c shared_buffers=128MB -c max_wal_size=1GB)
  # A test that counts statements sets pg_stat_statements.track for its own database.
  test_postgres_settings+=(-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track=none)
else
  test_postgres_settings+=(-c fsync=on -c synchronous_commit=on -c full_page_writes=on
    -c shared_buffers=512MB -c max_wal_size=4GB)
  test_postgres_initdb+=(--data-checksums)
fi

# Prints the folder to make the cluster in: memory when 2 GiB are free there.
test_postgres_parent() {
  local free_kib
  free_kib=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
  if [[ -z ${QINGQU_TEST_POSTGRES_DURABLE:-} && -w /dev/shm ]] && ((${free_kib:-0} > 2 * 1024 * 1024)); then
    echo /dev/shm
  else
    echo "${TMPDIR:-/tmp}"
  fi
}

# How to run a command as the user whom PostgreSQL accepts: root hands over to `postgres`. The command
# gets SIGINT, PostgreSQL's fast shutdown, when the shell that started it dies.
test_postgres_prefix=(setpriv --pdeathsig INT)
if ((EUID == 0)); then
  test_postgres_prefix+=(--reuid postgres --regid postgres --init-groups)
fi

# Clusters whose owner was killed before it could clean up.
test_postgres_remove_stale() {
  local folder owner
  for folder in "$1"/qingqu-test-postgres.*; do
    owner=${folder##*qingqu-test-postgres.}
    owner=${owner%%.*}
    if [[ -d $folder && -O $folder && $owner =~ ^[0-9]+$ && ! -d /proc/$owner ]]; then
      rm -rf "$folder"
    fi
  done
}

test_postgres_free_port() {
  python3 -c 'import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])'
}

test_postgres_make_cluster() {
  local parent
  parent=$(test_postgres_parent)
  test_postgres_remove_stale "$parent"
  test_postgres_folder=$(mktemp -d "$parent/qingqu-test-postgres.$$.XXXXXX")
  mkdir "$test_postgres_folder/data"
  chmod 755 "$test_postgres_folder"
  if ((EUID == 0)); then
    chown postgres: "$test_postgres_folder/data"
  fi
  (
    cd /
    "${test_postgres_prefix[@]}" "$test_postgres_binaries/initdb" --pgdata="$test_postgres_folder/data" \
      "${test_postgres_initdb[@]}"
  ) >"$test_postgres_folder/initdb.log" 2>&1
}

# A free port may be taken between the look and the bind: then another one is tried.
test_postgres_run_server() {
  local attempts_left=3 port
  while ((attempts_left-- > 0)); do
    port=$(test_postgres_free_port)
    (
      cd /
      exec "${test_postgres_prefix[@]}" "$test_postgres_binaries/postgres" \
        -D "$test_postgres_folder/data" -p "$port" "${test_postgres_settings[@]}"
    ) >"$test_postgres_folder/server.log" 2>&1 </dev/null 9>&- &
    test_postgres_pid=$!
    if test_postgres_wait "$port"; then
      export QINGQU_TEST_POSTGRES="host=127.0.0.1 port=$port user=postgres"
      export QINGQU_TEST_POSTGRES_LOG="$test_postgres_folder/server.log"
      return 0
    fi
    kill -INT "$test_postgres_pid" 2>/dev/null
    wait "$test_postgres_pid" 2>/dev/null
  done
  return 1
}

# Up to 60 seconds, or until the server has ended.
test_postgres_wait() {
  local tick
  for ((tick = 0; tick < 600; tick++)); do
    if "$test_postgres_binaries/pg_isready" -q -h 127.0.0.1 -p "$1"; then
      return 0
    fi
    kill -0 "$test_postgres_pid" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# Exports QINGQU_TEST_POSTGRES; returns 1, with the reason on standard error, when it cannot.
test_postgres_start() {
  if [[ ! -x $test_postgres_binaries/initdb ]]; then
    echo "error: PostgreSQL 15 is not installed: run ./deploy/up first" >&2
    return 1
  fi
  if ! test_postgres_make_cluster; then
    echo "error: initdb failed: $(tail -n 1 "$test_postgres_folder/initdb.log")" >&2
    return 1
  fi
  if ! test_postgres_run_server; then
    echo "error: PostgreSQL did not start: $(tail -n 1 "$test_postgres_folder/server.log")" >&2
    return 1
  fi
}

test_postgres_stop() {
  if [[ -n $test_postgres_pid ]]; then
    kill -INT "$test_postgres_pid" 2>/dev/null
    wait "$test_postgres_pid" 2>/dev/null
    test_postgres_pid=""
  fi
  if [[ -n $test_postgres_folder ]]; then
    rm -rf "$test_postgres_folder"
    test_postgres_folder=""
  fi
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -u
  if (($# == 0)); then
    echo "usage: tests/support/postgres.sh COMMAND ARGUMENT..." >&2
    exit 2
  fi
  trap test_postgres_stop EXIT
  trap 'exit 130' INT TERM
  test_postgres_start || exit 1
  "$@"
fi
