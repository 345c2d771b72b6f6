#!/bin/bash
# Elasticsearch writes its keystore beside its configuration, which a read-only root refuses: so it works on a copy.
set -eu
export ES_PATH_CONF=/run/elasticsearch/config
mkdir -p "$ES_PATH_CONF"
cp -rL /usr/share/elasticsearch/config/. "$ES_PATH_CONF/"
chmod -R u+w "$ES_PATH_CONF"
/bin/bash /usr/local/bin/elasticsearch-housekeeping &
exec docker-entrypoint.sh eswrapper
