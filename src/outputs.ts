import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { environments } from "./identity.ts";

/** Where the database answers, through HAProxy and PgBouncer. */
export interface PostgresConnection {
  readonly host: string;
  /** Leads to the primary. */
  readonly port: number;
  /** Leads to a replica, or to the primary where there is none. */
  readonly roPort: number;
  readonly database: string;
  readonly user: string;
  readonly password: pulumi.Input<string>;
}

export interface RedisStackConnection {
  readonly host: string;
  readonly port: number;
  readonly password: pulumi.Input<string>;
}

const postgres = z.strictObject({
  host: z.string(),
  port: z.number(),
  roPort: z.number(),
  database: z.string(),
  user: z.string(),
  password: z.string(),
});
const redisStack = z.strictObject({ host: z.string(), port: z.number(), password: z.string() });
const memcached = z.strictObject({ hosts: z.array(z.string()) });
const minio = z.strictObject({ endpoint: z.string(), accessKey: z.string(), secretKey: z.string() });
const network = z.strictObject({ id: z.string(), name: z.string() });
const urls = z.record(z.string(), z.string());

/** What a data tier tells those who use it. */
const dataConnections = z.strictObject({ postgres, redisStack, memcached, minio });
export type DataConnections = z.infer<typeof dataConnections>;

/** What the application is told of all it talks to. */
export interface Connections extends Omit<DataConnections, "minio"> {
  readonly minio: DataConnections["minio"] & { readonly bucket: string };
  readonly elasticsearch: {
    readonly hosts: string[];
    readonly user: string;
    readonly password: string;
    readonly indexPrefix: string;
  };
  readonly logstash: { readonly host: string; readonly port: number };
}

/** The outputs of the stack `platform`. Secrets stand in outputs of their own, since one makes a whole output secret. */
export const platformOutputs = z.strictObject({
  networks: z.strictObject({ edge: network, admin: network, logs: network }),
  elasticsearch: z.strictObject({ hosts: z.array(z.string()) }),
  elasticsearchPasswords: z.record(z.enum(environments), z.string()),
  logstash: z.strictObject({ host: z.string(), port: z.number() }),
  adminUser: z.string(),
  adminPassword: z.string(),
  urls,
  services: z.array(z.string()),
});

/** The outputs of a stack `<environment>-data`. */
export const dataOutputs = z.strictObject({
  network,
  connections: dataConnections,
  /** What the application signs with: sessions outlive a release where its data does. */
  secretKey: z.string(),
  urls,
  services: z.array(z.string()),
});

/** The outputs of a release. */
export const releaseOutputs = z.strictObject({
  url: z.string(),
  image: z.string(),
  urls,
  services: z.array(z.string()),
});

/** A stack's outputs before Pulumi has waited for them. */
export type Exports<T extends z.ZodObject> = { readonly [K in keyof z.infer<T>]: pulumi.Input<z.infer<T>[K]> };

/** Another stack's outputs, checked before anything is made of them. */
export class Borrowed<T extends z.ZodObject> {
  readonly #schema: T;
  readonly #reference: pulumi.StackReference;

  private constructor(schema: T, reference: pulumi.StackReference) {
    this.#schema = schema;
    this.#reference = reference;
  }

  /** Waits for the outputs, so that a stack whose lender is missing is refused before its first resource. */
  static async from<T extends z.ZodObject>(stack: string, schema: T): Promise<Borrowed<T>> {
    const path = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
    const reference = new pulumi.StackReference(path);
    const outputs = await new Promise<Readonly<Record<string, unknown>>>((resolve) => {
      reference.outputs.apply(resolve);
    });
    const fields = Object.entries<z.ZodType>(schema.shape);
    const wrong = fields.filter(([name, field]) => !field.safeParse(outputs[name]).success).map(([name]) => name);
    if (wrong.length === 0) return new Borrowed(schema, reference);
    const what = `${wrong.map((name) => `"${name}"`).join(", ")} missing or of another form`;
    throw new pulumi.RunError(
      `stack ${stack}: outputs ${what}, run "sgw up ${stack}" or "pulumi up --stack ${stack}" first`,
    );
  }

  get<K extends keyof z.infer<T> & string>(name: K): pulumi.Output<z.infer<T>[K]> {
    const field = this.#schema.shape[name] as z.ZodType<z.infer<T>[K]>;
    return this.#reference.getOutput(name).apply((value) => field.parse(value));
  }
}
