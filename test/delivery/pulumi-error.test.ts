import assert from "node:assert/strict";
import { test } from "node:test";
import { PulumiError, withoutPasswords } from "../../src/delivery/pulumi-error.ts";

test("what Pulumi says is said once, and without the password of the backend", () => {
  const words =
    'error: unable to open state database "postgres://sgw:hunter2@db.example.com/state": failed to ping PostgreSQL';
  // As the Automation API has it.
  const failed = `Command failed with exit code 1: pulumi stack ls --json --non-interactive\n${words}`;
  const { message } = new PulumiError(new Error(`code: -2\n stdout: \n stderr: ${failed}\n err?: Error: ${failed}\n`));
  assert.equal(
    message,
    "pulumi failed, sgw doctor names what is wrong:\n" +
      'error: unable to open state database "postgres://****@db.example.com/state": failed to ping PostgreSQL',
  );
});

test("passwords go from addresses, wherever they stand, and nothing else does", () => {
  const texts = {
    "postgres://u:p%40w@h/d and s3://k:s@b?region=x": "postgres://****@h/d and s3://****@b?region=x",
    "postgres://u:p@w@h/d": "postgres://****@h/d",
    'parse "postgres://u:a/b\'c@h/d": invalid port ":a"': 'parse "postgres://****@h/d": invalid port ":a"',
    "postgres://h/d?password=p&sslmode=off": "postgres://h/d?password=****&sslmode=off",
    "s3://b?awssdk=v2&secret=x y": "s3://b?awssdk=v2&secret=**** y",
    "https://example.com/@team and root@host": "https://example.com/@team and root@host",
    "image registry.example.com/app@sha256:0": "image registry.example.com/app@sha256:0",
  };
  for (const [text, expected] of Object.entries(texts)) assert.equal(withoutPasswords(text), expected);
});
