# The private PostgreSQL cluster in var/postgres.

postgres_binaries=/usr/lib/postgresql/15/bin
postgres_data=$var/postgres

postgres_port() {
  layout_port postgres
}

postgres_conninfo() {
  echo "host=127.0.0.1 port=$(postgres_port) dbname=qingqu"
}

# The server's process id while it runs, else nothing.
postgres_pid() {
  local pid
  { read -r pid <"$postgres_data/postmaster.pid"; } 2>/dev/null || return 0
  if [[ $pid =~ ^[0-9]+$ && $(readlink "/proc/$pid/cwd") == "$postgres_data" ]]; then
    echo "$pid"
  fi
}

# The port that the running server was started with.
postgres_running_port() {
  sed -n 4p "$postgres_data/postmaster.pid" 2>/dev/null
}

postgres_secrets() {
  local area
  account_folder "$var/secrets" 700
  account_secret "$var/secrets/postgres"
  account_secret "$var/secrets/admin"
  for area in "${areas[@]}"; do
    account_secret "$var/secrets/qingqu_$area"
  done
  account_secret_pgpass
}

account_secret_pgpass() {
  printf '127.0.0.1:*:*:postgres:%s\n' "$("${account_prefix[@]}" cat "$var/secrets/postgres")" |
    account_write "$var/secrets/pgpass"
}

# Its last line only says that it cleans up.
postgres_initdb_reason() {
  grep -m 1 -E 'FATAL|error:' "$var/log/initdb.log" || tail -n 1 "$var/log/initdb.log"
}

# The cluster is made under another name and renamed when it is whole: what an interrupted run left
# behind is never taken for a cluster.
postgres_create() {
  local new=$postgres_data.new
  if [[ -f $postgres_data/PG_VERSION ]]; then
    return
  fi
  if [[ -d $postgres_data ]]; then
    fail "$postgres_data is there but is no cluster: look into it, or run ./deploy/down --erase"
  fi
  if [[ -d $new ]]; then
    say_note "an earlier run was interrupted while it made the cluster: it is made again"
    rm -rf "$new"
  fi
  account_folder "$new" 700
  (
    cd /
    "${account_prefix[@]}" "$postgres_binaries/initdb" --pgdata="$new" --username=postgres \
      --pwfile="$var/secrets/postgres" --auth=scram-sha-256 --data-checksums --encoding=UTF8 \
      --locale=C.UTF-8
  ) >"$var/log/initdb.log" 2>&1 </dev/null 9>&- ||
    fail "initdb failed: $(postgres_initdb_reason) (all of it in $var/log/initdb.log)" "$var/log/initdb.log"
  echo "include_if_exists = 'qingqu.conf'" |
    "${account_prefix[@]}" tee --append "$new/postgresql.conf" >/dev/null
  sync --file-system "$new"
  mv -T "$new" "$postgres_data"
  say_note "made a private PostgreSQL cluster in $postgres_data"
}

# After a crash of the machine the file may name a process that is not PostgreSQL; PostgreSQL itself
# would then refuse to start.
postgres_remove_stale_pid() {
  if [[ -f $postgres_data/postmaster.pid && -z $(postgres_pid) ]]; then
    rm -f "$postgres_data/postmaster.pid"
  fi
}

postgres_write_settings() {
  local name
  for name in qingqu.conf pg_hba.conf; do
    "${account_prefix[@]}" install -m 644 "$root/deploy/postgres/$name" "$postgres_data/$name"
  done
}

postgres_start() {
  if [[ -n $(postgres_pid) && $(postgres_running_port) == "$(postgres_port)" ]]; then
    return
  fi
  postgres_stop
  postgres_remove_stale_pid
  postgres_write_settings
  # The server opens it itself, in a folder that is not the account's.
  [[ -e $var/log/postgres.log ]] || install -m 600 -o "$account" /dev/null "$var/log/postgres.log"
  (
    cd /
    exec "${account_prefix[@]}" "$postgres_binaries/pg_ctl" start --wait --timeout=120 --silent \
      --pgdata="$postgres_data" --log="$var/log/postgres.log" --options="-p $(postgres_port)"
  ) >"$var/log/pg_ctl.log" 2>&1 </dev/null 9>&- || {
    process_last_words postgres
    fail "PostgreSQL did not start: its last words are above, all of them in $var/log/postgres.log" "$var/log/postgres.log"
  }
}

postgres_stop() {
  local pid tick
  pid=$(postgres_pid)
  [[ -n $pid ]] || return 0
  kill -INT "$pid" || fail "no right to stop PostgreSQL (process $pid): run this as root or as its user"
  for ((tick = 0; tick < 600; tick++)); do
    [[ -n $(postgres_pid) ]] || return 0
    sleep 0.1
  done
  say_note "PostgreSQL did not end in 60 s: it is stopped at once"
  kill -QUIT "$pid" 2>/dev/null || true
  sleep 2
}

postgres_migrate() {
  PGPASSFILE=$var/secrets/pgpass "$bin/qingqu-migrate" --root="$root" \
    --database="$(postgres_conninfo) user=postgres" --role_passwords_dir="$var/secrets" \
    >"$var/log/migrate.log" 2>&1 </dev/null && return
  # Until the first release migrations are edited in place.
  if grep -q MIGRATION_CHANGED "$var/log/migrate.log"; then
    fail "the data under var/ were made by an earlier version: ./deploy/down --erase removes them" "$var/log/migrate.log"
  fi
  fail "the migrations failed: $(tail -n 1 "$var/log/migrate.log")" "$var/log/migrate.log"
}
