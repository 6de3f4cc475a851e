#!/usr/bin/env bash
# A program of another Debian suite, unpacked into a folder: bash debian.sh SUITE PACKAGE PROGRAM FOLDER
# Neither root nor a container is needed, and what is installed is not touched: the program is patched to use
# the unpacked suite's own loader and libraries, while its children (the server) are ordinary processes.
set -euo pipefail
suite="$1" package="$2" program="$3" folder="$4"
[ -x "$folder/bin/$program" ] && exit 0
mkdir -p "$folder"/{apt/lists/partial,apt/cache/archives/partial,root,bin}
folder="$(cd "$folder" && pwd)"
: >"$folder/apt/status"
mirror="${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | sort -u | head -1)}"
[ -n "$mirror" ] || { echo "run apt-get update first, or set DEBIAN_MIRROR" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$folder/apt/sources.list"
apt=(apt-get -qq -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=-
  -o Dir::State="$folder/apt" -o Dir::State::lists="$folder/apt/lists" -o Dir::State::status="$folder/apt/status"
  -o Dir::Cache="$folder/apt/cache" -o Dir::Cache::archives="$folder/apt/cache/archives"
  -o Debug::NoLocking=1 -o APT::Sandbox::User=root
  -o Acquire::Check-Valid-Until=false) # a mirror may be a snapshot; signatures are still checked
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends --download-only "$package" patchelf >"$folder/apt.log" 2>&1 || { tail -20 "$folder/apt.log"; exit 1; }
for archive in "$folder"/apt/cache/archives/*.deb; do dpkg-deb -x "$archive" "$folder/root"; done
rm -rf "$folder/apt" "$folder"/root/usr/share/{doc,man,locale}

root="$folder/root"
loader="$(find "$root" -name 'ld-linux-x86-64.so.2' -o -name 'ld-linux-aarch64.so.1' | head -1)"
libraries="$(dirname "$(find "$root" -name libc.so.6 | head -1)")"
"$loader" --library-path "$libraries" "$root/usr/bin/patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$root/usr/bin/$program"
cat >"$folder/bin/$program" <<SCRIPT
#!/bin/sh
export VIMRUNTIME="$root/usr/share/nvim/runtime" HELIX_RUNTIME="$root/usr/lib/hx/runtime"
export LUA_PATH="$root/usr/share/lua/5.1/?.lua;$root/usr/share/lua/5.1/?/init.lua;;" LUA_CPATH="$libraries/lua/5.1/?.so;;"
exec "$root/usr/bin/$program" "\$@"
SCRIPT
chmod +x "$folder/bin/$program"
