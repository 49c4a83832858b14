# The account that PostgreSQL and the services run as: `qingqu` when root starts them, else whoever does.

account=""
account_prefix=()

# The account that an earlier run has chosen is kept: the data belong to it.
account_choose() {
  if [[ -d $var/postgres ]]; then
    account=$(stat --format=%U "$var/postgres")
  elif ((EUID == 0)); then
    account=qingqu
  else
    account=$(id --user --name)
  fi
  if ((EUID != 0)) && [[ $account != "$(id --user --name)" ]]; then
    fail "$var belongs to '$account': run this as root or as that user"
  fi
}

account_create() {
  if ! id "$account" >/dev/null 2>&1; then
    useradd --system --user-group --home-dir /nonexistent --no-create-home \
      --shell /usr/sbin/nologin "$account" ||
      fail "the system account '$account' cannot be created"
    say_note "made the system account '$account'"
  fi
}

# account_use: sets account_prefix, which runs a command as the account with a clean environment.
account_use() {
  local clean=(env -i "PATH=/usr/bin:/bin" LANG=C.UTF-8 TZ=UTC) capability
  if ((EUID != 0)); then
    account_prefix=("${clean[@]}")
    return
  fi
  local become=(setpriv --reuid "$account" --regid "$account" --init-groups)
  account_prefix=("${become[@]}" "${clean[@]}")
  if account_can_reach; then
    return
  fi
  # A clone below /root or another closed folder: the capability to pass through it is the least that
  # helps and it leaves nothing behind on the machine.
  for capability in dac_read_search dac_override; do
    account_prefix=("${become[@]}" --inh-caps "+$capability" --ambient-caps "+$capability" "${clean[@]}")
    if account_can_reach; then
      say_note "the account '$account' may not enter $root: its processes get CAP_${capability^^}"
      return
    fi
  done
  fail "the account '$account' may not enter $root: move the clone, or allow it with chmod o+x on the folders above"
}

# By opening a file: access(2), which `test` calls, does not count capabilities.
account_can_reach() {
  "${account_prefix[@]}" head -c 1 "$root/deploy/packages.txt" >/dev/null 2>&1 &&
    "${account_prefix[@]}" ls "$var" >/dev/null 2>&1
}

# account_folder PATH MODE: a folder of the account's own, in one that is not. What root writes below such a folder, the
# account could lead elsewhere by a link: root writes nothing there.
account_folder() {
  mkdir -p "$1"
  chmod "$2" "$1"
  if ((EUID == 0)); then
    chown --no-dereference "$account:" "$1"
  fi
}

# own_folder PATH MODE: a folder of whoever var/ belongs to.
own_folder() {
  mkdir -p "$1"
  if ((EUID == 0)) && [[ $(stat --format=%u "$var") == 0 ]]; then
    chown --no-dereference 0:0 "$1"
  fi
  chmod "$2" "$1"
}

# account_write FILE: standard input, for the account's eyes alone, written by the account.
account_write() {
  (
    umask 077
    "${account_prefix[@]}" tee "$1.new" >/dev/null
  )
  "${account_prefix[@]}" mv -fT "$1.new" "$1"
}

# account_secret FILE [BYTES]: a random password, made once; two characters for each byte.
account_secret() {
  if [[ ! -s $1 ]]; then
    od -An -N "${2:-24}" -t x1 /dev/urandom | tr -d ' \n' | account_write "$1"
  fi
}
