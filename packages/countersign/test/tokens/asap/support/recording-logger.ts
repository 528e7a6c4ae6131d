/** A logger that keeps what it is told, one line a call. */
export function recordingLogger() {
  const lines: { level: string; event: string; fields: object }[] = [];
  const at =
    (level: string) =>
    (event: string, fields: object = {}): void => {
      lines.push({ level, event, fields });
    };
  return { lines, logger: { info: at('info'), warn: at('warn'), error: at('error') } };
}
