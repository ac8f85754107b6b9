/** What goes with a message, in the conversation: a small picture or a name, how far it got, and larger at a touch. */
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { asOffdeskError } from '../../base/error.ts';
import { visible } from '../../base/unseen.ts';
import type { AttachmentFacts } from '../../protocol/attachment-link.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import { sizeOf } from '../views/block-view.tsx';
import { Icon } from '../views/icon.tsx';
import { SessionContext } from '../views/terminals-door.tsx';
import { wordOf } from './attach-bar.tsx';
import { isShown, previewOf, wholeOf } from './read-file.ts';

export function AttachedView({ files }: { files: readonly AttachmentFacts[] }) {
  const here = useContext(SessionContext);
  const session = here?.host.session(here.session);
  return (
    <ul class="attached-list" aria-label={strings.attach.list}>
      {files.map((file) => (
        <Attached key={file.id} file={file} session={session} />
      ))}
    </ul>
  );
}

function Attached({ file, session }: { file: AttachmentFacts; session: SessionClient | undefined }) {
  const place = useRef<HTMLLIElement>(null);
  const upload = session?.uploads.now.value?.all.value.find(({ id }) => id === file.id);
  const preview = usePreview(file, session, upload?.preview, place);
  const [large, setLarge] = useState(false);
  const name = visible(file.name);
  const says = upload && !upload.draft ? `${sizeOf(file.bytes)} · ${wordOf(upload)}` : sizeOf(file.bytes);
  const picture = preview ? `data:image/jpeg;base64,${preview}` : undefined;
  return (
    <li ref={place} class={large ? 'attached-file large' : 'attached-file'}>
      {picture === undefined ? (
        <span class="thumb">
          <Icon name="file" />
        </span>
      ) : isShown(file) && session ? (
        <button
          type="button"
          class="thumb"
          aria-expanded={large}
          aria-label={strings.attach.show(name)}
          onClick={() => setLarge(!large)}
        >
          <img alt={name} src={picture} />
        </button>
      ) : (
        <img class="thumb" alt={name} src={picture} />
      )}
      <span class="col">
        <span class="name">{name}</span>
        <span class="fine">{says}</span>
        {upload?.state.kind === 'sending' && (
          <progress max={file.bytes} value={upload.state.have} aria-label={strings.attach.progress(name)} />
        )}
      </span>
      {large && session && <Large file={file} session={session} />}
    </li>
  );
}

/** Of this page's own, else the computer's once it is in sight. */
function usePreview(
  file: AttachmentFacts,
  session: SessionClient | undefined,
  own: string | undefined,
  place: { current: HTMLElement | null },
): string | undefined {
  const [read, setRead] = useState<string | undefined>();
  const known = own ?? read;
  const live = session?.sync.value !== 'apart';
  useEffect(() => {
    const element = place.current;
    if (known !== undefined || !element || !session || !live || !file.type.startsWith('image/')) return;
    let gone = false;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      previewOf(file.id, (method, params) => session.ask(method, params)).then(
        (preview) => !gone && setRead(preview),
        () => undefined,
      );
    });
    seen.observe(element);
    return () => {
      gone = true;
      seen.disconnect();
    };
  }, [file.id, session, live, known === undefined]);
  return known;
}

function Large({ file, session }: { file: AttachmentFacts; session: SessionClient }) {
  const [shown, setShown] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let url: string | undefined;
    wholeOf(file, (method, params) => session.ask(method, params), abort.signal).then(
      (blob) => {
        if (abort.signal.aborted) return;
        url = URL.createObjectURL(blob);
        setShown(url);
      },
      (thrown: unknown) => {
        if (!abort.signal.aborted)
          setError(
            asOffdeskError(thrown).code === 'attachment_unknown' ? strings.attach.gone : strings.attach.later,
          );
      },
    );
    return () => {
      abort.abort();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [file.id]);
  if (error !== null) return <p class="note">{error}</p>;
  if (shown === null) return <Icon name="loading" spin />;
  return <img class="picture" alt={visible(file.name)} src={shown} />;
}
