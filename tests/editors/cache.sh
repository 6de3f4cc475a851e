# Sourced by the runs: CACHE (a folder outside the checkout) and RF_LSP (the program under test).
CACHE="${RF_LSP_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rf-lsp-editors}"
mkdir -p "$CACHE"
CACHE="$(cd "$CACHE" && pwd)"
SERVER_PYTHON="$CACHE/python/bin/python"
if [ ! -x "$CACHE/python/bin/pip" ]; then
  python3 -m venv "$CACHE/python" || { apt-get update -qq && apt-get install -y -qq python3-venv && python3 -m venv "$CACHE/python"; }
fi
if [ -z "${RF_LSP:-}" ]; then
  RF_LSP="$CACHE/python/bin/rf-lsp"
  [ -x "$RF_LSP" ] || "$SERVER_PYTHON" -m pip install --quiet --disable-pip-version-check -e "$root"
fi
export RF_LSP
