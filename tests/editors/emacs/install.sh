#!/usr/bin/env bash
# Emacs 30 and tmux. On Debian 12 from bookworm-backports by a private source list: /etc/apt is not changed. Needs root.
set -euo pipefail
folder="$1"
recent() { emacs --batch --eval '(kill-emacs (if (>= emacs-major-version 30) 0 1))' >/dev/null 2>&1; }
if recent && command -v tmux >/dev/null; then exit 0; fi
. /etc/os-release
mkdir -p "$folder/lists/partial"
apt-get update -qq
options=(-qq)
suite=()
if [ "$VERSION_CODENAME" = bookworm ]; then
  key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  mirror="$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | sort -u | head -1)"
  security="$(apt-get indextargets --format '$(REPO_URI)' | grep security | sort -u | head -1)"
  {
    for name in bookworm bookworm-updates bookworm-backports; do echo "deb $key $mirror $name main"; done
    [ -z "$security" ] || echo "deb $key $security bookworm-security main"
  } >"$folder/sources.list"
  options+=(-o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$folder/lists" -o Acquire::Check-Valid-Until=false)
  suite=(-t bookworm-backports)
fi
apt-get "${options[@]}" update
DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" "${suite[@]}" install -y --no-install-recommends emacs-nox tmux >"$folder/apt.log" 2>&1 || { tail -20 "$folder/apt.log"; exit 1; }
rm -rf "$folder/lists"
