#!/usr/bin/env bash
# VS Code as code-server, headless Chromium and playwright-core, from Debian and npm; once, into "$1". Needs root only for apt.
set -euo pipefail
PREFIX="$1"; CODE_SERVER=4.139.1; NODE=24.21.0; PLAYWRIGHT=1.64.1
NPM=(npm install --no-audit --no-fund --ignore-scripts --loglevel=error)
mkdir -p "$PREFIX"; cd "$PREFIX"

# 1. the browser, a font, and a compiler for two small native modules
need=()
command -v "${CHROMIUM:-chromium}" >/dev/null || need+=(chromium)
fc-list 2>/dev/null | grep -qi dejavu || need+=(fonts-dejavu-core)
for program in make g++ python3; do command -v $program >/dev/null || need+=($program); done
if [ ${#need[@]} -gt 0 ]; then
  echo "apt-get install ${need[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >apt.log 2>&1 || { tail -20 apt.log; exit 1; }
fi

# 2. the node that code-server wants, as an npm package
case "$(uname -m)" in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) echo "no node for $(uname -m)"; exit 1 ;; esac
node="$PREFIX/node24/node_modules/node-linux-$arch"
if ! "$node/bin/node" -v 2>/dev/null | grep -qx "v$NODE"; then
  echo "node $NODE"; mkdir -p node24 bin; echo '{"private":true}' >node24/package.json
  "${NPM[@]}" --prefix node24 "node-linux-$arch@$NODE"
  chmod +x "$node/bin/node"
fi
mkdir -p bin; ln -sfn "$node/bin/node" bin/node
export PATH="$PREFIX/bin:$PATH" npm_config_nodedir="$node"

# 3. code-server: its dependencies without their scripts, then the two native modules
package="$PREFIX/code-server/package"
if [ "$(cat code-server/done 2>/dev/null)" != "$CODE_SERVER" ]; then
  echo "code-server $CODE_SERVER"; rm -rf code-server; mkdir code-server
  (cd code-server && npm pack --loglevel=error "code-server@$CODE_SERVER" >/dev/null && tar xzf code-server-*.tgz && rm code-server-*.tgz)
  for folder in . lib/vscode lib/vscode/extensions; do (cd "$package/$folder" && "${NPM[@]}" --omit=dev); done
  (cd "$package/lib/vscode/extensions" && node postinstall.mjs >/dev/null)
  cd "$package/lib/vscode"
  rm -rf node_modules/@github/copilot-sdk-* extensions/copilot node_modules/@vscode/ripgrep-universal/bin/{darwin,win32}*
  npm rebuild --loglevel=error @vscode/spdlog @vscode/native-watchdog >"$PREFIX/rebuild.log" 2>&1 || { tail -30 "$PREFIX/rebuild.log"; exit 1; }
  ln -sf code-linux.sh bin/remote-cli/code-server; ln -sf browser-linux.sh bin/helpers/browser.sh
  cd "$PREFIX"; node "$package/out/node/entry.js" --version; echo "$CODE_SERVER" >code-server/done
fi

# 4. what drives the browser
if [ ! -d tools/node_modules/playwright-core ]; then
  mkdir -p tools; echo '{"private":true}' >tools/package.json
  "${NPM[@]}" --prefix tools "playwright-core@$PLAYWRIGHT"
fi
