# The edge: HAProxy, which ends TLS 1.3 and HTTP/2 before strangers' bytes reach the services.

edge_folder=$var/edge
edge_name=${QINGQU_EDGE_NAME:-localhost}
edge_address=${QINGQU_EDGE_LISTEN:-127.0.0.1}

# Whose certificates machine clients may show.
edge_client_authority=${QINGQU_EDGE_CLIENT_CA:-$tls_folder/ca.crt}

edge_check_settings() {
  [[ $edge_name =~ ^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$ ]] ||
    fail "QINGQU_EDGE_NAME is '$edge_name': it must be a host's name or an IPv4 address"
  [[ $edge_address =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ || $edge_address =~ ^[0-9A-Fa-f:]+$ ]] ||
    fail "QINGQU_EDGE_LISTEN is '$edge_address': it must be a numeric address, such as 0.0.0.0"
  [[ -z ${QINGQU_EDGE_CLIENT_CA:-} || $edge_client_authority =~ ^/[A-Za-z0-9/._-]+$ && -r $edge_client_authority ]] ||
    fail "QINGQU_EDGE_CLIENT_CA is '$edge_client_authority': it must be the whole path of a readable file"
}

# The names and addresses by which clients may know the edge.
edge_names() {
  local names=DNS:localhost,IP:127.0.0.1,IP:::1
  if [[ $edge_name =~ ^[0-9.]+$ ]]; then
    names+=,IP:$edge_name
  elif [[ $edge_name != localhost ]]; then
    names+=,DNS:$edge_name
  fi
  echo "$names"
}

edge_url() {
  echo "https://$edge_name:$(layout_port edge)"
}

# edge_server AREA LAYOUT: where the area's gRPC is served, and how to get there.
edge_server() {
  local name=standalone own=$tls_folder/processes/edge/both.pem
  [[ $2 == separate ]] && name=$1
  printf '127.0.0.1:%d proto h2 maxconn 2000' "$(layout_port "$name")"
  if [[ -n $mtls ]]; then
    printf ' ssl alpn h2 ssl-min-ver TLSv1.2 verify required ca-file %s crt %s' "$tls_folder/ca.crt" "$own"
    printf ' sni str(%s.qingqu.internal) verifyhost %s.qingqu.internal' "$1" "$1"
  fi
}

# edge_configuration LAYOUT: the template with this deployment's ports and files, and each area's backend.
edge_configuration() {
  local area
  sed -e "s|@LISTEN@|$edge_address:$(layout_port edge)|" \
    -e "s|@CERTIFICATE@|$tls_folder/edge/both.pem|" -e "s|@CLIENT_AUTHORITY@|$edge_client_authority|" \
    -e "s#@AREAS@#$(printf '%s|' "${areas[@]}" | sed 's/|$//')#" \
    -e "s|@METRICS_PORT@|$(layout_metrics_port edge)|" \
    -e "s|@GATEWAY_SERVER@|127.0.0.1:$(layout_port gateway)|" "$root/deploy/haproxy/haproxy.cfg"
  for area in "${areas[@]}"; do
    printf '\nbackend grpc_%s from grpc\n' "$area"
    printf '  server %s %s\n' "$area" "$(edge_server "$area" "$1")"
  done
}

# edge_write LAYOUT: the file to start from, named by what it and the certificate hold: another name means another
# command, and so another start.
edge_write() {
  local digest file
  own_folder "$edge_folder" 755
  rm -f "$edge_folder/new"
  edge_configuration "$1" >"$edge_folder/new"
  digest=$(cat "$edge_folder/new" "$tls_folder/ca.crt" "$tls_folder/edge/certificate.pem" \
    ${mtls:+"$tls_folder/processes/edge/certificate.pem"} | sha256sum | cut -c 1-16)
  file=$edge_folder/haproxy-$digest.cfg
  chmod 644 "$edge_folder/new"
  mv -fT "$edge_folder/new" "$file"
  find "$edge_folder" -name 'haproxy-*.cfg' ! -path "$file" -delete
  edge_file=$file
}

# edge_start LAYOUT
edge_start() {
  tls_authority
  tls_certificate edge edge "$(edge_names)"
  edge_write "$1"
  local command=(/usr/sbin/haproxy -db -f "$edge_file")
  if ! process_is_current edge "${command[@]}"; then
    tls_run "${account_prefix[@]}" "${command[@]}" -c
    service_stop edge
    # HAProxy does not append: it would write over the beginning of an earlier log.
    mv -fT "$var/log/edge.log" "$var/log/edge.log.1" 2>/dev/null || true
    process_start edge "${command[@]}"
    services_started+=(edge)
  fi
  edge_wait
}

# By the way that clients take: TLS, the edge, the gateway, the services.
edge_is_healthy() {
  curl --noproxy '*' --silent --fail --max-time 3 --output /dev/null --cacert "$tls_folder/ca.crt" \
    --connect-to "::$(edge_loopback):" "https://localhost:$(layout_port edge)/healthz"
}

# Where this machine reaches what listens on the configured address.
edge_loopback() {
  case $edge_address in
    0.0.0.0) echo 127.0.0.1 ;;
    ::) echo "[::1]" ;;
    *:*) echo "[$edge_address]" ;;
    *) echo "$edge_address" ;;
  esac
}

# Up to 20 seconds, or until it has died.
edge_wait() {
  local tick
  for ((tick = 0; tick < 80; tick++)); do
    if edge_is_healthy; then
      return 0
    fi
    if [[ -z $(process_pid edge) ]]; then
      process_last_words edge
      fail "the edge ended while it started: its last words are above, all of them in $var/log/edge.log"
    fi
    sleep 0.25
  done
  fail "after 20 s the edge does not answer $(edge_url)/healthz: see $var/log/edge.log"
}
