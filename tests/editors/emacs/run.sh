#!/usr/bin/env bash
# editors/emacs/rf-lsp-eglot.el in Emacs in a terminal (hints hang on its display): bash tests/editors/emacs/run.sh
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"; root="$(cd "$here/../../.." && pwd)"
source "$here/../cache.sh"
bash "$here/install.sh" "$CACHE/emacs"
home="$(mktemp -d)"
terminal="rf-lsp-emacs-$$"
trap 'tmux -L "$terminal" kill-server 2>/dev/null || true; rm -rf "$home"' EXIT
cp -r "$here/../sample" "$home/sample"
cat >"$home/start.sh" <<SCRIPT
#!/bin/sh
cd "$home/sample" && HOME="$home" LANG=C.UTF-8 PATH="$(dirname "$RF_LSP"):\$PATH" RF_LSP_OUT="$home/out" \
  emacs -nw -Q -l "$root/editors/emacs/rf-lsp-eglot.el" -l "$here/test.el" 2>"$home/stderr"
echo \$? >"$home/status"
SCRIPT
chmod +x "$home/start.sh"
tmux -u -L "$terminal" -f /dev/null new-session -d -s s -x 130 -y 40 "$home/start.sh"
for _ in $(seq 480); do [ -s "$home/status" ] && break; sleep 0.25; done
cat "$home/out" "$home/stderr" 2>/dev/null || true
exit "$(cat "$home/status" 2>/dev/null || echo 124)"
