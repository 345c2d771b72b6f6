import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { run } from "../../tools/command.ts";
import { shell } from "./container.ts";
import { credentialsOf } from "./credentials.ts";
import { signature } from "./s3.ts";
import { admin, containerOf, eventually, fleetUp, hostOf, https, inside, privateDaemon, up } from "./world.ts";

const release = "staging-pr-7";
const consoles = [
  ...["pgadmin", "redis", "memcached"].flatMap((name) => [hostOf(release, name), hostOf("prod-data", name)]),
  ...["kibana", "jenkins", "traefik"].map((name) => hostOf("platform", name)),
];
const login = `${admin.user}:${admin.password}`;

/** What a browser ends with: it follows redirects and keeps cookies. */
async function visit(host: string, auth: string): Promise<number> {
  const { stdout, stderr } = await inside([
    ...["curl", "-skL", "--max-redirs", "10", "--max-time", "20", "-b", "", "--resolve", `${host}:443:127.0.0.1`],
    ...["-o", "/dev/null", "-w", "%{http_code}", "-u", auth, `https://${host}/`],
  ]);
  assert.match(stdout, /^\d{3}$/, `${host}: ${stderr}`);
  return Number(stdout);
}

async function json(host: string, path: string): Promise<unknown> {
  const { status, body } = await https({ host, path, auth: login });
  assert.equal(status, 200, `${host}${path}: ${body.slice(0, 300)}`);
  return JSON.parse(body);
}

before(() => fleetUp(["platform", "prod-data", release, "prod-pr-7"]));

for (const stack of [release, "prod-pr-7"]) {
  describe(`the application of ${stack}`, () => {
    it("reports every connection green, with its time", async () => {
      const { status, body } = await https({ host: hostOf(stack), path: "/readyz" });
      assert.equal(status, 200, body);
      const { ok, checks } = JSON.parse(body) as {
        ok: boolean;
        checks: { name: string; ok: boolean; ms: number; error: string | null }[];
      };
      const names = ["elasticsearch", "logstash", "memcached", "minio", "postgres", "redis-stack"];
      assert.deepEqual(checks.map(({ name }) => name).sort(), names);
      for (const check of checks) {
        assert.deepEqual([check.ok, check.error], [true, null], check.name);
        assert.ok(check.ms > 0 && check.ms < 5000, `${check.name}: ${check.ms} ms`);
      }
      assert.equal(ok, true);
    });

    it("echoes over a WebSocket through Traefik and nginx", async () => {
      const client = join(import.meta.dirname, "websocket.ts");
      const { stdout, stderr } = await inside([process.execPath, client, hostOf(stack), "/ws/", "Grüße"]);
      assert.ok(stdout.includes("Grüße"), stderr);
    });
  });
}

describe("the object store at s3.", () => {
  for (const stack of [release, "prod-data"]) {
    it(`of ${stack} takes an object from outside and gives it back`, async () => {
      const credentials = await credentialsOf(stack);
      const accessKey = credentials.get("minioRootUser") ?? "";
      const keys = { accessKey, secretKey: credentials.get("minioRootPassword") ?? "" };
      const object = { host: hostOf(stack, "s3"), path: `/${stack}/edge-${Date.now()}` };
      const ask = (method: string, body: string | undefined, secrets = keys) => {
        const request = { ...object, method, ...(body === undefined ? {} : { body }) };
        return https({ ...request, headers: signature(request, secrets) });
      };
      const text = `put at ${new Date().toISOString()}`;
      const put = await ask("PUT", text);
      assert.equal(put.status, 200, put.body);
      assert.equal((await ask("GET", undefined)).body, text);
      assert.equal((await ask("GET", undefined, { accessKey, secretKey: "x".repeat(40) })).status, 403);
      assert.equal((await https(object)).status, 403, "without a signature");
      assert.equal((await ask("DELETE", undefined)).status, 204);
    });
  }
});

