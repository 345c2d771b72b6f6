package studygiveway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the scripts of a build in a real shell, so that quoting is tried too; npm and git are recorders. */
final class Shell {
  /** A script has failed. */
  static final class Failure extends RuntimeException {
    Failure(int code) {
      super("script returned exit code " + code);
    }
  }

  private static final int ENDED_BY_SIGTERM = 128 + 15;

  private final Path folder;
  private final Path recorder = Path.of("recorder").toAbsolutePath();

  Shell(Path folder) {
    this.folder = folder;
  }

  /** The calls of npm and git, arguments with a space between them. */
  List<String> calls() throws IOException {
    Path record = folder.resolve("record");
    if (Files.notExists(record)) return List.of();
    return Files.readAllLines(record).stream().map(line -> line.replace('\t', ' ')).toList();
  }

  /** What the script prints. */
  String run(String script, Map<String, String> env) throws IOException, InterruptedException {
    Process process = builder(script, env).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) throw new Failure(code);
    return output;
  }

  /** Asks every process of the script to end, as Jenkins does, while the first program that it calls is at work. */
  void abort(String script, Map<String, String> env) throws IOException, InterruptedException {
    int before = calls().size();
    ProcessBuilder builder = builder(script, env);
    builder.environment().put("ENDLESS", "yes");
    Process process = builder.start();
    for (int tries = 0; calls().size() == before; tries++) {
      if (tries == 1000) throw new AssertionError("no program was called");
      Thread.sleep(10);
    }
    List<ProcessHandle> programs = process.descendants().toList();
    if (programs.isEmpty()) throw new AssertionError("the program has ended by itself");
    programs.forEach(ProcessHandle::destroy);
    process.destroy();
    int code = process.waitFor();
    if (code != ENDED_BY_SIGTERM) throw new AssertionError("the script ended with exit code " + code);
  }

  private ProcessBuilder builder(String script, Map<String, String> env) {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-xe", "-c", script);
    builder.directory(folder.toFile()).redirectError(folder.resolve("stderr").toFile());
    builder.environment().clear();
    builder.environment().putAll(env);
    builder.environment().putAll(Map.of("PATH", recorder + ":/usr/bin:/bin", "RECORD", folder + "/record", "ANSWERS", folder.toString()));
    return builder;
  }
}
