import * as pulumi from "@pulumi/pulumi";
import { byCurl } from "../docker/health.ts";
import { type NetworkRef } from "../docker/network.ts";
import { type Scope } from "../docker/scope.ts";
import { service } from "../docker/service.ts";
import { type PublicRoute, releaseRoute } from "./traefik/route.ts";

export interface NginxArgs {
  readonly scope: Scope;
  /** The application behind it: `daphne:8000`. */
  readonly upstream: string;
  readonly route: PublicRoute;
  /** Where the application is. */
  readonly network: NetworkRef;
}

/** What stands before the application: buffers answers for slow clients, retries a dead replica, upgrades WebSockets. */
export class Nginx extends pulumi.ComponentResource {
  constructor(name: string, args: NginxArgs, opts?: pulumi.ComponentResourceOptions) {
    super("studygiveway:index:Nginx", name, {}, opts);
    const { scope, upstream, route, network } = args;
    const { ports, services } = scope.settings;
    service(scope, this, {
      service: "nginx",
      generation: scope.rollout?.generation,
      command: ["nginx", "-g", "daemon off;"],
      user: "101:101",
      networks: [{ network }, { network: route.network }],
      configs: [{ path: "/etc/nginx/nginx.conf", text: nginxConfig(ports.nginx, upstream) }],
      tmpfs: [
        { path: "/tmp", sizeMb: 16 },
        { path: "/var/cache/nginx", sizeMb: 64 },
      ],
      // First through to the application: a route must not be taken before what is behind it answers. Later nginx alone:
      // a restart of it would mend neither an application that is gone nor one that is slow, and cut all it serves.
      health: {
        startTest: byCurl(`http://127.0.0.1:${ports.nginx}/healthz`),
        test: `curl -fsS -o /dev/null --unix-socket ${healthSocket} http://localhost/`,
        startSeconds: 120,
        everySeconds: 5,
      },
      replicas: services.nginx.replicas,
      order: "start-first",
      stopSeconds: 35,
      route: releaseRoute(scope, name, ports.nginx, route),
    });
    this.registerOutputs();
  }
}

/** Where nginx says that it works itself: out of reach of users, and no port that a setting could take. */
const healthSocket = "/tmp/health.sock";

/**
 * nginx.conf. The variable upstream and \`valid=1s\` make it follow the application's tasks; Docker's DNS says 600 s.
 * Linux asks a second time after 1 s where a busy application had no room for a connection, so 2 s find it and still leave
 * a dead replica soon.
 */
export function nginxConfig(port: number, upstream: string): string {
  return `${base}  server {
    listen unix:${healthSocket};
    access_log off;
    return 204;
  }
  server {
    listen ${port};
    set $upstream http://${upstream};
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme_of_client;
    # An application that is told to stop waits for the uploads it knows of; one that is only collected here it would not.
    proxy_request_buffering off;
    proxy_connect_timeout 2s;
    proxy_read_timeout 90s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    proxy_next_upstream_timeout 10s;

    location = /healthz {
      access_log off;
      proxy_pass $upstream;
    }
    location / {
      proxy_pass $upstream;
    }
  }
}
`;
}

/** All up to the server, which alone depends on settings. */
const base = `worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr notice;
# Requests that run when a worker is told to stop may end; daphne lets them run as long.
worker_shutdown_timeout 25s;

events {
  worker_connections 1024;
}

http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  log_format json escape=json '{"time":"$time_iso8601","client":"$http_x_forwarded_for","method":"$request_method",'
    '"host":"$host","uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,'
    '"upstream":"$upstream_addr"}';
  # The edge tells of every request, and the application of those that reach it; here it is what failed, or was tried twice.
  map "$status $upstream_addr" $is_told {
    "~^[123]\\d\\d [^,]*$" 0;
    default 1;
  }
  access_log /dev/stdout json if=$is_told;
  client_body_temp_path /var/cache/nginx/client_temp;
  proxy_temp_path /var/cache/nginx/proxy_temp;
  fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
  uwsgi_temp_path /var/cache/nginx/uwsgi_temp;
  scgi_temp_path /var/cache/nginx/scgi_temp;
  client_max_body_size 16m;
  sendfile on;
  keepalive_timeout 65s;
  server_tokens off;
  resolver 127.0.0.11 valid=1s ipv6=off;

  map $http_upgrade $connection_upgrade {
    default upgrade;
    "" "";
  }
  map $http_x_forwarded_proto $scheme_of_client {
    default $http_x_forwarded_proto;
    "" $scheme;
  }

`;
