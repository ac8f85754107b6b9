/** How a phone can get here: what is possible on this computer, and plainly what each way gives. */
import { useId, useState } from 'preact/hooks';
import type { HostStatus, ReachKind } from '../../protocol/host-status.ts';
import { strings } from '../strings.ts';
import { deskWords } from './desk-words.ts';

export interface ReachChooserProps {
  options: HostStatus['reachOptions'];
  current: ReachKind | undefined;
  onChoose(kind: ReachKind, url: string | undefined): Promise<boolean>;
  onCancel: (() => void) | undefined;
}

export function ReachChooser({ options, current, onChoose, onCancel }: ReachChooserProps) {
  const name = useId();
  const [chosen, setChosen] = useState<ReachKind | undefined>(current);
  const [urls, setUrls] = useState<{ [kind: string]: string }>({});
  const [busy, setBusy] = useState(false);
  const option = options.find(({ kind, available }) => kind === chosen && available);
  const url = option ? (urls[option.kind] ?? option.url) : '';
  const submit = async () => {
    if (!option) return;
    setBusy(true);
    await onChoose(option.kind, option.needsUrl ? url.trim() : undefined);
    setBusy(false);
  };
  return (
    <form
      class="reach"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <fieldset>
        <legend>{deskWords().chooseReach}</legend>
        {options.map((item) => {
          const id = `${name}-${item.kind}`;
          return (
            <div key={item.kind} class={item.kind === chosen ? 'choice on' : 'choice'}>
              <label class="check">
                <input
                  type="radio"
                  name={name}
                  value={item.kind}
                  checked={item.kind === chosen}
                  disabled={!item.available}
                  aria-describedby={id}
                  onChange={() => setChosen(item.kind)}
                />
                <span>
                  <b>{strings.fromHost(item.label)}</b>
                  {item.kind === 'lan' && <span class="badge">{deskWords().reachOpen}</span>}
                  {!item.available && <span class="tag">{deskWords().reachUnavailable}</span>}
                  <span class="in" id={id}>
                    {strings.fromHost(item.sentence)}
                  </span>
                </span>
              </label>
              {item.needsUrl && item.kind === chosen && (
                <label class="field">
                  <span>{deskWords().reachAddress(item.kind)}</span>
                  <input
                    type="url"
                    required
                    placeholder="https://"
                    value={url}
                    onInput={(event) => setUrls({ ...urls, [item.kind]: event.currentTarget.value })}
                  />
                </label>
              )}
            </div>
          );
        })}
      </fieldset>
      <div class="row">
        <button
          type="submit"
          class="b p"
          disabled={busy || !option || (option.needsUrl && url.trim() === '')}
        >
          {deskWords().reachUse}
        </button>
        {onCancel && (
          <button type="button" class="b" onClick={onCancel}>
            {strings.phone.cancel}
          </button>
        )}
      </div>
    </form>
  );
}
