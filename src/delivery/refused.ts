import { line, type Problem } from "../settings/problem.ts";

/** What was asked for is not done, and what users reach is as it was: exit code 2. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(problem: Problem) {
    super(line(problem));
  }
}
