/** A comment as both forges have it. */
interface Comment {
  readonly id: number;
  readonly author: number;
  readonly body: string;
}

/** The comments of one pull request. */
export interface Comments {
  /** The id of the account that the token belongs to. */
  readonly viewer: () => Promise<number>;
  readonly list: () => Promise<readonly Comment[]>;
  readonly create: (body: string) => Promise<void>;
  readonly edit: (id: number, body: string) => Promise<void>;
  /** One that is gone already counts as removed. */
  readonly remove: (id: number) => Promise<void>;
}

/**
 * Keeps exactly one comment of ours that begins with the marker. Who else copies the marker is left alone, and where two
 * of our programs wrote one at the same time, or an answer was lost and the question repeated, the oldest stays.
 */
export async function keepComment(comments: Comments, marker: string, body: string): Promise<void> {
  const head = `<!-- ${marker} -->`;
  const wanted = `${head}\n${body}`;
  const viewer = await comments.viewer();
  const ours = async () => {
    const all = await comments.list();
    return all
      .filter(({ author, body: text }) => author === viewer && text.startsWith(head))
      .sort((a, b) => a.id - b.id);
  };
  let [kept, ...surplus] = await ours();
  if (kept === undefined) {
    await comments.create(wanted);
    [kept, ...surplus] = await ours();
  }
  for (const { id } of surplus) await comments.remove(id);
  if (kept !== undefined && kept.body.replaceAll("\r\n", "\n") !== wanted) await comments.edit(kept.id, wanted);
}
