import assert from "node:assert/strict";
import { test } from "node:test";
import { javaOptions } from "../../src/components/jenkins.ts";

await test("Jenkins asks nothing on its first start and leaves half of the memory to the rest", () => {
  assert.equal(javaOptions(1024), "-Xmx512m -Djenkins.install.runSetupWizard=false");
});
