/** What a terminal asks its reader before it is done: whether a link is followed, whether several lines are pasted. */
import { visible } from '../../base/unseen.ts';
import type { TerminalModel } from './model.ts';
import { linesOf } from './paste.ts';
import { TermAsk } from './term-ask.tsx';
import { words } from './words.ts';

/** Where a link leads is read before it is followed. */
export function LinkOffer({ model }: { model: TerminalModel }) {
  const said = words();
  const offered = model.link.value;
  if (!offered) return null;
  const done = () => {
    model.link.value = null;
    model.term.focus();
  };
  const { href, host } = offered.url;
  const what = (
    <>
      <b>{said.openLink(host)}</b>
      <span class="fine">{visible(href)}</span>
    </>
  );
  return (
    <TermAsk key={href} label={said.openLink(host)} what={what} back={said.cancel} onBack={done}>
      <a class="b small" href={href} target="_blank" rel="noopener noreferrer" onClick={done}>
        {said.open}
      </a>
    </TermAsk>
  );
}

/** What would be run at once is read before. */
export function PasteOffer({ model }: { model: TerminalModel }) {
  const said = words();
  const text = model.pasting.value;
  if (text === null) return null;
  const lines = linesOf(text);
  const done = () => {
    model.pasting.value = null;
    model.term.focus();
  };
  const what = (
    <>
      <b>{said.pasteAsk(lines.length)}</b>
      <span class="fine">{said.pasteWhy}</span>
      <pre class="paste-lines" tabindex={0} aria-label={said.pasteLines}>
        {visible(lines.join('\n'))}
      </pre>
    </>
  );
  return (
    <TermAsk label={said.pasteAsk(lines.length)} what={what} back={said.cancel} onBack={done}>
      <button
        type="button"
        class="b small"
        onClick={() => {
          model.term.paste(text);
          done();
        }}
      >
        {said.pasteDo}
      </button>
    </TermAsk>
  );
}
