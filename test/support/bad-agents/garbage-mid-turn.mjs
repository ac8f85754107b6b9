// Begins well, then prints what is no JSON in the middle of a turn, and never ends the turn.
import { say, serve } from './lines.mjs';

serve({
  'session/prompt': ({ sessionId }) => {
    say(sessionId, 'So far ');
    process.stdout.write('npm WARN something is deprecated\n<html>502 Bad Gateway</html>\n');
    say(sessionId, 'so good.');
  },
});
