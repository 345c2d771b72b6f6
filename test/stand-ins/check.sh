#!/usr/bin/env bash
# check.sh [PREFIX]: starts the images of build.sh with a read-only root, no capabilities and no new privileges, as the user that the
# table in README.md names, and looks whether each keeps its contract. What it starts is removed at the end. Takes about two minutes.
set -uo pipefail
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
start postgres postgres --user 70:70 --tmpfs /tmp --tmpfs /var/run/postgresql "$(volume pg /var/lib/postgresql/data)" \
  "$(secret pg_password db-secret)" -e POSTGRES_PASSWORD_FILE=/run/secrets/pg_password -e POSTGRES_USER=app -e POSTGRES_DB=app
start redis-stack redis-stack --user 1001:1001 "$(volume redis /data)" -e REDIS_ARGS='--requirepass redis-secret --appendonly yes'
start memcached memcached -- -m 32
start minio minio --user 1000:1000 --tmpfs /tmp "$(volume minio /data)" "$(secret access_key admin)" "$(secret secret_key minio-secret)" \
  -- server --console-address :9001 /data
start etcd etcd --user 1000:1000 --tmpfs /var/lib/etcd:mode=1777
start elasticsearch elasticsearch --user 1000:0 -m 1g --tmpfs /tmp --tmpfs /usr/share/elasticsearch/logs:mode=1777 \
  "$(volume es /usr/share/elasticsearch/data)" -e discovery.type=single-node -e ELASTIC_PASSWORD=elastic-secret \
  "$(config users /usr/share/elasticsearch/config/users <<< 'writer:{plain}writer-secret')" \
  "$(config users_roles /usr/share/elasticsearch/config/users_roles <<< 'logs_writer:writer')" \
  "$(config roles.yml /usr/share/elasticsearch/config/roles.yml <<< '{logs_writer: {cluster: [monitor], indices: [{names: ["logs-*"], privileges: [create_index, write]}]}}')"
start registry registry --user 1000:1000 "$(volume registry /var/lib/registry)"

expect "postgres: user and database of the contract" "app" in_ postgres psql -h 127.0.0.1 -U app -d app -Atc 'select current_database()'
expect "postgres: version" "PostgreSQL 16.1" in_ postgres psql -U app -Atc 'select version()'
expect "redis-stack: JSON" "[1]" in_ redis-stack sh -c 'redis-cli -a redis-secret --no-auth-warning JSON.SET k $ 1 >/dev/null; redis-cli -a redis-secret --no-auth-warning JSON.GET k $'
expect "redis-stack: search" "OK" in_ redis-stack sh -c 'redis-cli -a redis-secret --no-auth-warning FT.DROPINDEX i >/dev/null; redis-cli -a redis-secret --no-auth-warning FT.CREATE i SCHEMA t TEXT'
expect "memcached: version through nc" "VERSION 1.6.38" in_ memcached sh -c 'printf "version\r\nquit\r\n" | nc -w 2 127.0.0.1 11211'
expect "minio: ready" "ready" in_ minio sh -c 'mc alias set local http://127.0.0.1:9000 admin minio-secret >/dev/null && mc ready local'
expect "minio: bucket and object" "hello" in_ minio sh -c 'mc mb -q --ignore-existing local/bucket >/dev/null; echo hello | mc pipe -q local/bucket/o >/dev/null; mc cat local/bucket/o'
expect "etcd: health" "is healthy" in_ etcd etcdctl endpoint health
expect "registry: API" "200 OK" in_ registry wget -S -O /dev/null http://127.0.0.1:5000/v2/
expect "elasticsearch: health" '"number_of_nodes":1' in_ elasticsearch curl -s -u elastic:elastic-secret localhost:9200/_cluster/health
expect "elasticsearch: no credentials, 401" "401" in_ elasticsearch curl -s -o /dev/null -w '%{http_code}' localhost:9200/
expect "elasticsearch: a role writes where it may" '"result":"created"' in_ elasticsearch curl -s -u writer:writer-secret -H content-type:application/json -d '{"message":"m"}' localhost:9200/logs-x-2024.01.01/_doc
expect "elasticsearch: and not elsewhere, 403" "403" in_ elasticsearch curl -s -o /dev/null -w '%{http_code}' -u writer:writer-secret -H content-type:application/json -d '{"message":"m"}' localhost:9200/other/_doc
expect "elasticsearch: password of kibana_system" "{ }" in_ elasticsearch curl -s -u elastic:elastic-secret -H content-type:application/json -d '{"password":"kibana-secret"}' localhost:9200/_security/user/kibana_system/_password

