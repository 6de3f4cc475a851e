#!/usr/bin/env bash
# What the pull request does to the models, in the job's summary and in a file for the comment.
set -euo pipefail
. "${RF_LSP_SOURCE:?}/.github/action/common.sh"

if ! has_commit "${RF_LSP_BASE:?}"; then
  echo "::warning title=rf-lsp::the base of the pull request is not here: check out with fetch-depth 0 to compare with it"
  exit 0
fi
file=${RUNNER_TEMP:?}/rf-lsp-diff.md
arguments=(--base "$(left_base "$RF_LSP_BASE")" --format markdown --output-file "$file")
[ -z "${RF_LSP_FAIL_ON:-}" ] || arguments+=(--fail-on "$RF_LSP_FAIL_ON")
split_lines "${RF_LSP_PATHS:-.}"

code=0
rf-lsp diff "${arguments[@]}" -- "${lines[@]}" || code=$?
if [ -s "$file" ]; then
  cat "$file" >>"${GITHUB_STEP_SUMMARY:?}"
  echo "diff-file=$file" >>"${GITHUB_OUTPUT:?}"
fi
exit "$code"
