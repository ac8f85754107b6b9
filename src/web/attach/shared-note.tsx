/** Says that something was shared with the page, and what to do with it. */
import { strings } from '../strings.ts';
import { forgetShared, shared } from './shared.ts';

export function SharedNote() {
  const { files = [], text = '' } = shared.value ?? {};
  const count = files.length + (text === '' ? 0 : 1);
  const discard = () => {
    shared.value = null;
    void forgetShared();
  };
  return (
    <div class="notice shared" role="status">
      <div class="col">
        <span class="what">{`${strings.attach.shared(count)} ${strings.attach.sharedNext}`}</span>
        <button type="button" class="b small" onClick={discard}>
          {strings.discard}
        </button>
      </div>
    </div>
  );
}
