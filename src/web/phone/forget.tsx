/** Forgets a computer on this phone, after asking: what is wiped cannot be had back while the computer is off. */
import { useState } from 'preact/hooks';
import { strings } from '../strings.ts';

export function Forget({ host, onForget }: { host: string; onForget: () => void }) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" class="b quiet" onClick={() => setAsking(true)}>
        {strings.phone.forgetTitle}
      </button>
    );
  }
  return (
    <div class="forget" role="group" aria-label={strings.phone.forgetTitle}>
      <p class="said">{strings.phone.forgetAsk(host)}</p>
      <div class="row">
        <button type="button" class="b bad" onClick={onForget}>
          {strings.phone.forget}
        </button>
        <button type="button" class="b" ref={(button) => button?.focus()} onClick={() => setAsking(false)}>
          {strings.phone.forgetNot}
        </button>
      </div>
    </div>
  );
}
