#!/usr/bin/env bash
# The folder editors/neovim in a headless Neovim: bash tests/editors/neovim/run.sh [NVIM…]
# Without programs Debian's Neovim 0.12 (forky) and 0.10 (trixie) are fetched into the cache.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"; root="$(cd "$here/../../.." && pwd)"
source "$here/../cache.sh"
programs=("$@")
if [ ${#programs[@]} -eq 0 ]; then
  for suite in forky trixie; do
    bash "$here/../debian.sh" "$suite" neovim nvim "$CACHE/neovim/$suite"
    programs+=("$CACHE/neovim/$suite/bin/nvim")
  done
fi
for nvim in "${programs[@]}"; do
  home="$(mktemp -d)"; trap 'rm -rf "$home"' EXIT
  cp -r "$here/../sample" "$home/sample"
  export XDG_STATE_HOME="$home/state" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_CACHE_HOME="$home/cache" NVIM_LOG_FILE=/dev/null
  PATH="$(dirname "$RF_LSP"):$PATH" timeout 120 "$nvim" --headless -u NONE -i NONE --cmd "set runtimepath^=$root/editors/neovim" \
    --cmd "cd $home/sample" -c "luafile $here/test.lua" -c "cquit 1" </dev/null
  rm -rf "$home"
done
