import { parseArgs } from "node:util";
import { Refusal } from "../../tools/refusal.ts";
import { generate } from "./generate.ts";
import { defaults, type Plan, planOf } from "./plan.ts";
import { summaryTable } from "./report.ts";
import { type Counters, type LoadResult } from "./result.ts";

// A process of its own, since it has to run where the ports of a private Docker Engine are.

const usage = `usage: node test/load/generator.ts --host HOST [--rate N] [--seconds N] [--sockets N] [--patience N]
         [--upload N] [--address IP] [--port N] [--json]

Sends requests to a site on this machine at moments that are fixed before, whatever the answers, and says what became of each:
GET and POST on connections that are kept and on new ones, POST of 1 MB, POST of a slow client, GET that takes 2 s, and
WebSockets that echo.

  --host HOST    the name of the site (SNI, Host); any certificate will do
  --rate N       requests per second, 1 to 1000 (default ${defaults.rate})
  --seconds N    for how long, 1 to 3600 (default ${defaults.seconds})
  --sockets N    WebSockets, 0 to 100 (default ${defaults.sockets})
  --patience N   seconds after which what is not answered is lost, 1 to 300 (default ${defaults.patience})
  --upload N     seconds a slow client takes for its POST, 0 to 60 (default ${defaults.upload})
  --address IP   where the site is, a loopback address (default ${defaults.address})
  --port N       (default ${defaults.port})
  --json         prints a line of JSON each second, {"counters": ...}, and {"result": ...} at the end, instead of a table

SIGINT and SIGTERM end it in order: it sends nothing more, waits for what is under way, and prints the result.
Exit code: 0 when nothing was lost, 1 when something was, 2 when it was called in a wrong way.
`;

/** A line of its output with --json. */
export type Line = { readonly counters: Counters } | { readonly result: LoadResult };

const numeric = ["rate", "seconds", "sockets", "patience", "upload", "port"] as const;

interface Options {
  readonly plan: Plan;
  readonly isJson: boolean;
}

function options(argv: readonly string[]): Options | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      host: text,
      address: text,
      rate: text,
      seconds: text,
      sockets: text,
      patience: text,
      upload: text,
      port: text,
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return undefined;
  const { host = "", address, json = false, ...texts } = values;
  const numbers: Partial<Record<(typeof numeric)[number], number>> = {};
  for (const name of numeric) if (texts[name] !== undefined) numbers[name] = Number(texts[name]);
  const plan = planOf({ host, ...(address === undefined ? {} : { address }), ...numbers });
  return { plan, isJson: json };
}

/** A second signal ends it at once. */
function untilTold(): AbortSignal {
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (end.signal.aborted) process.exit(130);
      end.abort();
    });
  }
  // Nobody is left who would read the result.
  process.on("disconnect", () => {
    process.exit(130);
  });
  // Whoever listens to the channel would otherwise never end.
  process.channel?.unref();
  return end.signal;
}

async function main(argv: readonly string[]): Promise<number> {
  let given: Options | undefined;
  try {
    given = options(argv);
  } catch (error) {
    const isOurs = error instanceof Refusal || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
    if (!isOurs) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  if (given === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const { plan, isJson } = given;
  const print = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const result = await generate(plan, {
    signal: untilTold(),
    onSecond: (counters) => {
      if (isJson) print({ counters });
    },
  });
  if (isJson) print({ result });
  else process.stdout.write(`${summaryTable(result)}\n`);
  return result.lost === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
