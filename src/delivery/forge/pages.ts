import { malformed } from "./forge-error.ts";

/** The most that both forges put on a page. */
export const pageSize = 100;

const mostPages = 100;
const mostReadings = 4;

export interface Page<T> {
  readonly items: readonly T[];
  /** Whether the forge names a next page. */
  readonly hasNext: boolean;
}

type ReadPage<T> = (page: number) => Promise<Page<T>>;

/**
 * Every item of a list, from its first page on. A full page is followed by another question even where the forge names
 * no next one, because a proxy that drops the header would else cut the list off unseen.
 */
export async function readPages<T>(call: string, read: ReadPage<T>): Promise<T[]> {
  return (await readAll(call, read)).items;
}

/**
 * The same for a list whose shortness would be mistaken for an end: while it is read page by page, an item that leaves
 * an earlier page moves the others up, and the one on the edge is on neither. So a list of several pages counts when
 * two readings in a row agree.
 */
export async function readSteadily<T>(call: string, read: ReadPage<T>, key: (item: T) => number): Promise<T[]> {
  let former = await readAll(call, read);
  for (let reading = 1; former.pages > 1; reading++) {
    if (reading === mostReadings) throw malformed(call, `a list that changed in each of ${mostReadings} readings`);
    const next = await readAll(call, read);
    if (isSame(former.items.map(key), next.items.map(key))) return next.items;
    former = next;
  }
  return former.items;
}

async function readAll<T>(call: string, read: ReadPage<T>): Promise<{ readonly items: T[]; readonly pages: number }> {
  const items: T[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { items: more, hasNext } = await read(page);
    items.push(...more);
    if (!hasNext && more.length < pageSize) return { items, pages: page };
  }
  throw malformed(call, `more than ${mostPages} pages`);
}

function isSame(former: readonly number[], next: readonly number[]): boolean {
  const [before, after] = [new Set(former), new Set(next)];
  return before.size === after.size && next.every((key) => before.has(key));
}
