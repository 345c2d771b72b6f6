import assert from "node:assert/strict";
import { test } from "node:test";
import { nginxConfig } from "../../src/components/nginx.ts";

const text = nginxConfig(8080, "daphne:8000");

await test("the upstream is a variable, so that nginx asks for its address again", () => {
  assert.match(text, /set \$upstream http:\/\/daphne:8000;/);
  assert.match(text, /resolver 127\.0\.0\.11 valid=1s/);
  assert.doesNotMatch(text, /proxy_pass http/);
});

await test("only requests that may run twice are tried again", () => {
  assert.match(text, /proxy_next_upstream error timeout;/);
  assert.doesNotMatch(text, /non_idempotent/);
});

await test("health goes through to the application, or is that of nginx alone, and stays out of the log", () => {
  assert.match(text, /location = \/healthz \{\n +access_log off;\n +proxy_pass \$upstream;/);
  assert.match(text, /listen unix:\/tmp\/health\.sock;\n +access_log off;\n +return 204;/);
});

await test("of requests, those that failed or were tried twice are in its log", () => {
  const quiet = /map "\$status \$upstream_addr" \$is_told \{\n +"~(.*)" 0;\n +default 1;/.exec(text)?.[1] ?? "(";
  const isTold = (answer: string) => !new RegExp(quiet).test(answer);
  assert.deepEqual(["200 10.0.1.2:8000", "101 10.0.1.2:8000", "304 -"].map(isTold), [false, false, false]);
  assert.deepEqual(["502 10.0.1.2:8000", "404 -", "200 10.0.1.2:8000, 10.0.1.3:8000"].map(isTold), [true, true, true]);
  assert.match(text, /access_log \/dev\/stdout json if=\$is_told;/);
});

await test("WebSockets are upgraded", () => {
  assert.match(text, /proxy_set_header Upgrade \$http_upgrade;/);
  assert.match(text, /proxy_set_header Connection \$connection_upgrade;/);
});
