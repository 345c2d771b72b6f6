# Sourced by what builds Go programs: go_of_at_least VERSION refuses an older Go, and keeps Go from fetching another by itself.
go_of_at_least() {
  local wanted=$1 have oldest
  command -v go >/dev/null || fail "no 'go' on the PATH; Go $wanted or later is needed"
  export GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
  have=$(go env GOVERSION)
  have=${have#go}
  oldest=$(printf '%s\n%s\n' "$wanted" "${have%%[!0-9.]*}" | sort -V | head -1)
  [ "$oldest" = "$wanted" ] || fail "Go $have is too old; Go $wanted or later is needed"
}
