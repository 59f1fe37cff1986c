# shellcheck shell=bash
# Sourced by tests in bash: checks that have names, in the Test Anything Protocol on standard output.

number=0
failed=()
last_check=${EPOCHREALTIME/./}

# check NAME COMMAND... : the command has to succeed. What it says is shown where it does not, and what after_failure says.
check() {
  local name=$1 said status=0 now
  shift
  number=$((number + 1))
  said=$("$@" 2>&1) || status=$?
  now=${EPOCHREALTIME/./}
  if [ "$status" = 0 ]; then
    echo "ok $number - $name # time=$(((now - last_check) / 1000))ms"
  else
    failed+=("$name")
    echo "not ok $number - $name # time=$(((now - last_check) / 1000))ms"
    { head -n 30 <<<"$said" && echo "$1: exit status $status" && after_failure; } | sed 's/^/# /'
  fi
  last_check=$now
}
after_failure() { :; }

# equal ACTUAL EXPECTED
equal() {
  [ "$1" = "$2" ] || { diff <(echo "$2") <(echo "$1") | tail -n +2 && false; }
}

# finish : ends the script, with status 1 where any has failed
finish() {
  echo "1..$number"
  [ ${#failed[@]} -gt 0 ] || exit 0
  printf '# failed: %s\n' "${failed[@]}"
  exit 1
}
