import { must } from "../../tools/command.ts";
import { quoted, shell } from "./container.ts";
import { containerOf } from "./world.ts";

const script = `curl -sS -m 30 -X "$1" -H 'Content-Type: application/json' \
  -K <(printf 'user = "elastic:%s"\\n' "$(< /run/secrets/elastic_password)") "http://127.0.0.1:$ES_PORT/$2" \${3:+-d "$3"}`;

/** Asks Elasticsearch as its superuser, from inside its own container; an answer that tells of an error is thrown. */
export async function elastic(method: string, path: string, body?: object): Promise<unknown> {
  const { id } = await containerOf("platform-elasticsearch-1");
  const words = [method, path, ...(body === undefined ? [] : [JSON.stringify(body)])];
  const text = await must(["docker", "exec", id, "bash", "-c", script, "elastic", ...words], { timeoutSeconds: 60 });
  const answer = JSON.parse(text) as { error?: unknown };
  if (answer.error !== undefined) throw new Error(`${method} ${path}: ${JSON.stringify(answer.error)}`);
  return answer;
}

const asApplication = `
import base64, json, sys, urllib.error, urllib.request
to = json.load(open("/run/secrets/connections"))["elasticsearch"]
login = base64.b64encode(f"{to['user']}:{to['password']}".encode()).decode()
request = urllib.request.Request(f"{to['hosts'][0]}/{sys.argv[1]}", headers={"Authorization": f"Basic {login}"})
try:
    answer = urllib.request.urlopen(request, timeout=20)
except urllib.error.HTTPError as refusal:
    answer = refusal
found = json.load(answer).get("hits", {}).get("hits", [])
print(json.dumps({"status": answer.status, "indices": [hit["_index"] for hit in found]}))
`;

/** Searches as a release's application would, with what it knows; of each document found, the index where it is. */
export async function searchAs(stack: string, indices: string): Promise<{ status: number; indices: string[] }> {
  const words = ["python3", "-c", quoted(asApplication), quoted(`${indices}/_search?size=100`)];
  const answer = await shell(`${stack}-daphne`, words.join(" "));
  return JSON.parse(answer) as { status: number; indices: string[] };
}

export interface LogLine {
  readonly message: string;
  readonly stack: string;
  readonly environment?: string;
  readonly pr?: string;
  readonly service?: string;
  readonly slot?: string;
}

/** The newest log lines of a stack that match, at most `size`; only what a search can see by now. */
export async function logLines(stack: string, match: object, size = 10): Promise<LogLine[]> {
  const query = { size, query: match, sort: [{ "@timestamp": "desc" }] };
  const found = (await elastic("POST", `logs-${stack}-*/_search`, query)) as {
    hits?: { hits?: { _source: LogLine }[] };
  };
  return (found.hits?.hits ?? []).map(({ _source }) => _source);
}
