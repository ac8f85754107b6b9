/** What every first visit loads at once: the bundler keeps all of it in one chunk (esbuild.mjs). */
import './client/host-client.ts';
import './connection/idb.ts';
import './connection/sealing.ts';
import './views/session-list.tsx';
import './views/session-view.tsx';
