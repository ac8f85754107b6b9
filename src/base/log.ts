/** Logging as a port. Messages and fields carry types, ids and sizes, never payloads or secrets. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Record<string, string | number | boolean | undefined>;

export interface Log {
  write(level: LogLevel, message: string, fields?: LogFields): void;
}

export const silentLog: Log = { write() {} };

/** Prefixes each message with the name of a part, such as `relay`. */
export function scopedLog(log: Log, scope: string): Log {
  return { write: (level, message, fields) => log.write(level, `${scope}: ${message}`, fields) };
}

/** One line: message and fields as `key=value`. */
export function formatLog(message: string, fields: LogFields = {}): string {
  const parts = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [message, ...parts.map(([key, value]) => `${key}=${JSON.stringify(value)}`)].join(' ');
}
