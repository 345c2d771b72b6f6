#!/usr/bin/env bash
# build.sh DEST: builds Docker Compose, which only the benchmark needs, as DEST/docker-compose. A current one is left alone.
set -euo pipefail

[ $# -eq 1 ] && [ -n "$1" ] && [ "${1#-}" = "$1" ] || { echo "usage: $0 DEST" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
dest=$(cd "$1" && pwd)

fail() { echo "build.sh: $*" >&2; exit 1; }

exec 9> "$dest/.lock"
flock -n 9 || { echo "another build runs; waiting for it"; flock 9; }

. "$here/../go.sh"
go_of_at_least "$(sed -n 's/^go //p' "$here/go.mod")"

version=$(sed -n 's/.*github.com\/docker\/compose\/v2 \(v[0-9.]*\)$/\1/p' "$here/go.mod")
stamp=$({ go version; go env GOOS GOARCH; cd "$here"; sha256sum build.sh go.mod go.sum; } | sha256sum)
if [ -x "$dest/docker-compose" ] && [ "$(cat "$dest/.stamp" 2>/dev/null)" = "$stamp" ]; then
  echo "docker-compose is current"
  exit
fi
echo "builds Docker Compose $version from Go modules"
cd "$here"
go build -mod=readonly -buildvcs=false -trimpath \
  -ldflags "-s -w -X github.com/docker/compose/v2/internal.Version=$version" \
  -o "$dest/docker-compose.new" github.com/docker/compose/v2/cmd
mv -f "$dest/docker-compose.new" "$dest/docker-compose"
echo "$stamp" > "$dest/.stamp"
"$dest/docker-compose" version
