import assert from "node:assert/strict";
import { test } from "node:test";
import { pgbouncerIni } from "../../src/components/pgbouncer.ts";

await test("passwords are looked up in the database, never written into the file", () => {
  const text = pgbouncerIni(6432);
  assert.match(text, /^listen_port = 6432$/m);
  assert.match(text, /^auth_query = SELECT usename, passwd FROM pgbouncer\.get_auth\(\$1\)$/m);
  assert.doesNotMatch(text, /password *=/);
});

await test("a failover is not lengthened by the pooler's own patience", () => {
  assert.match(pgbouncerIni(6432), /^server_login_retry = 1$/m);
});

await test("the address of the member comes from the file the entry point keeps", () => {
  assert.match(pgbouncerIni(6432), /^%include \/tmp\/databases\.ini$/m);
});
