/** Everything that is wrong with the settings, one line each: `path: got X, expected Y, do Z`. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
