package studygiveway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JenkinsfileTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String DIGEST = "registry.example.org/team/daphne@sha256:" + "ab".repeat(32);
  private static final String URL = "https://jenkins.example.org/job/studygiveway/job/x/1/";
  private static final String MESSAGE = "Merge pull request #41 from team/feature";
  private static final String NUMBER = "pull-request --commit " + COMMIT + " --message=" + MESSAGE;

  @TempDir Path folder;

  private Build merge(String branch) throws Exception {
    return new Build(folder, Map.of("BRANCH_NAME", branch))
        .answer("log", 0, MESSAGE + "\n")
        .answer("pull-request", 0, "41\n")
        .answer("build", 0, "registry.example.org/team/daphne:pr-41\n")
        .answer("push", 0, DIGEST + "\n");
  }

  private Build pullRequest() throws Exception {
    Map<String, String> env = new HashMap<>(Map.of("BRANCH_NAME", "PR-41", "CHANGE_ID", "41", "CHANGE_TARGET", "staging"));
    env.put("CHANGE_BRANCH", "$(touch pwned);`touch pwned`");
    env.put("ENV_FILE", "/run/secrets/env");
    return new Build(folder, env);
  }

  private static String report(String state) {
    return "report --pr 41 --commit " + COMMIT + " --state " + state + " --url " + URL;
  }

  @Test
  void aMergeToStagingIsBuiltOncePushedAndPromotedByItsDigest() throws Exception {
    Build build = merge("staging").run();
    assertEquals("SUCCESS", build.result);
    assertEquals(List.of("prepare", "build", "push", "promote"), build.stages);
    assertEquals(
        List.of(NUMBER, "build --pr 41", "push --pr 41 --if-registry", "promote staging --pr 41 --yes --image " + DIGEST, report("success")),
        build.verbs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"qa", "prod"})
  void aMergeFurtherOnTakesWhatRanInTheStageBefore(String branch) throws Exception {
    Build build = merge(branch).run();
    assertEquals("SUCCESS", build.result);
    assertEquals(List.of("prepare", "promote"), build.stages);
    assertEquals(List.of(NUMBER, "promote " + branch + " --pr 41 --yes", report("success")), build.verbs());
  }

  @Test
  void withoutARegistryTheImageStaysOnItsNode() throws Exception {
    Build build = merge("staging").answer("push", 0, "registry.example.org/team/daphne:pr-41\n").run();
    assertEquals("SUCCESS", build.result);
    assertTrue(build.verbs().contains("promote staging --pr 41 --yes --image registry.example.org/team/daphne:pr-41"), build.verbs().toString());
  }

  @Test
  void aPullRequestIsCheckedWithoutTheDeploymentsSettingsAndPreviewed() throws Exception {
    Build build = pullRequest().run();
    assertEquals("SUCCESS", build.result);
    assertEquals(List.of("prepare", "check", "preview"), build.stages);
    assertEquals(
        List.of("npm ci --no-audit --no-fund", "npm run check", "ENV_FILE="), build.calls().subList(0, 3));
    assertEquals(List.of("preview staging-pr-41 --comment", report("success")), build.verbs());
    assertEquals("/run/secrets/env", build.env.get("ENV_FILE"));
  }

  @Test
  void aPullRequestThatFailsItsChecksIsNotPreviewed() throws Exception {
    Build build = pullRequest().answer("check", 1, "").run();
    assertEquals("FAILURE", build.result);
    assertEquals(List.of(report("failure")), build.verbs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"build --pr", "push --pr", "promote"})
  void anAbortEndsTheBuildThereAndIsReported(String verb) throws Exception {
    Build build = merge("staging").abortAt(verb).run();
    assertEquals("ABORTED", build.result);
    List<String> verbs = build.verbs();
    assertTrue(verbs.get(verbs.size() - 2).startsWith(verb), verbs.toString());
    assertEquals(report("failure"), verbs.get(verbs.size() - 1));
  }

  @Test
  void theRunAfterAnAbortAsksForTheSame() throws Exception {
    List<String> before = merge("qa").abortAt("promote").run().verbs();
    Files.delete(folder.resolve("record"));
    List<String> after = merge("qa").run().verbs();
    assertEquals(before.get(1), after.get(1));
  }

  @Test
  void anAbortBeforeThePullRequestIsKnownReportsNothing() throws Exception {
    Build build = merge("prod").abortAt("npm ci").run();
    assertEquals("ABORTED", build.result);
    assertEquals(List.of(), build.verbs());
  }

  @Test
  void aPromotionThatFailsFailsTheBuildAndIsReported() throws Exception {
    Build build = merge("prod").answer("promote", 1, "").run();
    assertEquals("FAILURE", build.result);
    assertEquals(List.of(NUMBER, "promote prod --pr 41 --yes", report("failure")), build.verbs());
  }

  @ParameterizedTest
  @CsvSource({"build, 1", "build, 2", "push, 1", "push, 2"})
  void whatWasNotBuiltOrPushedIsNotPromoted(String verb, int code) throws Exception {
    Build build = merge("staging").answer(verb, code, "").run();
    assertEquals("FAILURE", build.result);
    assertTrue(build.verbs().stream().noneMatch(call -> call.startsWith("promote")), build.verbs().toString());
    assertTrue(build.verbs().contains(report("failure")));
  }

  @Test
  void aCommitThatMergedNothingIsNotDeployed() throws Exception {
    Build build = merge("staging").answer("pull-request", 1, "").run();
    assertEquals("FAILURE", build.result);
    assertEquals(List.of(NUMBER), build.verbs());
  }

  @Test
  void aForgeThatDoesNotListenFailsNoDeployment() throws Exception {
    assertEquals("UNSTABLE", merge("prod").answer("report", 1, "").run().result);
    assertEquals("FAILURE", merge("prod").answer("promote", 1, "").run().result);
  }

  @Test
  void whatOthersWroteIsNeverRun() throws Exception {
    String message = "Merge pull request #41 from x/$(touch pwned)\n\n`touch pwned` '; touch pwned; \" --yes";
    Build build = merge("qa").answer("log", 0, message).run();
    assertTrue(build.verbs().get(0).endsWith(" --message=" + message.replace('\n', ' ')), build.verbs().toString());
    pullRequest().run();
    assertFalse(Files.exists(folder.resolve("pwned")));
  }

  @Test
  void noTextOfTheGroovyIsPutTogether() throws Exception {
    String text = Files.readString(Path.of("../../Jenkinsfile"));
    assertFalse(text.replaceAll("'''(?s:.*?)'''|'[^'\n]*'|//.*", "").contains("\""), "a string that Groovy would fill in");
  }

  @Test
  void anotherBranchDeploysNothing() throws Exception {
    Build build = merge("feature").run();
    assertEquals(List.of("prepare"), build.stages);
    assertEquals(List.of(NUMBER, report("success")), build.verbs());
  }

  @Test
  void buildsOfABranchWaitForEachOtherAndNothingRunsForEver() throws Exception {
    Build build = merge("prod").run();
    assertEquals("deploy", build.label);
    assertEquals(Map.of("abortPrevious", false), build.options.get("disableConcurrentBuilds"));
    for (String stage : List.of("", "prepare/", "check/", "preview/", "build/", "push/", "promote/"))
      assertTrue(build.options.containsKey(stage + "timeout"), stage);
  }
}
