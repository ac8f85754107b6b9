/** Splits "CMD ARGS" as a shell splits words: quotes and backslashes, nothing is expanded. */
import { OffdeskError } from '../base/error.ts';

/** Throws `settings_invalid` for an open quote or an empty command. */
export function splitCommand(text: string): [string, ...string[]] {
  const words: string[] = [];
  let word = '';
  let inWord = false;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\' && quote !== "'" && i + 1 < text.length) {
      word += text[++i]!;
      inWord = true;
    } else if (quote) {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      inWord = true;
    } else if (/\s/.test(char)) {
      if (inWord) words.push(word);
      word = '';
      inWord = false;
    } else {
      word += char;
      inWord = true;
    }
  }
  if (inWord) words.push(word);
  const [command, ...args] = words;
  if (quote || !command) {
    throw new OffdeskError(
      'settings_invalid',
      `The agent command "${text}" is not complete.`,
      'Write it as "CMD ARGS".',
    );
  }
  return [command, ...args];
}
