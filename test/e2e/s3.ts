import { createHash, createHmac } from "node:crypto";

export interface S3Request {
  readonly method: string;
  readonly host: string;
  /** Of characters that need no escape: `/bucket/key`. */
  readonly path: string;
  readonly body?: string;
}

export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

const region = "us-east-1";

/** The headers that sign an S3 request with AWS Signature Version 4. */
export function signature({ method, host, path, body = "" }: S3Request, keys: S3Keys, now = new Date()) {
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const hash = sha256(body);
  const names = "host;x-amz-content-sha256;x-amz-date";
  const headers = `host:${host}\nx-amz-content-sha256:${hash}\nx-amz-date:${time}\n`;
  const scope = `${day}/${region}/s3/aws4_request`;
  const canonical = [method, path, "", headers, names, hash].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${keys.secretKey}`);
  const proof = hmac(key, text).toString("hex");
  return {
    "x-amz-date": time,
    "x-amz-content-sha256": hash,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope}, SignedHeaders=${names}, Signature=${proof}`,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
