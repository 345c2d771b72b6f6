import { z } from "zod";
import { field } from "./problem.ts";
import { type Scale, type ServiceName, serviceNames, services } from "./services.ts";
import { isImageReference, parseDuration } from "./units.ts";

const image = field(
  z.string().max(512).refine(isImageReference).optional(),
  "an image reference name[:tag][@sha256:<64 hexadecimal digits>] in lower case",
  "write it like registry.example.com/team/app:1.4, or remove it for the image of src/images.ts",
);

const cpus = (standard: number) =>
  field(
    z.number().min(0.05).max(64).default(standard),
    "a number from 0.05 to 64 (CPUs)",
    `write it without unit or quotes, or remove it for ${standard}`,
  );

const greatestMemory = 262_144;

// Below a quarter of the usual size a service does not even start.
function memoryMb(standard: number) {
  const least = Math.max(16, standard / 4);
  return field(
    z.int().min(least).max(greatestMemory).default(standard),
    `an integer from ${least} to ${greatestMemory} (MB)`,
    `write it without unit or quotes, or remove it for ${standard}`,
  );
}

const single = z.literal(1).default(1);

const count = {
  members: {
    members: field(single, "1", "remove it: more than one member is not yet supported"),
  },
  replicas: {
    replicas: field(
      z.int().min(1).max(20).default(1),
      "an integer from 1 to 20",
      "write it without quotes, or remove it for 1",
    ),
  },
  one: { replicas: field(single, "1", "remove it: this service runs once") },
  "every node": { replicas: field(single, "1", "remove it: this service runs once on every node") },
} satisfies Record<Scale, Readonly<Record<string, z.ZodType>>>;

function section(name: ServiceName) {
  const { scale, memoryMb: memory, cpus: cores } = services[name];
  const keys = { image, ...count[scale], memoryMb: memoryMb(memory), cpus: cpus(cores) };
  return field(
    z.strictObject(keys).prefault({}),
    `a section with ${Object.keys(keys).join(", ")}`,
    "write keys and values below it, or remove it",
  );
}

const sections = Object.fromEntries(serviceNames.map((name) => [name, section(name)])) as Record<
  ServiceName,
  ReturnType<typeof section>
>;

function sectionsAt(home: "platform" | "environment") {
  const there = serviceNames.filter((name) => services[name].home === home || services[name].home === "both");
  return Object.fromEntries(there.map((name) => [name, sections[name]]));
}

export const servicesSchema = z.strictObject(sections);

/** What `pulumi config set --stack platform` may say. */
export const platformSchema = z.strictObject(sectionsAt("platform"));

const choice = {
  data: field(
    z.enum(["own", "shared"]).default("own"),
    "own or shared",
    "choose one: own gives each release a data tier, shared lends it that of <environment>-data",
  ),
  // Read by nothing yet.
  disposable: field(z.boolean().default(false), "true or false", "write it without quotes; checked, and not used yet"),
  keep: field(
    z.int().min(0).max(5).default(0),
    "an integer from 0 to 5 (releases)",
    "write it without quotes, or remove it for 0; so many former releases stay up for an instant rollback",
  ),
  ttl: field(
    z
      .string()
      .transform((text) => (text === "none" ? Infinity : (parseDuration(text) ?? NaN)))
      .refine((seconds) => seconds === Infinity || (seconds >= 3600 && seconds <= 366 * 86_400))
      .default(Infinity),
    "none, or a duration from 1h to 366d like 12h or 14d",
    "correct it, or remove it for none; `sgw gc` removes a release of that age",
  ),
  maxLive: field(
    z.int().min(1).max(50).default(10),
    "an integer from 1 to 50 (releases)",
    "write it without quotes, or remove it for 10; `sgw gc` removes the oldest beyond it",
  ),
};

/** What Pulumi.<environment>.yaml may say, and `pulumi config set` for a stack of that environment. */
export const environmentSchema = z.strictObject({ ...choice, ...sectionsAt("environment") });
