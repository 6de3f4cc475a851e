#!/usr/bin/env bash
# editors/helix/languages.toml in Helix in a terminal, which is all it has: bash tests/editors/helix/run.sh [HX]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"; root="$(cd "$here/../../.." && pwd)"
source "$here/../cache.sh"
command -v tmux >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends tmux; }
[ $# -gt 0 ] || bash "$here/../debian.sh" forky hx hx "$CACHE/helix/forky"
helix="${1:-$CACHE/helix/forky/bin/hx}"
home="$(mktemp -d)"
terminal="rf-lsp-helix-$$"
trap 'tmux -L "$terminal" kill-server 2>/dev/null || true; rm -rf "$home"' EXIT
cp -r "$here/../sample" "$home/sample"
mkdir -p "$home/helix"
sed 's/"ty", "ruff", "pylsp", //' "$root/editors/helix/languages.toml" >"$home/helix/languages.toml"
printf '[editor]\nend-of-line-diagnostics = "hint"\n[editor.lsp]\ndisplay-inlay-hints = true\n' >"$home/helix/config.toml"
printf '#!/bin/sh\ncd "%s/sample"\nexport XDG_CONFIG_HOME="%s" XDG_CACHE_HOME="%s/cache" LANG=C.UTF-8 PATH="%s:$PATH"\nexec "%s" --log "%s/log" net.py:20:36\n' \
  "$home" "$home" "$home" "$(dirname "$RF_LSP")" "$helix" "$home" >"$home/start.sh"
chmod +x "$home/start.sh"
tmux -u -L "$terminal" -f /dev/null new-session -d -s s -x 130 -y 42 "$home/start.sh"
keys() { tmux -L "$terminal" send-keys -t s "$@"; sleep 0.4; }
screen() { tmux -L "$terminal" capture-pane -p -t s; }
until_shown() { # hints are asked for when a key is pressed
  for _ in $(seq 25); do
    if screen | grep -qF -- "$1"; then echo "ok $1"; return; fi
    [ -z "${2:-}" ] || { keys l; keys h; }
    sleep 0.6
  done
  echo "FAILED: not on the screen: $1"; screen; exit 1
}
until_shown '32×48×48 · RF 7' move
until_shown 'conv3 expects 32 input channels, gets 64'
keys Space k; until_shown '24 + 2·1'; keys Escape
keys Space a; until_shown 'in_channels'; keys Enter; sleep 1
keys Escape; keys ':w!' Enter; sleep 1
grep -q 'self.conv3 = nn.Conv2d(64, 128' "$home/sample/net.py" || { echo 'FAILED: the fix'; screen; exit 1; }
echo "ok $("$helix" --version)"
