#!/bin/bash
# housekeeping [once]: gives log indices their shape, and removes those older than LOG_RETENTION_DAYS, once or every hour.
set -u

elastic() {
  local method=$1 path=$2
  shift 2
  curl -fsS -m 30 -X "$method" -K <(printf 'user = "log-keeper:%s"\n' "$(< /run/secrets/log_keeper_password)") \
    "http://127.0.0.1:$ES_PORT/$path" "$@"
}

template='{
  "index_patterns": ["logs-*"],
  "priority": 200,
  "template": {
    "settings": {"number_of_shards": 1, "number_of_replicas": 0},
    "mappings": {
      "properties": {
        "@timestamp": {"type": "date"},
        "message": {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 512}}},
        "stack": {"type": "keyword"},
        "environment": {"type": "keyword"},
        "pr": {"type": "keyword"},
        "service": {"type": "keyword"},
        "slot": {"type": "keyword"}
      }
    }
  }
}'
until elastic PUT _index_template/studygiveway-logs -H 'Content-Type: application/json' -d "$template" -o /dev/null 2> /dev/null; do
  sleep 1
done

while true; do
  oldest=$(date -u -d "-$LOG_RETENTION_DAYS days" +%Y.%m.%d)
  for index in $(elastic GET '_cat/indices/logs-*?h=index'); do
    day=${index: -10}
    if [[ $day =~ ^[0-9]{4}\.[0-9]{2}\.[0-9]{2}$ && $day < $oldest ]]; then
      elastic DELETE "$index" -o /dev/null && echo "housekeeping: removed $index, older than $LOG_RETENTION_DAYS days"
    fi
  done
  [ "${1:-}" != once ] || exit 0
  sleep 3600
done
