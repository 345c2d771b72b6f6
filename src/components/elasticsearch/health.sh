#!/bin/bash
# Answers and has every primary shard. The password goes to curl by a file, since arguments can be read by others.
set -eu
exec curl -fsS -o /dev/null -K <(printf 'user = "log-keeper:%s"\n' "$(< /run/secrets/log_keeper_password)") \
  "http://127.0.0.1:$ES_PORT/_cluster/health?wait_for_status=yellow&timeout=3s&filter_path=status"
