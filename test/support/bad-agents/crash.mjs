// Ends in the middle of a turn, after some words, with code 3.
import { say, serve } from './lines.mjs';

serve({
  'session/prompt': ({ sessionId }) => {
    for (const word of ['I ', 'was ', 'about ', 'to ']) say(sessionId, word);
    process.stderr.write('the bad agent crashes now\n');
    process.stdout.write('', () => process.exit(3));
  },
});
