/** A host in a process of its own, on real pseudoterminals, that lets in every device; a parent asks it by messages. */
import { testHost } from '../../support/test-host.ts';

const { host } = await testHost({}, { shell: () => '/bin/sh' });
host.onStatus(({ pairings }) => {
  for (const { id } of pairings) void host.decidePairing(id, true, 'control').catch(() => {});
});
await host.start({ agent: false, invite: false });
process.on('message', async (asked) => {
  if (asked === 'link') {
    await host.createInvite();
    process.send!({ link: host.status.invite!.url });
  } else if (asked === 'memory') process.send!({ memory: process.memoryUsage.rss() });
  else {
    await host.stop();
    process.exit();
  }
});
process.once('disconnect', () => process.exit());
process.send!({ ready: true });
