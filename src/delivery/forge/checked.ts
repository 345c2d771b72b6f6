import { type z } from "zod";
import { malformed } from "./forge-error.ts";

/** What the API returned, if it has the form that we rely on. */
export function checked<T extends z.ZodType>(schema: T, call: string, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join(".") ?? "";
  throw malformed(call, `JSON of another form${path === "" ? "" : ` at ${path}`}`);
}
