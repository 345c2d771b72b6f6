import { type Gitlab } from "@gitbeaker/rest";
import { type Send } from "./sender.ts";

type RequesterFor = NonNullable<ConstructorParameters<typeof Gitlab>[0]["requesterFn"]>;
type Requester = ReturnType<RequesterFor>;
type Options = Parameters<Requester["post"]>[1];

/**
 * How Gitbeaker asks: through our sender. Its own way repeats a question ten times and puts the token into its errors.
 */
export function requesterFor(send: Send): RequesterFor {
  return ({ url, authHeaders }) => {
    const ask =
      (method: string) =>
      async (endpoint: string, { searchParams, body }: NonNullable<Options> = {}) => {
        const target = new URL(endpoint, `${url.replace(/\/+$/, "")}/`);
        for (const [name, value] of fields(searchParams)) target.searchParams.set(name, String(value));
        const headers: Record<string, string> = { accept: "application/json", "user-agent": "studygiveway-infra" };
        for (const [name, value] of Object.entries(authHeaders)) headers[name] = await value();
        const hasBody = body !== undefined && method !== "GET" && method !== "DELETE";
        if (hasBody) headers["content-type"] = "application/json";
        const response = await send(target.href, {
          method,
          headers,
          ...(hasBody && { body: JSON.stringify(Object.fromEntries(fields(body))) }),
        });
        const text = await response.text();
        return {
          body: text === "" ? null : (JSON.parse(text) as unknown),
          headers: Object.fromEntries(response.headers),
          status: response.status,
        };
      };
    const methods = { get: "GET", post: "POST", put: "PUT", patch: "PATCH", delete: "DELETE" };
    return Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [name, ask(method)]),
    ) as unknown as Requester;
  };
}

/** GitLab writes its names with underscores; what is not given is left out. */
function fields(values: object = {}): [name: string, value: unknown][] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value as unknown]],
  );
}
