import assert from "node:assert/strict";
import { test } from "node:test";
import { findProgram, isDebian, searchPath } from "../../tools/packages.ts";

test("Debian and what derives from it are told from the rest", () => {
  assert.ok(isDebian('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'));
  assert.ok(isDebian("ID=ubuntu\nID_LIKE=debian\n"));
  assert.ok(isDebian('ID=linuxmint\nID_LIKE="ubuntu debian"\n'));
  assert.ok(!isDebian('NAME="Fedora"\nID=fedora\nHOME_URL=https://debian.org\n'));
});

test("administrators' folders are searched too", () => {
  assert.deepEqual(searchPath({ PATH: "/a::/b" }), ["/a", "/b", "/usr/local/sbin", "/usr/sbin", "/sbin"]);
  assert.equal(findProgram("no-such-program-anywhere"), undefined);
  assert.ok(findProgram("sh", { PATH: "/bin" })?.endsWith("/sh"));
});
