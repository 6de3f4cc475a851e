# What the steps share. Inputs come as environment variables and are never put into a command's text.

# The lines of $1 that are not blank, without the blanks around them, into the array `lines`.
split_lines() {
  local line
  lines=()
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [ -z "$line" ] || lines+=("$line")
  done <<<"$1"
}

# Whether the commit $1 is here; a shallow checkout is asked for it.
has_commit() {
  git cat-file -e "$1^{commit}" 2>/dev/null || git fetch --quiet --no-tags --depth=1 origin "$1" 2>/dev/null
}

# The commit at which the work left its base $1, or the base itself where the history here is too short to tell.
left_base() {
  git merge-base "$1" HEAD 2>/dev/null || echo "$1"
}
