/** Something this machine lacks or the user got wrong: shown without a stack trace, with what to do. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(problem: string, remedy: string) {
    super(`${problem}: ${remedy}`);
  }
}