# --- in front of them -------------------------------------------------------------------------------------------------
start pgbouncer pgbouncer --tmpfs /etc/pgbouncer:mode=1777 -e DB_HOST=postgres -e DB_USER=app -e DB_PASSWORD=db-secret -e DB_NAME=app \
  -e AUTH_TYPE=scram-sha-256 -e POOL_MODE=transaction
start haproxy haproxy "$(config haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg <<< 'global
  log stdout format raw local0
defaults
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen pg
  mode tcp
  bind :5000
  server pg postgres:5432 check
frontend health
  mode http
  bind :8404
  monitor-uri /healthz')"
start daphne daphne --tmpfs /tmp
start nginx nginx --user 101:101 --tmpfs /var/cache/nginx:mode=1777 --tmpfs /var/run:mode=1777 --tmpfs /etc/nginx/conf.d:mode=1777 -e UPSTREAM=daphne:8000 \
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

expect "pgbouncer: a query through it" "7 rows" in_ pgbouncer env PGPASSWORD=db-secret psql -h 127.0.0.1 -U app -d app -Atc "select 3 + 4 || ' rows'"
expect "pgbouncer: pg_isready" "accepting connections" in_ pgbouncer pg_isready -h 127.0.0.1 -p 5432
expect "haproxy: health" "200 OK" in_ haproxy wget -qO- http://127.0.0.1:8404/healthz
expect "haproxy: a query through it" "7 rows" in_ pgbouncer env PGPASSWORD=db-secret psql -h haproxy -p 5000 -U app -d app -Atc "select 3 + 4 || ' rows'"
expect "daphne: health" '"ok"' in_ daphne wget -qO- http://127.0.0.1:8000/health/
expect "nginx: template, proxy to daphne" '"ok"' in_ nginx curl -fsS http://127.0.0.1/health/
expect "traefik: health" "OK: " in_ traefik traefik healthcheck --ping
expect "traefik: port 80 to nginx to daphne" '"ok"' in_ traefik wget -qO- http://127.0.0.1/health/
expect "kibana: status 200" "200" in_ kibana curl -s -o /dev/null -w '%{http_code}' localhost:5601/api/status
expect "kibana: redirect" "302" in_ kibana curl -s -o /dev/null -w '%{http_code}' localhost:5601/
expect "logstash: API" '"version":"8.11.0"' in_ logstash curl -s localhost:9600/
expect "jenkins: login" "X-Jenkins: 2.443" in_ jenkins curl -sI localhost:8080/login
expect "jenkins: a build is recorded" "201" in_ jenkins bash -c 'curl -s -o /dev/null -w "%{http_code}" -u admin:$(cat /var/jenkins_home/secrets/initialAdminPassword) -X POST "localhost:8080/job/x/buildWithParameters?A=b"'
expect "redisinsight: health" "OK" in_ redisinsight curl -fsS http://127.0.0.1:8001/healthcheck/
expect "redisinsight: a database is added" '"id":1' in_ redisinsight curl -s -d '{"name":"r","host":"redis-stack","port":6379,"password":"redis-secret","connectionType":"STANDALONE"}' http://127.0.0.1:8001/api/instance/
expect "redisinsight: its INFO" "redis_version:7.2.4" in_ redisinsight curl -s http://127.0.0.1:8001/
expect "memcached-admin: statistics" "STAT version 1.6.38" in_ memcached-admin curl -s http://127.0.0.1/
expect "pgadmin4: ping" "PING" in_ pgadmin4 wget -qO- http://127.0.0.1:80/misc/ping

