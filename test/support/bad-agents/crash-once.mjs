// Ends in the middle of its first turn, with code 3, and answers from its second run on. Argument: a file to remember by.
import { existsSync, writeFileSync } from 'node:fs';
import { say, serve } from './lines.mjs';

const mark = process.argv[2];
const works = existsSync(mark);

serve({
  'session/prompt': ({ sessionId }) => {
    if (works) {
      say(sessionId, 'I work again.');
      return { stopReason: 'end_turn' };
    }
    say(sessionId, 'I was about to ');
    writeFileSync(mark, '');
    process.stderr.write('the bad agent crashes now\n');
    process.stdout.write('', () => process.exit(3));
  },
});
