#!/usr/bin/env bash
# One comment on the pull request, which is written anew with every push.
set -euo pipefail

mark='<!-- rf-lsp diff -->'
body=${RUNNER_TEMP:?}/rf-lsp-comment.md
{ echo "$mark"; head -c 60000 "${RF_LSP_DIFF:?}"; } >"$body"

comments=repos/${GITHUB_REPOSITORY:?}/issues
known=$(gh api --paginate "$comments/${RF_LSP_PULL_REQUEST:?}/comments" --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | head -n 1)
if [ -n "$known" ]; then
  gh api --silent --method PATCH "$comments/comments/$known" --field "body=@$body"
else
  gh api --silent --method POST "$comments/$RF_LSP_PULL_REQUEST/comments" --field "body=@$body"
fi
