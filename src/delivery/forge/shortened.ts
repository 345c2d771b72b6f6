/** The most that GitHub takes for the description of a status or a deployment; GitLab takes more. */
const longestDescription = 140;

/** One line of at most so many characters, the last an ellipsis where something was cut off. */
export function shortened(text: string, longest = longestDescription): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  // By code points, so that no character is cut in two, and counted in UTF-16, which is never less.
  if (line.length <= longest) return line;
  let kept = "";
  for (const character of line) {
    if (kept.length + character.length > longest - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
