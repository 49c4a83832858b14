# The checks that read the sources and run nothing of them.

buf_version=1.75.0

# Files of the working tree, tracked or new, that match the git patterns and still exist.
source_files() {
  git -c safe.directory='*' -C "$root" ls-files -co --exclude-standard -- "$@" |
    while IFS= read -r file; do
      [[ ! -f $root/$file ]] || printf '%s\n' "$file"
    done
}

lint_format() {
  local sources
  mapfile -t sources < <(source_files '*.cc' '*.h')
  ((${#sources[@]} > 0)) || return 1
  clang-format-14 --dry-run -Werror "${sources[@]}" 2>&1 | grep -E 'error:' | sort -u | head -n 50
  ((PIPESTATUS[0] == 0))
}

lint_shell() {
  local scripts
  mapfile -t scripts < <(
    source_files '*.sh'
    source_files deploy tests .ci | while IFS= read -r file; do
      [[ $file == *.sh || $(head -c 11 "$file" | tr -d '\0') != '#!/bin/bash' ]] || echo "$file"
    done
  )
  ((${#scripts[@]} > 0)) || return 1
  shellcheck --shell=bash --severity=style --exclude=SC1091,SC2154,SC2034 "${scripts[@]}"
}

lint_python() {
  local scripts
  mapfile -t scripts < <(source_files '*.py')
  ((${#scripts[@]} > 0)) || return 1
  python3 - "${scripts[@]}" <<'END'
import ast
import pathlib
import sys

for path in sys.argv[1:]:
    ast.parse(pathlib.Path(path).read_text(encoding="utf-8"), path)
END
}

# buf comes from the npm registry: Debian has no package of it. It is kept under var/.
buf_install() {
  local folder=$root/var/tools/buf-$buf_version
  buf=$folder/node_modules/.bin/buf
  if [[ -x $buf ]] && "$buf" --version >/dev/null 2>&1; then
    return 0
  fi
  command -v npm >/dev/null || return 1
  mkdir -p "$folder"
  # Node.js trusts its own list of authorities unless it is told of the system's.
  NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} \
    npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error \
    "@bufbuild/buf@$buf_version" >"$logs/npm.log" 2>&1 </dev/null && "$buf" --version >/dev/null 2>&1
}

# Without the registry this check is left out, aloud: a network that is closed is nobody's mistake.
lint_protos() {
  if buf_install; then
    check "lint: buf" "$buf" lint
  else
    count_skip "buf lint: buf $buf_version cannot be fetched from the npm registry"
  fi
}

# Needs the build folder: the repository's own rules are a test program.
lint_own_rules() {
  build_targets_here tidy_test >/dev/null && "$build_dir/test_bin/tidy_test" --gtest_brief=1
}

# lint_tidy FILE...: those that the build knows; a file that is not built yet has no compile command.
lint_tidy() {
  local known
  mapfile -t known < <(
    printf '%s\n' "$@" | while IFS= read -r file; do
      grep -qF "\"file\": \"$root/$file\"" "$build_dir/compile_commands.json" && echo "$file"
    done
  )
  ((${#known[@]} > 0)) || return 0
  printf '%s\0' "${known[@]}" |
    xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 --quiet -p "$build_dir" 2>/dev/null
}
