#!/usr/bin/env bash
# check.sh [PREFIX]: starts the stand-ins of official images with a read-only root, no capabilities and no new privileges, as the user
# the system runs them as, and looks whether each keeps its contract. What it starts is removed at the end. Takes about two minutes.
# The stand-ins of images that we build ourselves, and the way of the logs, are tried with the whole system, in test/e2e.
set -uo pipefail
case ${1:-} in -*) sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;; esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=${1:-stand-in}
id=stand-in-check-$$
files=$(mktemp -d)
chmod 755 "$files"
failed=0

clean() {
  docker ps -aq --filter "label=$id" | xargs -r docker rm -f -v >/dev/null 2>&1
  docker volume ls -q --filter "label=$id" | xargs -r docker volume rm >/dev/null 2>&1
  docker network rm "$id" >/dev/null 2>&1
  rm -rf "$files"
}
trap clean EXIT
trap 'exit 1' INT TERM
docker network create --label "$id" "$id" >/dev/null || exit 1

image() { echo "$prefix/$1:$(sed -n 's/^version=//p' "$here/$1/service.conf")"; }
# start NAME SERVICE OPTIONS... -- ARGUMENTS...
start() {
  local name=$1 service=$2 options=()
  shift 2
  while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
  [ $# -eq 0 ] || shift
  docker run -d --name "$id-$name" --label "$id" --network "$id" --network-alias "$name" --read-only --cap-drop ALL \
    --security-opt no-new-privileges "${options[@]}" "$(image "$service")" "$@" >/dev/null
}
# volume NAME TARGET: the option for a fresh volume
volume() { docker volume create --label "$id" "$id-$1" >/dev/null; echo "-v=$id-$1:$2"; }
in_() { local name=$1; shift; docker exec "$id-$name" "$@" 2>&1; }
# expect WHAT TEXT COMMAND...: the command's output must contain TEXT within 60 seconds
expect() {
  local what=$1 text=$2 output i
  shift 2
  for i in $(seq 120); do
    output=$("$@" 2>&1)
    if [[ $output == *"$text"* ]]; then echo "ok   $what"; return; fi
    sleep 0.5
  done
  echo "FAIL $what: expected '$text', got: ${output:0:400}"
  failed=1
}
secret() { printf '%s' "$2" > "$files/$1"; chmod "${3:-444}" "$files/$1"; echo "-v=$files/$1:/run/secrets/$1:ro"; }
config() { cat > "$files/$1"; chmod 644 "$files/$1"; echo "-v=$files/$1:$2:ro"; }

# --- data stores ------------------------------------------------------------------------------------------------------
start redis-stack redis-stack --user 1001:1001 "$(volume redis /data)" -e REDIS_ARGS='--requirepass redis-secret --appendonly yes'
start memcached memcached -- -m 32
start minio minio --user 1000:1000 --tmpfs /tmp "$(volume minio /data)" "$(secret access_key admin)" "$(secret secret_key minio-secret)" \
  -- server --console-address :9001 /data
start elasticsearch elasticsearch --user 1000:0 -m 1g --tmpfs /tmp --tmpfs /usr/share/elasticsearch/logs:mode=1777 \
  "$(volume es /usr/share/elasticsearch/data)" -e discovery.type=single-node -e ELASTIC_PASSWORD=elastic-secret \
  "$(config users /usr/share/elasticsearch/config/users <<< 'writer:{plain}writer-secret')" \
  "$(config users_roles /usr/share/elasticsearch/config/users_roles <<< 'logs_writer:writer')" \
  "$(config roles.yml /usr/share/elasticsearch/config/roles.yml <<< '{logs_writer: {cluster: [monitor], indices: [{names: ["logs-*"], privileges: [create_index, write]}]}}')"
start registry registry --user 1000:1000 "$(volume registry /var/lib/registry)"

expect "redis-stack: JSON" "[1]" in_ redis-stack sh -c 'redis-cli -a redis-secret --no-auth-warning JSON.SET k $ 1 >/dev/null; redis-cli -a redis-secret --no-auth-warning JSON.GET k $'
expect "redis-stack: search" "OK" in_ redis-stack sh -c 'redis-cli -a redis-secret --no-auth-warning FT.DROPINDEX i >/dev/null; redis-cli -a redis-secret --no-auth-warning FT.CREATE i SCHEMA t TEXT'
expect "memcached: version through nc" "VERSION 1.6.38" in_ memcached sh -c 'printf "version\r\nquit\r\n" | nc 127.0.0.1 11211'
expect "minio: ready" "ready" in_ minio sh -c 'mc alias set local http://127.0.0.1:9000 admin minio-secret >/dev/null && mc ready local'
expect "minio: bucket and object" "hello" in_ minio sh -c 'mc mb -q --ignore-existing local/bucket >/dev/null; echo hello | mc pipe -q local/bucket/o >/dev/null; mc cat local/bucket/o'
expect "registry: API" "200 OK" in_ registry wget -S -O /dev/null http://127.0.0.1:5000/v2/
expect "elasticsearch: health" '"number_of_nodes":1' in_ elasticsearch curl -s -u elastic:elastic-secret localhost:9200/_cluster/health
expect "elasticsearch: no credentials, 401" "401" in_ elasticsearch curl -s -o /dev/null -w '%{http_code}' localhost:9200/
expect "elasticsearch: a role writes where it may" '"result":"created"' in_ elasticsearch curl -s -u writer:writer-secret -H content-type:application/json -d '{"message":"m"}' localhost:9200/logs-x-2024.01.01/_doc
expect "elasticsearch: and not elsewhere, 403" "403" in_ elasticsearch curl -s -o /dev/null -w '%{http_code}' -u writer:writer-secret -H content-type:application/json -d '{"message":"m"}' localhost:9200/other/_doc
expect "elasticsearch: password of kibana_system" "{ }" in_ elasticsearch curl -s -u elastic:elastic-secret -H content-type:application/json -d '{"password":"kibana-secret"}' localhost:9200/_security/user/kibana_system/_password

# --- in front of them -------------------------------------------------------------------------------------------------
start haproxy haproxy "$(config haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg <<< 'global
  log stdout format raw local0
defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen redis
  mode tcp
  bind :5000
  server redis redis-stack:6379 check
frontend health
  mode http
  bind :8404
  monitor-uri /healthz')"
start nginx nginx --user 101:101 --tmpfs /var/cache/nginx:mode=1777 --tmpfs /var/run:mode=1777 --tmpfs /etc/nginx/conf.d:mode=1777 -e UPSTREAM=minio:9000 \
  "$(config app.conf.template /etc/nginx/templates/app.conf.template <<< 'server {
  listen 80;
  location / { resolver 127.0.0.11 valid=5s; set $up http://${UPSTREAM}; proxy_pass $up; proxy_set_header Host $host; }
}')"
start traefik traefik --user 65534:65534 "$(config dynamic.yml /etc/traefik/dynamic.yml <<< 'http:
  routers: {app: {rule: "PathPrefix(`/`)", service: app, entryPoints: [web]}}
  services: {app: {loadBalancer: {servers: [{url: "http://nginx:80"}]}}}')" \
  -- --ping=true --entryPoints.web.address=:80 --providers.file.filename=/etc/traefik/dynamic.yml
start kibana kibana -e ELASTICSEARCH_HOSTS='["http://elasticsearch:9200"]' -e ELASTICSEARCH_USERNAME=kibana_system -e ELASTICSEARCH_PASSWORD=kibana-secret
start logstash logstash -e ELASTICSEARCH_USERNAME=writer -e ELASTICSEARCH_PASSWORD=writer-secret
start jenkins jenkins "$(volume jenkins /var/jenkins_home)"
start redisinsight redisinsight "$(volume insight /db)"
start memcached-admin memcached-admin -e MEMCACHED_HOST=memcached
start pgadmin pgadmin --tmpfs /tmp "$(volume pgadmin /var/lib/pgadmin)" "$(secret pgadmin_password pgadmin-secret)" \
  -e PGADMIN_DEFAULT_EMAIL=admin@example.org -e PGADMIN_DEFAULT_PASSWORD_FILE=/run/secrets/pgadmin_password

expect "haproxy: health" "200 OK" in_ haproxy wget -qO- http://127.0.0.1:8404/healthz
expect "haproxy: a connection through it" "PONG" in_ redis-stack redis-cli -h haproxy -p 5000 -a redis-secret --no-auth-warning ping
expect "nginx: template, proxy to MinIO" "200" in_ nginx curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/minio/health/live
expect "traefik: health" "OK: " in_ traefik traefik healthcheck --ping
expect "traefik: port 80 to nginx to MinIO" "200 OK" in_ traefik wget -S -O /dev/null http://127.0.0.1/minio/health/live
expect "kibana: status 200" "200" in_ kibana curl -s -o /dev/null -w '%{http_code}' localhost:5601/api/status
expect "kibana: redirect" "302" in_ kibana curl -s -o /dev/null -w '%{http_code}' localhost:5601/
expect "logstash: API" '"version":"8.11.0"' in_ logstash curl -s localhost:9600/
expect "jenkins: login" "X-Jenkins: 2.443" in_ jenkins curl -sI localhost:8080/login
expect "redisinsight: health" "OK" in_ redisinsight curl -fsS http://127.0.0.1:8001/healthcheck/
expect "redisinsight: a database is added" '"id":1' in_ redisinsight curl -s -d '{"name":"r","host":"redis-stack","port":6379,"password":"redis-secret","connectionType":"STANDALONE"}' http://127.0.0.1:8001/api/instance/
expect "redisinsight: its INFO" "redis_version:7.2.4" in_ redisinsight curl -s http://127.0.0.1:8001/
expect "memcached-admin: statistics" "STAT version 1.6.38" in_ memcached-admin curl -s http://127.0.0.1/
expect "pgadmin: ping" "PING" in_ pgadmin wget -qO- http://127.0.0.1:80/misc/ping

[ $failed -eq 0 ] && echo "all is well"
exit $failed
