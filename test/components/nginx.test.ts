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

await test("WebSockets are upgraded", () => {
  assert.match(text, /proxy_set_header Upgrade \$http_upgrade;/);
  assert.match(text, /proxy_set_header Connection \$connection_upgrade;/);
});
