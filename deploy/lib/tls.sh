# A small certificate authority of this deployment, in var/tls: ca.crt for everybody, authority/ (its key)
# for whoever runs deploy/up, and a folder with certificate and key for each name. What is valid is kept.

tls_folder=$var/tls
tls_authority_days=3650
tls_certificate_days=397
# What ends within this time is made again.
tls_renew_days=60

# tls_run COMMAND...: its words go to a log; a failure is told with the last of them.
tls_run() {
  QINGQU_TLS_SUBJECT=${tls_subject:-} QINGQU_TLS_NAMES=${tls_names:-DNS:localhost} \
    "$@" >>"$var/log/tls.log" 2>&1 </dev/null ||
    fail "making a certificate failed: $(tail -n 1 "$var/log/tls.log") (all of it in $var/log/tls.log)" "$var/log/tls.log"
}

# tls_lasts CERTIFICATE: whether it is there and does not end soon.
tls_lasts() {
  openssl x509 -in "$1" -noout -checkend $((tls_renew_days * 86400)) >/dev/null 2>&1
}

# tls_matches CERTIFICATE KEY: whether they belong to each other.
tls_matches() {
  local of_certificate of_key
  of_certificate=$(openssl x509 -in "$1" -noout -pubkey 2>/dev/null) || return 1
  of_key=$(openssl pkey -in "$2" -pubout 2>/dev/null) || return 1
  [[ -n $of_key && $of_certificate == "$of_key" ]]
}

# tls_key FILE: a new private key on P-256, in a file that nobody else may read from its first moment.
tls_key() {
  (
    umask 077
    tls_run openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
  )
}

# A new authority is not trusted by those who trust the old one, so it is made as rarely as can be. The
# certificate is moved into place last: what an interrupted run left is made again.
tls_authority() {
  local authority=$tls_folder/authority
  mkdir -p "$authority"
  chmod 755 "$tls_folder"
  chmod 700 "$authority"
  if tls_lasts "$tls_folder/ca.crt" && tls_matches "$tls_folder/ca.crt" "$authority/ca.key"; then
    return
  fi
  tls_key "$authority/ca.key.new"
  local tls_subject
  tls_subject="Qingqu deployment authority of $(uname -n | cut -c 1-20)"
  tls_run openssl req -x509 -new -config "$root/deploy/tls/openssl.cnf" -section request -utf8 \
    -extensions authority -key "$authority/ca.key.new" -sha256 -days "$tls_authority_days" \
    -set_serial "$(tls_serial)" -out "$authority/ca.crt.new"
  mv -fT "$authority/ca.key.new" "$authority/ca.key"
  chmod 644 "$authority/ca.crt.new"
  mv -fT "$authority/ca.crt.new" "$tls_folder/ca.crt"
  say_note "made a certificate authority: clients trust it by $tls_folder/ca.crt"
}

# 127 random bits.
tls_serial() {
  local digits
  digits=$(od -An -N 16 -t x1 /dev/urandom | tr -d ' \n')
  printf '0x%x%s' $((0x${digits:0:1} & 7 | 4)) "${digits:1}"
}

# Whether the certificate NAME is still the one to use: this authority's, for these names, and not about to end.
tls_certificate_is_current() {
  local folder=$tls_folder/$1
  [[ -f $folder/names && $(<"$folder/names") == "$2 $3" ]] &&
    tls_lasts "$folder/certificate.pem" && tls_matches "$folder/certificate.pem" "$folder/key.pem" &&
    openssl verify -CAfile "$tls_folder/ca.crt" "$folder/certificate.pem" >/dev/null 2>&1
}

# tls_certificate NAME PROFILE SUBJECT_ALTERNATIVE_NAMES: certificate.pem, key.pem and both.pem in var/tls/NAME,
# the platform's account's. PROFILE is a section of deploy/tls/openssl.cnf.
tls_certificate() {
  local name=$1 profile=$2 tls_names=$3 folder=$tls_folder/$1 new=$tls_folder/$1.new
  if tls_certificate_is_current "$name" "$profile" "$tls_names"; then
    return
  fi
  rm -rf "$new"
  mkdir -p "$(dirname "$new")"
  mkdir -m 700 "$new"
  tls_key "$new/key.pem"
  local tls_subject=${name#*/}
  tls_run openssl req -new -config "$root/deploy/tls/openssl.cnf" -section request -utf8 \
    -key "$new/key.pem" -out "$new/request.pem"
  tls_run openssl x509 -req -in "$new/request.pem" -CA "$tls_folder/ca.crt" \
    -CAkey "$tls_folder/authority/ca.key" -set_serial "$(tls_serial)" -sha256 \
    -days "$tls_certificate_days" -extfile "$root/deploy/tls/openssl.cnf" -extensions "$profile" \
    -out "$new/certificate.pem"
  rm "$new/request.pem"
  (
    umask 077
    cat "$new/certificate.pem" "$new/key.pem" >"$new/both.pem"
    printf '%s %s\n' "$profile" "$tls_names" >"$new/names"
  )
  tls_install "$new" "$folder"
  say_note "made the certificate of $name, good until $(tls_end "$folder/certificate.pem")"
}

# tls_install NEW FOLDER: file by file, the certificate's names last, so that an interrupted run is repeated.
# Processes that watch the files find each whole.
tls_install() {
  local file
  chmod 600 "$1"/*
  if ((EUID == 0)); then
    chown --no-dereference "$account:" "$1"/*
  fi
  mkdir -p "$2"
  chmod 700 "$2"
  if ((EUID == 0)); then
    chown --no-dereference "$account:" "$2"
  fi
  rm -f "$2/names"
  for file in key.pem certificate.pem both.pem names; do
    mv -fT "$1/$file" "$2/$file"
  done
  rmdir "$1"
}

# tls_processes LAYOUT: the certificates that the processes show each other (--mtls), and one for the operator's
# own calls with qingqu.
tls_processes() {
  local name area names
  tls_authority
  for name in $(layout_services "$1") gateway edge operator; do
    names=DNS:$name.qingqu.internal
    if [[ $name == standalone ]]; then
      names=""
      for area in "${areas[@]}"; do
        names+=${names:+,}DNS:$area.qingqu.internal
      done
    fi
    tls_certificate "processes/$name" process "$names,DNS:localhost,IP:127.0.0.1"
  done
}

# tls_flags NAME: what a process is started with for --mtls, one argument a line. Who may call whom: the gateway, the
# edge and the operator every service, and usage posts to the ledger.
tls_flags() {
  local folder=$tls_folder/processes/$1 peers=gateway,edge,operator
  printf '%s\n' "--tls_cert_file=$folder/certificate.pem" "--tls_key_file=$folder/key.pem" \
    "--tls_ca_file=$tls_folder/ca.crt"
  [[ $1 != distribution ]] || peers+=,usage
  [[ $1 == gateway ]] || echo "--tls_peers=$peers"
}

tls_end() {
  date --utc --date="$(openssl x509 -in "$1" -noout -enddate | cut -d = -f 2)" +%F
}
