# The demonstration county, once for each database, and what to tell at the end.

demo_folder=$var/demo

demo_gateway() {
  echo "http://127.0.0.1:$(layout_port gateway)"
}

# What was printed the first time is kept and shown again: a rerun changes nothing. The day is kept too,
# because a run that was interrupted and is repeated tomorrow must send the same documents.
demo_run() {
  local table=$demo_folder/cycle.txt
  if [[ ! -s $table ]]; then
    own_folder "$demo_folder" 700
    account_secret "$var/secrets/demo" 8
    [[ -s $demo_folder/day ]] || date +%F >"$demo_folder/day"
    PYTHONDONTWRITEBYTECODE=1 python3 "$root/deploy/demo/demo.py" --gateway="$(demo_gateway)" \
      --admin_password_file="$var/secrets/admin" --users_password_file="$var/secrets/demo" \
      --day="$(<"$demo_folder/day")" >"$table.new" 2>"$var/log/demo.log" </dev/null 9>&- ||
      fail "the demonstration failed: $(tail -n 1 "$var/log/demo.log")"
    mv -fT "$table.new" "$table"
  fi
}

# demo_tell LAYOUT
demo_tell() {
  local name
  printf '\n'
  cat "$demo_folder/cycle.txt"
  printf '\n%-24s %s\n' 'Gateway (HTTP, JSON):' "$(demo_gateway)"
  if [[ -n ${edge:-} ]]; then
    printf '%-24s %s, trusted by %s\n' 'Edge (HTTPS, gRPC):' "$(edge_url)" "$tls_folder/ca.crt"
    if [[ -z ${QINGQU_SECOND_FACTOR_ROLES-} ]]; then
      printf '%-24s %s\n' 'Warning:' 'nobody needs a second factor: see QINGQU_SECOND_FACTOR_ROLES in deploy/README.md'
    fi
  fi
  for name in $(layout_services "$1"); do
    printf '%-24s 127.0.0.1:%d\n' "gRPC, $name:" "$(layout_port "$name")"
  done
  printf '%-24s 127.0.0.1:%d, database qingqu\n' 'PostgreSQL:' "$(postgres_port)"
  printf '%-24s %s\n' 'Logs:' "$var/log"
  printf '%-24s admin, password in %s\n' 'The first user:' "$var/secrets/admin"
  local files=$tls_folder/processes/operator tls=""
  if [[ -n ${mtls:-} ]]; then
    tls=" --ca-file=$tls_folder/ca.crt --cert-file=$files/certificate.pem --key-file=$files/key.pem"
  fi
  printf '\nSign in, for example as the nurse:\n  %s\n' \
    "${bin#"$root/"}/qingqu$tls --server=$(layout_addresses "$1") login nurse"
}
