#!/usr/bin/env bash
# Install rf-lsp from the action's own checkout into an environment of its own, which later steps find in PATH.
set -euo pipefail

environment=${RUNNER_TEMP:?}/rf-lsp
"${RF_LSP_PYTHON:-python3}" -m venv "$environment"
bin=$environment/bin
[ -d "$bin" ] || bin=$environment/Scripts
"$bin/python" -m pip install --quiet --disable-pip-version-check "${RF_LSP_SOURCE:?}"
echo "$bin" >>"${GITHUB_PATH:?}"
