import { join } from "node:path";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/environment.ts";
import { ensurePrograms } from "../../tools/packages.ts";
import { createProgress } from "../../tools/progress.ts";
import { script } from "../../tools/script.ts";
import { failure, summary } from "./verdict.ts";

const usage = `usage: npm run test:pipeline

Runs the Jenkinsfile as Jenkins would for merges to the three branches, for a pull request, with an abort and with failures
at each stage. Needs a JDK of version 17 or later and Maven, which gets its packages from its repository the first time.
`;

script(usage, {}, async () => {
  await createProgress().step("pipeline", async (say) => {
    const programs = [
      { command: "mvn", package: "maven" },
      { command: "javac", package: "default-jdk-headless" },
    ];
    await ensurePrograms(programs, "testing the Jenkinsfile", say);
    const maven = ["mvn", "-B", "-ntp", "-Dstyle.color=never", "-f", join(root, "test", "jenkins"), "test"];
    const { code, stdout, stderr } = await run(maven, { cwd: root, timeoutSeconds: 900 });
    const count = summary(stdout);
    if (code !== 0 || count === undefined) throw failure(code, `${stdout}\n${stderr}`);
    return { value: undefined, said: `${String(count)} builds of the Jenkinsfile went as they should` };
  });
  return 0;
});
