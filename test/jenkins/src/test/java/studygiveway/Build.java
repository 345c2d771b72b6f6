package studygiveway;

import com.lesfurets.jenkins.unit.BasePipelineTest;
import groovy.lang.Closure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One build of the Jenkinsfile. What a declarative pipeline means is said here, as far as the Jenkinsfile uses it: any other
 * step fails the test.
 */
final class Build extends BasePipelineTest {
  /** A user or a timeout ended the build. */
  static final class Abort extends RuntimeException {
    Abort() {
      super("aborted");
    }
  }

  final Map<String, String> env = new HashMap<>();
  /** The options of the pipeline, and those of stages after their name and a slash. */
  final Map<String, Object> options = new LinkedHashMap<>();
  final List<String> stages = new ArrayList<>();
  String label;
  String result = "SUCCESS";

  private final Path folder;
  private final Path repository = Path.of("../..").toAbsolutePath().normalize();
  private final Shell shell;
  private final Deque<List<Boolean>> conditions = new ArrayDeque<>();
  private final Map<String, Closure<?>> blocks = new HashMap<>();
  private String stage = "";
  private boolean isDue;
  private String abortedAt;

  Build(Path folder, Map<String, String> env) throws Exception {
    this.folder = folder;
    shell = new Shell(folder);
    this.env.put("GIT_COMMIT", "0123456789abcdef0123456789abcdef01234567");
    this.env.put("BUILD_URL", "https://jenkins.example.org/job/studygiveway/job/x/1/");
    this.env.putAll(env);
    setScriptRoots(repository.toString());
    setScriptExtension("");
    setImports(Map.of());
    setUp();
  }

  /** What `verb` prints, and its exit code. */
  Build answer(String verb, int code, String text) throws IOException {
    Files.writeString(folder.resolve(verb), text);
    Files.writeString(folder.resolve(verb + ".code"), Integer.toString(code));
    return this;
  }

  /** Ends the build in the middle of the first script that contains `text`: its npm or git does not come to an end by itself. */
  Build abortAt(String text) {
    abortedAt = text;
    return this;
  }

  Build run() throws Exception {
    getBinding().setVariable("env", env);
    getBinding().setVariable("currentBuild", new Current());
    runScript("Jenkinsfile");
    return this;
  }

  List<String> calls() throws IOException {
    return shell.calls();
  }

  /** Those of sgw, without what they have in common. */
  List<String> verbs() throws IOException {
    String common = "npm run --silent sgw -- ";
    return shell.calls().stream().filter(call -> call.startsWith(common)).map(call -> call.substring(common.length())).toList();
  }

  /** What `currentBuild` is to the script. */
  public final class Current {
    public String getCurrentResult() {
      return result;
    }
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    structure();
    conditionals();
    steps();
  }

  private void structure() {
    define("pipeline", Closure.class, arguments -> {
      call(arguments[0]);
      runStages();
      runPost();
      return null;
    });
    for (String block : List.of("stages", "post", "always", "steps")) {
      define(block, Closure.class, arguments -> blocks.put(block, (Closure<?>) arguments[0]));
    }
    define("agent", Closure.class, arguments -> call(arguments[0]));
    define("label", String.class, arguments -> label = (String) arguments[0]);
    define("options", Closure.class, arguments -> call(arguments[0]));
    define("disableConcurrentBuilds", Map.class, arguments -> options.put("disableConcurrentBuilds", arguments[0]));
    define("timeout", Map.class, arguments -> options.put(stage + "timeout", arguments[0]));
    define("buildDiscarder", Map.class, arguments -> options.put("buildDiscarder", arguments[0]));
    define("logRotator", Map.class, arguments -> arguments[0]);
    define("stage", new Class<?>[] {String.class, Closure.class}, arguments -> {
      runStage((String) arguments[0], arguments[1]);
      return null;
    });
  }

  private void runStages() {
    try {
      call(blocks.remove("stages"));
    } catch (Abort abort) {
      result = "ABORTED";
    } catch (Shell.Failure failure) {
      result = "FAILURE";
    }
  }

  private void runPost() {
    call(blocks.remove("post"));
    call(blocks.remove("always"));
  }

  private void runStage(String name, Object body) {
    stage = name + "/";
    isDue = true;
    call(body);
    stage = "";
    Closure<?> steps = blocks.remove("steps");
    if (!isDue) return;
    stages.add(name);
    call(steps);
  }

  private void conditionals() {
    define("when", Closure.class, arguments -> isDue = collected(arguments[0]).stream().allMatch(Boolean::booleanValue));
    define("anyOf", Closure.class, arguments -> {
      boolean any = collected(arguments[0]).contains(true);
      return conditions.peek().add(any);
    });
    define("branch", String.class, arguments -> conditions.peek().add(arguments[0].equals(env.get("BRANCH_NAME"))));
    define("changeRequest", new Class<?>[0], arguments -> conditions.peek().add(env.containsKey("CHANGE_ID")));
  }

  private List<Boolean> collected(Object body) {
    conditions.push(new ArrayList<>());
    call(body);
    return conditions.pop();
  }

  private void steps() {
    define("script", Closure.class, arguments -> call(arguments[0]));
    define("sh", String.class, arguments -> shell((String) arguments[0], false));
    define("sh", Map.class, arguments -> {
      Map<?, ?> given = (Map<?, ?>) arguments[0];
      if (!List.of("label", "returnStdout", "script").containsAll(given.keySet())) throw new IllegalArgumentException("sh " + given);
      return shell((String) given.get("script"), Boolean.TRUE.equals(given.get("returnStdout")));
    });
    define("timeout", new Class<?>[] {Map.class, Closure.class}, arguments -> call(arguments[1]));
    define("withEnv", new Class<?>[] {List.class, Closure.class}, arguments -> {
      Map<String, String> before = Map.copyOf(env);
      for (Object pair : (List<?>) arguments[0]) env.put(pair.toString().split("=", 2)[0], pair.toString().split("=", 2)[1]);
      try {
        return call(arguments[1]);
      } finally {
        env.clear();
        env.putAll(before);
      }
    });
    define("catchError", new Class<?>[] {Map.class, Closure.class}, arguments -> {
      try {
        return call(arguments[1]);
      } catch (Abort abort) {
        throw abort;
      } catch (RuntimeException failure) {
        if (result.equals("SUCCESS")) result = (String) ((Map<?, ?>) arguments[0]).get("buildResult");
        return null;
      }
    });
  }

  private String shell(String script, boolean isStdoutWanted) {
    try {
      if (abortedAt != null && script.contains(abortedAt)) {
        abortedAt = null;
        shell.abort(script, env);
        throw new Abort();
      }
      String output = shell.run(script, env);
      return isStdoutWanted ? output : null;
    } catch (IOException | InterruptedException error) {
      throw new AssertionError(error);
    }
  }

  private Object call(Object closure) {
    return closure == null ? null : ((Closure<?>) closure).call();
  }

  private void define(String name, Class<?> argument, Function<Object[], Object> step) {
    define(name, new Class<?>[] {argument}, step);
  }

  @SuppressWarnings({"rawtypes", "unchecked"})
  private void define(String name, Class<?>[] types, Function<Object[], Object> step) {
    getHelper().registerAllowedMethod(name, (List) Arrays.asList(types), new Closure<Object>(this) {
      @Override
      public Class[] getParameterTypes() {
        return types;
      }

      @Override
      public int getMaximumNumberOfParameters() {
        return types.length;
      }

      @Override
      public Object call(Object... arguments) {
        return step.apply(arguments);
      }
    });
  }
}