# --- logs: container -> Filebeat -> Logstash -> Elasticsearch -----------------------------------------------------------
docker run -d --name "$id-lines" --label "$id" --label studygiveway.stack=check --network none "$(image daphne)" \
  sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i of the check"; sleep 0.1; done; sleep 300' >/dev/null
lines=$(docker inspect -f '{{.Id}}' "$id-lines")
root=$(docker info -f '{{.DockerRootDir}}')
start filebeat filebeat --user root --tmpfs /tmp "$(volume filebeat /usr/share/filebeat/data)" \
  -v "$root/containers/$lines:/var/lib/docker/containers/$lines:ro" -v /var/run/docker.sock:/var/run/docker.sock:ro
expect "filebeat: the first lines arrive" '"value":' in_ elasticsearch curl -s -u elastic:elastic-secret 'localhost:9200/logs-check-*/_search?filter_path=hits.total.value'
docker restart -t 1 "$id-logstash" >/dev/null
sleep 3
docker restart -t 1 "$id-elasticsearch" >/dev/null
expect "filebeat: none of 300 lines is lost over a restart of Logstash and of Elasticsearch" '"value":300}' in_ elasticsearch curl -s \
  -u elastic:elastic-secret -H content-type:application/json 'localhost:9200/logs-check-*/_search?filter_path=aggregations' \
  -d '{"size":0,"aggs":{"lines":{"cardinality":{"field":"message.keyword","precision_threshold":1000}}}}'

# --- backup tools, Patroni ------------------------------------------------------------------------------------------------
start tools backup --tmpfs /tmp:mode=1777,size=256m -e PGPASSWORD=db-secret -e RESTIC_PASSWORD=r -e AWS_ACCESS_KEY_ID=admin \
  -e AWS_SECRET_ACCESS_KEY=minio-secret -e RESTIC_REPOSITORY=s3:http://minio:9000/bucket/restic -- sleep 300
expect "backup-tools: pg_dump into restic on MinIO and back" "PostgreSQL database dump complete" in_ tools bash -c \
  'set -e -o pipefail; restic cat config >/dev/null 2>&1 || restic init >/dev/null; pg_dump -h postgres -U app app | restic backup -q --stdin --stdin-filename d.sql; restic dump -q latest d.sql'
expect "backup-tools: redis-cli and curl" "PONG" in_ tools bash -c 'redis-cli -h redis-stack -a redis-secret --no-auth-warning ping && curl -fsS http://minio:9000/minio/health/live'
expect "backup-tools: supercronic" "job succeeded" in_ tools bash -c 'echo "* * * * * * * true" > /tmp/c; timeout 3 supercronic /tmp/c 2>&1 || true'
start patroni postgres --user 70:70 --tmpfs /tmp --tmpfs /var/run/postgresql "$(volume patroni /var/lib/postgresql/data)" \
  "$(config patroni.yml /etc/patroni/patroni.yml <<< 'scope: check
name: one
restapi: {listen: "0.0.0.0:8008", connect_address: "patroni:8008"}
etcd3: {hosts: "etcd:2379"}
bootstrap:
  dcs: {ttl: 20, loop_wait: 5}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}]
postgresql:
  listen: "0.0.0.0:5432"
  connect_address: "patroni:5432"
  data_dir: /var/lib/postgresql/data/pg
  pgpass: /tmp/pgpass
  parameters: {unix_socket_directories: /var/run/postgresql}
  authentication: {superuser: {username: postgres, password: s}, replication: {username: repl, password: r}}')" -- patroni
expect "patroni: leader" '"role": "primary"' in_ patroni wget -qO- http://127.0.0.1:8008/patroni

[ $failed -eq 0 ] && echo "all is well"
exit $failed
