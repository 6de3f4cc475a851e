#!/usr/bin/env bash
# Packages the extension and tries it in a real VS Code: bash tests/editors/vscode/run.sh [SCENARIO…]
# RF_LSP_PICTURES=1 also renews the pictures in editors/vscode/images.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"; root="$(cd "$here/../../.." && pwd)"
source "$here/../cache.sh"
export RF_LSP_VSCODE="$CACHE/vscode"
bash "$here/install.sh" "$RF_LSP_VSCODE"

# The extension is built in a copy: nothing is left in the checkout.
build="$CACHE/extension/editors/vscode"
mkdir -p "$build"
rm -rf "$CACHE/extension/rf_lsp" "$CACHE/extension/analyzers"
tar -C "$root" --exclude=__pycache__ -cf - pyproject.toml README.md LICENSE rf_lsp analyzers | tar -C "$CACHE/extension" -xf -
tar -C "$root/editors/vscode" --exclude=node_modules --exclude=dist --exclude=server --exclude='*.vsix' -cf - . | tar -C "$build" -xf -
cd "$build"
[ node_modules/.package-lock.json -nt package-lock.json ] || { npm ci --loglevel=error; touch node_modules/.package-lock.json; }
PYTHON="$SERVER_PYTHON" npm run --silent package

export RF_LSP_VSIX="$build/rf-lsp.vsix" RF_LSP_IMAGES="$root/editors/vscode/images" RF_LSP_SAMPLE="$here/../sample"
node "$here/test.mjs" "$@"
