#!/usr/bin/env bash
# Annotations, the job's summary, and the SARIF report.
set -euo pipefail
. "${RF_LSP_SOURCE:?}/.github/action/common.sh"

split_lines "${RF_LSP_ARGUMENTS:-}"
arguments=(--force-exclude --fail-level "${RF_LSP_FAIL_LEVEL:-warning}" --format github ${lines[@]+"${lines[@]}"})
split_lines "${RF_LSP_PATHS:-.}"
paths=("${lines[@]}")

if [ "${RF_LSP_CHANGED_ONLY:-false}" = true ] && [ -n "${RF_LSP_BASE:-}" ] && has_commit "$RF_LSP_BASE"; then
  changed=()
  while IFS= read -r -d '' path; do
    [[ $path == *.py || $path == *.ipynb ]] && [ -f "$path" ] && [ ! -L "$path" ] && changed+=("./$path")
  done < <(git diff --relative --name-only --no-renames --diff-filter=AM -z "$(left_base "$RF_LSP_BASE")" -- "${paths[@]}")
  if [ ${#changed[@]} -eq 0 ]; then
    echo "No Python file and no notebook is changed."
    exit 0
  fi
  paths=("${changed[@]}")
fi

if [ -n "${RF_LSP_SARIF:-}" ]; then
  arguments+=(--format "sarif:$RF_LSP_SARIF")
  printf 'sarif-file=%s\n' "${RF_LSP_SARIF//[$'\r\n']/}" >>"${GITHUB_OUTPUT:?}"
fi
rf-lsp check "${arguments[@]}" -- "${paths[@]}"
