// Wants a login: `session/new` fails with ACP's auth_required (-32000).
import { send, serve } from './lines.mjs';

serve({
  'session/new': (_params, id) => {
    send({ id, error: { code: -32000, message: 'Authentication required' } });
  },
});
