import type { Clock } from 'countersign';
import type { Logger } from '../domain/logger.js';
import { escapeLogText, printableField } from './printable-field.js';
import { LOG_LEVELS, type LogLevel } from './settings-table.js';

export interface LoggerOptions {
  /** Events below this level are dropped. */
  readonly level: LogLevel;
  /** `json`: one JSON object a line, for machines. `text`: one readable line, for a terminal. */
  readonly format: 'json' | 'text';
  /** Takes a whole line with its end. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
}

/** The order of `time`, `level` and `event` is fixed; fields of the same names get a trailing underscore. */
const RESERVED = ['time', 'level', 'event'];

/**
 * Makes a logger that writes one line an event whatever its fields hold: control characters, escape sequences and
 * line separators are escaped, long values cut, and values under names that sound secret replaced (S5, S6).
 * It never throws: a log line must not turn an answer into an error.
 */
export function createLogger(options: LoggerOptions): Logger {
  const threshold = LOG_LEVELS.indexOf(options.level);

  const at = (level: LogLevel): Logger['info'] => {
    if (LOG_LEVELS.indexOf(level) < threshold) return () => undefined;
    return (event, fields = {}) => {
      const time = new Date(options.clock() * 1000).toISOString();
      try {
        const entries = Object.entries(fields).map(([name, value]) => [
          RESERVED.includes(name) ? `${name}_` : name,
          printableField(name, value),
        ]);
        options.write(
          options.format === 'json'
            ? jsonLine({ time, level, event, ...Object.fromEntries(entries) })
            : textLine(time, level, event, Object.fromEntries(entries)),
        );
      } catch {
        options.write(jsonLine({ time, level, event, problem: 'the fields could not be printed' }));
      }
    };
  };
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') });
}

function jsonLine(line: Record<string, unknown>): string {
  return `${escapeLogText(JSON.stringify(line))}\n`;
}

/** `12:01:05 info  server_started url=http://localhost:8080` */
function textLine(time: string, level: LogLevel, event: string, fields: Record<string, unknown>): string {
  const shown = Object.entries(fields).map(([name, value]) => {
    const text = typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
    return `${name}=${text}`;
  });
  return `${escapeLogText([time.slice(11, 19), level.padEnd(5), event, ...shown].join(' '))}\n`;
}