describe("a console", () => {
  for (const host of consoles) {
    it(`${host} opens with the admin password only`, async () => {
      assert.equal((await https({ host })).status, 401, "without a password");
      assert.equal((await https({ host, auth: `${admin.user}:wrong` })).status, 401, "with a wrong password");
      assert.equal((await https({ host, auth: `other:${admin.password}` })).status, 401, "with another user");
      assert.equal(await visit(host, login), 200);
    });
  }
});

describe("behind its console", () => {
  for (const stack of [release, "prod-data"]) {
    it(`RedisInsight of ${stack} knows its Redis and gets in`, async () => {
      const host = hostOf(stack, "redis");
      const { instances } = (await json(host, "/api/instance/")) as { instances: { name: string; host: string }[] };
      assert.deepEqual(
        instances.map(({ name, host: redis }) => [name.split(" ")[0], redis]),
        [["studygiveway", "redis-stack-1"]],
      );
      assert.match((await https({ host, auth: login })).body, /redis_version:7\.2/);
    });

    it(`memcached-admin of ${stack} shows the statistics of memcached-1`, async () => {
      const { body } = await https({ host: hostOf(stack, "memcached"), auth: login });
      assert.match(body, /memcached-1/);
      assert.match(body, /STAT pid \d+/);
    });

    it(`pgAdmin of ${stack} has the database behind HAProxy in its list and opens it with its password file`, async () => {
      const pgadmin = `${stack}-pgadmin`;
      const list = await shell(pgadmin, `/venv/bin/python3 -c "${serverList}"`);
      assert.deepEqual(JSON.parse(list), [["studygiveway", "haproxy", 5432, "app", "app"]]);
      assert.equal(await shell(pgadmin, `/venv/bin/python3 -c "${login_through_pgpass}"`), "app");
    });
  }

  it("Kibana has its Elasticsearch", async () => {
    const { status } = (await json(hostOf("platform", "kibana"), "/api/status")) as {
      status: { overall: { level: string }; core: { elasticsearch: { level: string } } };
    };
    assert.deepEqual([status.overall.level, status.core.elasticsearch.level], ["available", "available"]);
  });
});

const serverList =
  "import json, sqlite3; db = sqlite3.connect('file:/var/lib/pgadmin/pgadmin4.db?mode=ro', uri=True); " +
  "print(json.dumps(db.execute('select name, host, port, maintenance_db, username from server').fetchall()))";
const login_through_pgpass =
  "import os, psycopg; c = psycopg.connect(host='haproxy', port=5432, dbname='app', user='app', " +
  "passfile=os.environ['PASSFILE'], connect_timeout=10); print(c.execute('select current_user').fetchone()[0])";

describe("the edge", () => {
  it("sends HTTP to HTTPS, same host and path", async () => {
    for (const host of [hostOf(release), hostOf("platform", "kibana")]) {
      const { status, headers } = await https({ host, path: "/some/page?x=1", scheme: "http" });
      assert.ok([301, 302, 307, 308].includes(status), `status ${status}`);
      const target = new URL(headers["location"] ?? "");
      assert.deepEqual([target.protocol, target.host], ["https:", host]);
      assert.equal(target.pathname + target.search, "/some/page?x=1");
    }
  });

  it("tells browsers to stay with HTTPS", async () => {
    for (const host of [hostOf(release), hostOf(release, "s3"), hostOf("platform", "kibana")]) {
      const { headers } = await https({ host });
      assert.equal(headers["strict-transport-security"], "max-age=31536000", host);
    }
  });

  it("knows nothing of other hosts", async () => {
    for (const host of [hostOf("staging-pr-8"), `www.${hostOf("platform")}`, "127.0.0.1"]) {
      assert.equal((await https({ host })).status, 404, host);
      assert.equal((await https({ host, auth: login })).status, 404, host);
    }
  });

  it("lets only allowed addresses to the consoles", async () => {
    const host = hostOf("platform", "traefik");
    // The node itself comes through Docker's bridge, this side of the cable by its own address.
    const { subnet } = privateDaemon().namespace;
    await up("platform", [], { env: { ADMIN_ALLOW: subnet } });
    try {
      await eventually("403 for the node itself", async () => {
        assert.equal((await https({ host, auth: login })).status, 403);
      });
      assert.equal(await fromOutside(host), 200);
      assert.equal((await https({ host: hostOf(release), path: "/healthz" })).status, 200, "the application");
    } finally {
      await up("platform");
    }
    await eventually("200 for the node itself", async () => {
      assert.equal(await visit(host, login), 200);
    });
  });
});

