# Debian packages: what deploy/packages.txt lists, what of it is missing, and installing that.

# packages_listed SECTION...: the packages of these sections that this machine should have.
packages_listed() {
  local section="" line package condition command
  while IFS= read -r line; do
    line=${line%%#*}
    if [[ $line =~ ^\[([a-z]+)\] ]]; then
      section=${BASH_REMATCH[1]}
      continue
    fi
    read -r package condition command <<<"$line"
    [[ -n $package && " $* " == *" $section "* ]] || continue
    if [[ $condition == unless ]] && command -v "$command" >/dev/null; then
      continue
    fi
    printf '%s\n' "$package"
  done <"$root/deploy/packages.txt"
}

# packages_missing SECTION...: those of them that are not installed.
packages_missing() {
  local package
  local -A installed=()
  while IFS= read -r package; do
    installed[$package]=yes
  done < <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | sed -n 's/^ii *//p')
  packages_listed "$@" | while IFS= read -r package; do
    [[ -n ${installed[$package]:-} ]] || printf '%s\n' "$package"
  done
}

# as_root COMMAND...: runs it with root's rights. The caller has checked that there is a way.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -- "$@"
  fi
}

can_be_root() {
  ((EUID == 0)) || command -v sudo >/dev/null
}

# Debian's PostgreSQL package starts a server of its own when it is installed; ours is private, and
# the machine gets no other.
packages_prevent_default_cluster() {
  local folder=/etc/postgresql-common/createcluster.d
  as_root mkdir -p "$folder"
  echo "create_main_cluster = false" | as_root tee "$folder/qingqu.conf" >/dev/null
}

# So does HAProxy's. apt asks this script before it starts anything; where the machine has one already, as
# containers do, that one decides.
packages_policy=/usr/sbin/policy-rc.d
packages_prevent_haproxy() {
  [[ ! -e $packages_policy ]] || return 0
  as_root tee "$packages_policy" >/dev/null <<'END'
#!/bin/sh
# Made by Qingqu for the time of an installation.
[ "$1" != haproxy ] || exit 101
END
  as_root chmod 755 "$packages_policy"
}

# Nor does it start with the machine.
packages_disable_haproxy() {
  if grep -q 'Made by Qingqu' "$packages_policy" 2>/dev/null; then
    as_root rm -f "$packages_policy"
  fi
  as_root update-rc.d haproxy disable >/dev/null 2>&1 || true
}

packages_apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
    -o Acquire::Retries=3 "$@" </dev/null
}

# packages_install LOG SECTION...: installs what is missing, and returns at once when nothing is.
packages_install() {
  local log=$1
  shift
  local missing
  mapfile -t missing < <(packages_missing "$@")
  if ((${#missing[@]} == 0)); then
    say_done "all packages are installed"
    return
  fi
  command -v apt-get >/dev/null ||
    fail "this is not Debian: install what deploy/packages.txt lists, then run this again"
  can_be_root ||
    fail "${#missing[@]} packages are missing (${missing[*]}): run this as root or with sudo"
  say_note "installing ${#missing[@]} packages; details in $log"
  if [[ " ${missing[*]} " == *" postgresql-15 "* ]]; then
    packages_prevent_default_cluster
  fi
  [[ " ${missing[*]} " != *" haproxy "* ]] || packages_prevent_haproxy
  packages_apt update >>"$log" 2>&1 ||
    fail "apt-get update failed: $(tail -n 1 "$log") (all of it in $log)"
  (
    set -o pipefail
    packages_apt install --no-install-recommends "${missing[@]}" 2>&1 | tee -a "$log" |
      packages_progress
  ) || fail "apt-get install failed: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log") (all of it in $log)"
  [[ " ${missing[*]} " != *" haproxy "* ]] || packages_disable_haproxy
  say_done "${#missing[@]} packages installed"
}

# One line for every 50 packages that apt unpacks or sets up.
packages_progress() {
  local line count=0
  while IFS= read -r line; do
    [[ $line == Unpacking* || $line == "Setting up"* ]] || continue
    count=$((count + 1))
    if ((count % 50 == 0)); then
      say_note "$count: $line"
    fi
  done
}
