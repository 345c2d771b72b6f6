import { type BadInput } from "./bad-inputs.ts";

const secret = "hunter2hunter2";

function bytes(...parts: (string | number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
}

/** Files that dotenv would read in silence, as something else than they say. */
export const badEnvFiles: readonly BadInput[] = [
  {
    title: "a NUL byte",
    env: bytes("DOMAIN=example.com\n", [0]),
    says: ".env: got a NUL byte, expected text",
    remedy: "UTF-8",
  },
  {
    title: "UTF-16",
    env: bytes([0xff, 0xfe], Buffer.from("DOMAIN=a.b", "utf16le").toString("latin1")),
    says: ".env: got a NUL byte, expected text",
    remedy: "UTF-8",
  },
  {
    title: "Latin-1",
    env: bytes(`ADMIN_PASSWORD=${secret}`, [0xe4]),
    says: ".env: got bytes that are not UTF-8, expected text",
    remedy: "UTF-8",
    secret,
  },
  {
    title: "a file of 1 MB",
    env: "#\n".repeat(500_000),
    says: ".env: got 1000000 bytes, expected 65536 at most",
    remedy: "right file",
  },
  {
    title: "a line of 5000 characters",
    env: `DOMAIN=${"a".repeat(4993)}`,
    says: "DOMAIN (.env:1): got a line of 5000 characters, expected 4096 at most",
    remedy: "shorten it",
  },
  {
    title: "a line without =",
    env: `# ours\nADMIN_PASSWORD ${secret}`,
    says: ".env:2: got a line that is not NAME=value, expected NAME=value",
    remedy: "one line",
    secret,
  },
  {
    title: "a colon for =",
    env: `ADMIN_PASSWORD: ${secret}`,
    says: ".env:1: got a line that is not NAME=value, expected NAME=value",
    remedy: "one line",
    secret,
  },
  {
    title: "a line without a name",
    env: `=${secret}`,
    says: ".env:1: got a line that is not NAME=value, expected NAME=value",
    remedy: "one line",
    secret,
  },
  {
    title: "a name with a space",
    env: "HTTP PORT=80",
    says: ".env:1: got a line that is not NAME=value, expected NAME=value",
    remedy: "one line",
  },
  {
    title: "an unclosed double quote",
    env: `ADMIN_PASSWORD="${secret}`,
    says: 'ADMIN_PASSWORD (.env:1): got an unclosed quote, expected " at both ends',
    remedy: "same line",
    secret,
  },
  {
    title: "an unclosed single quote",
    env: `ADMIN_PASSWORD='${secret}`,
    says: "ADMIN_PASSWORD (.env:1): got an unclosed quote, expected ' at both ends",
    remedy: "same line",
    secret,
  },
  {
    title: "a value of two lines",
    env: `DJANGO_SECRET_KEY="${secret}\n${secret}"`,
    says: "DJANGO_SECRET_KEY (.env:1): got an unclosed quote, expected",
    remedy: "same line",
    secret,
  },
  {
    title: "text after a quote",
    env: `ADMIN_PASSWORD="${secret}"x`,
    says: "ADMIN_PASSWORD (.env:1): got text after the closing quote, expected nothing there",
    remedy: "into quotes",
    secret,
  },
  {
    title: "a quote in the middle",
    env: `ADMIN_PASSWORD=hunter"${secret}"`,
    says: "ADMIN_PASSWORD (.env:1): got a quote inside a value, expected none",
    remedy: "into quotes",
    secret,
  },
  {
    title: "a backslash in double quotes",
    env: `REGISTRY_PASSWORD="a\\n${secret}"`,
    says: "REGISTRY_PASSWORD (.env:1): got a backslash in double quotes, expected none",
    remedy: "single quotes",
    secret,
  },
  {
    title: "# in a value",
    env: `ADMIN_PASSWORD=hunter#${secret}`,
    says: "ADMIN_PASSWORD (.env:1): got # inside a value, expected quotes around it",
    remedy: "single quotes",
    secret,
  },
  {
    title: "a command to substitute",
    env: `ADMIN_PASSWORD=$(cat ${secret})`,
    says: "ADMIN_PASSWORD (.env:1): got `...`, $(...) or ${...}, expected the value itself",
    remedy: "nothing is expanded",
    secret,
  },
  {
    title: "backticks",
    env: "ADMIN_PASSWORD=`hostname`",
    says: "ADMIN_PASSWORD (.env:1): got `...`, $(...) or ${...}, expected the value itself",
    remedy: "nothing is expanded",
  },
  {
    title: "a variable to expand",
    env: 'DOMAIN="${HOST}.example.com"',
    says: "DOMAIN (.env:1): got `...`, $(...) or ${...}, expected the value itself",
    remedy: "nothing is expanded",
  },
  {
    title: "a name twice",
    env: "HTTP_PORT=8080\nHTTP_PORT=8081",
    says: "HTTP_PORT (.env:2): got the name a second time, expected it once",
    remedy: "line 1",
  },
  {
    title: "a name twice, once exported",
    env: "HTTP_PORT=8080\nexport HTTP_PORT=8080",
    says: "HTTP_PORT (.env:2): got the name a second time, expected it once",
    remedy: "line 1",
  },
  {
    title: "a misspelt name",
    env: "HTTP_PROT=8080",
    says: "HTTP_PROT (.env:1): got an unknown name, expected a known name",
    remedy: "did you mean HTTP_PORT?",
  },
  {
    title: "a name in lower case",
    env: `admin_password=${secret}`,
    says: "admin_password (.env:1): got an unknown name, expected a known name",
    remedy: "did you mean ADMIN_PASSWORD?",
    secret,
  },
  {
    title: "a name nobody knows",
    env: "COLOUR=blue",
    says: "COLOUR (.env:1): got an unknown name, expected a known name",
    remedy: "remove it",
  },
  {
    title: "a name out of JavaScript",
    env: "__proto__=1",
    says: "__proto__ (.env:1): got an unknown name, expected a known name",
    remedy: "remove it",
  },
];