describe("the edge with HTTP_PORT and HTTPS_PORT", () => {
  /** The status of a page, and where that leads to. */
  async function askAt(scheme: "http" | "https", port: number): Promise<string> {
    const host = hostOf(release);
    const curl = ["curl", "-sk", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}"];
    const target = ["--resolve", `${host}:${port}:127.0.0.1`, `${scheme}://${host}:${port}/healthz`];
    return (await inside([...curl, ...target])).stdout.trim();
  }

  it("listens there and nowhere else, and sends HTTP to that port", async () => {
    await up("platform", [], { env: { HTTP_PORT: "8081", HTTPS_PORT: "8444" } });
    try {
      await eventually("200 at 8444", async () => {
        assert.equal(await askAt("https", 8444), "200");
      });
      assert.match(await askAt("http", 8081), new RegExp(`^30[1278] https://${hostOf(release)}:8444/healthz$`));
      const { stdout } = await inside(["ss", "-Hltn"]);
      const ports = [80, 443, 8081, 8444].filter((port) => new RegExp(`:${port}\\s`).test(stdout));
      assert.deepEqual(ports, [8081, 8444]);
    } finally {
      await up("platform");
    }
    await eventually("200 at 443", async () => {
      assert.equal(await askAt("https", 443), "200");
    });
  });
});

async function fromOutside(host: string): Promise<number> {
  const { stdout } = await run(
    [
      ...["curl", "-skL", "--max-time", "20", "--resolve", `${host}:443:${privateDaemon().namespace.address}`],
      ...["-o", "/dev/null", "-w", "%{http_code}", "-u", login, `https://${host}/`],
    ],
    { timeoutSeconds: 30 },
  );
  return Number(stdout);
}

describe("the guard of the Docker socket", () => {
  it("answers what Traefik asks and refuses the rest", async () => {
    const { State } = await (await containerOf("platform-traefik")).inspect();
    const { NetworkSettings } = await (await containerOf("platform-docker-guard")).inspect();
    const address = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    const ask = async (method: string, path: string) => {
      const url = `http://${address[0] ?? ""}:2375${path}`;
      const curl = ["curl", "-s", "--max-time", "10", "-o", "/dev/null", "-w", "%{http_code}", "-X", method, url];
      // The guard can be reached from Traefik's own network only.
      const { stdout } = await run(["nsenter", `--net=/proc/${State.Pid}/ns/net`, "--", ...curl], {
        timeoutSeconds: 20,
      });
      return Number(stdout);
    };
    for (const path of ["/version", "/services", "/v1.24/services", "/v1.24/tasks", "/networks", "/nodes"]) {
      assert.equal(await ask("GET", path), 200, `GET ${path}`);
    }
    const closed = ["/secrets", "/v1.40/secrets", "/configs", "/containers/json", "/info", "/swarm", "/images/json"];
    for (const path of closed) {
      assert.equal(await ask("GET", path), 403, `GET ${path}`);
    }
    const odd = ["/services/../secrets", "/services%2f..%2fsecrets", "//secrets", "/services/x", "/swarm/unlockkey"];
    for (const path of odd) {
      assert.ok([403, 404].includes(await ask("GET", path)), `GET ${path}`);
    }
    for (const method of ["POST", "PUT", "DELETE", "HEAD"]) {
      assert.equal(await ask(method, "/services"), 405, `${method} /services`);
    }
    assert.equal(await ask("POST", "/containers/create"), 405);
  });
});
