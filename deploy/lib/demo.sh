# The demonstration county, once for each database, and what to tell at the end.

demo_folder=$var/demo

demo_gateway() {
  echo "http://127.0.0.1:$(layout_port gateway)"
}

# What was printed the first time is kept and shown again: a rerun changes nothing.
demo_run() {
  local table=$demo_folder/cycle.txt
  if [[ ! -s $table ]]; then
    account_folder "$demo_folder" 755
    python3 "$root/deploy/demo/demo.py" --gateway="$(demo_gateway)" \
      --admin_password_file="$var/secrets/admin" >"$table.new" 2>"$var/log/demo.log" </dev/null ||
      fail "the demonstration failed: $(tail -n 1 "$var/log/demo.log") (all of it in $var/log/demo.log)"
    mv "$table.new" "$table"
  fi
  cat "$table"
}

# demo_tell LAYOUT
demo_tell() {
  local name
  printf '\nGateway (HTTP, JSON):  %s\n' "$(demo_gateway)"
  for name in $(layout_services "$1"); do
    printf 'gRPC, %-15s  127.0.0.1:%d\n' "$name:" "$(layout_port "$name")"
  done
  printf 'PostgreSQL:            127.0.0.1:%d, database qingqu\n' "$(postgres_port)"
  printf 'Logs:                  %s\n' "$var/log"
  printf 'The first user:        admin, password in %s\n' "$var/secrets/admin"
}
