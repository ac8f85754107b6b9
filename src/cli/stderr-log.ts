/** Logs go to stderr: warnings and errors always, the rest with --verbose. */
import { formatLog, type Log } from '../base/log.ts';
import { plainLine } from '../base/plain-text.ts';

export function stderrLog(verbose: boolean): Log {
  return {
    write(level, message, fields) {
      if (!verbose && level !== 'error') return;
      process.stderr.write(`${new Date().toISOString()} ${level} ${plainLine(formatLog(message, fields))}\n`);
    },
  };
}
