/** Modes, model, thought level and all other options of the agent in one place, above the composer. */
import type { TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useId, useRef, useState } from 'preact/hooks';
import type { Change } from '../client/changes.ts';
import type { SessionClient } from '../client/session-client.ts';
import { strings } from '../strings.ts';
import type { Control, ControlValue } from '../../transcript/controls.ts';
import { IconButton } from './icon-button.tsx';
import { Icon } from './icon.tsx';
import { useSurface } from './surface.ts';

export interface ControlsPanelProps {
  id: string;
  session: SessionClient;
  controls: readonly Control[];
  mayChange: boolean;
  onClose(): void;
}

/** A choice that lets the agent act without asking, before it is confirmed. */
interface Risk {
  control: Control;
  name: string;
  change: Change;
}

export function ControlsPanel({ id, session, controls, mayChange, onClose }: ControlsPanelProps) {
  const { kind } = useSurface();
  const [risk, setRisk] = useState<Risk | null>(null);
  const panel = useRef<HTMLElement>(null);
  const pending = session.changes.pending.value;
  const asked = useRef<string | undefined>(undefined);
  useLayoutEffect(() => panel.current?.querySelector<HTMLElement>('h2')?.focus(), []);
  useLayoutEffect(() => {
    // Confirmed or not, the keyboard goes on from what was being changed.
    const row = `[data-control="${CSS.escape(asked.current ?? '')}"] :is(select, input)`;
    if (!risk && asked.current !== undefined) panel.current?.querySelector<HTMLElement>(row)?.focus();
    asked.current = risk?.control.key;
  }, [risk]);
  const choose = (control: Control, value: string | boolean, name: string, risky: boolean) => {
    const { option } = control;
    const change: Change =
      option === undefined ? { kind: 'mode', mode: String(value) } : { kind: 'option', option, value };
    // At the desk whoever chooses it sees what happens; from elsewhere nobody may.
    if (risky && kind === 'phone') setRisk({ control, name, change });
    else session.change(change);
  };
  const isPending = ({ option }: Control) =>
    pending.some(({ change }) =>
      option === undefined ? change.kind === 'mode' : change.kind === 'option' && change.option === option,
    );
  return (
    <section
      ref={panel}
      id={id}
      class="controls"
      aria-label={strings.controls.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        if (risk) setRisk(null);
        else onClose();
      }}
    >
      <div class="head">
        <h2 tabIndex={-1}>{strings.controls.title}</h2>
        <IconButton icon="close" name={strings.controls.close} onClick={onClose} />
      </div>
      {controls.length === 0 && <p class="note">{strings.controls.none}</p>}
      {!mayChange && <p class="note">{strings.controls.locked}</p>}
      {controls.map((control) =>
        risk?.control.key === control.key ? (
          <Confirm
            key={control.key}
            name={risk.name}
            onConfirm={() => {
              session.change({ ...risk.change, confirmed: true } as Change);
              setRisk(null);
            }}
            onBack={() => setRisk(null)}
          />
        ) : (
          <ControlRow
            key={control.key}
            control={control}
            disabled={!mayChange}
            pending={isPending(control)}
            onChoose={(value, name, risky) => choose(control, value, name, risky)}
          />
        ),
      )}
    </section>
  );
}

interface ControlRowProps {
  control: Control;
  disabled: boolean;
  pending: boolean;
  onChoose(value: string | boolean, name: string, risky: boolean): void;
}

function ControlRow({ control, disabled, pending, onChoose }: ControlRowProps) {
  const id = useId();
  const now =
    control.kind === 'select' ? control.values.find(({ value }) => value === control.current) : null;
  const risky =
    control.kind === 'select' ? now?.risky : control.kind === 'switch' && control.current && control.risky;
  const said = now?.description ?? control.description;
  return (
    <div class="control" data-control={control.key}>
      {control.kind === 'select' && (
        <div class="field">
          <label for={`${id}-select`}>{control.name}</label>
          <select
            id={`${id}-select`}
            value={control.current}
            disabled={disabled}
            aria-describedby={id}
            onKeyDown={openPicker}
            onChange={(event) => {
              const select = event.currentTarget;
              const value = control.values.find((one) => one.value === select.value);
              // What is shown is what the agent has said; the choice comes back from there.
              select.value = control.current;
              if (value && value.value !== control.current) onChoose(value.value, value.name, value.risky);
            }}
          >
            {groupsOf(control.values).map(({ group, values }) =>
              group === undefined ? (
                values.map(optionOf)
              ) : (
                <optgroup key={group} label={group}>
                  {values.map(optionOf)}
                </optgroup>
              ),
            )}
          </select>
        </div>
      )}
      {control.kind === 'switch' && (
        <label class="check">
          <input
            type="checkbox"
            role="switch"
            checked={control.current}
            disabled={disabled}
            aria-describedby={id}
            onChange={(event) => {
              const wanted = event.currentTarget.checked;
              event.currentTarget.checked = control.current;
              onChoose(wanted, control.name, wanted && control.risky);
            }}
          />
          <span>{control.risky ? strings.controls.risky(control.name) : control.name}</span>
        </label>
      )}
      {control.kind === 'unknown' && (
        <dl class="kv">
          <dt>{control.name}</dt>
          <dd>{control.current}</dd>
        </dl>
      )}
      <div id={id}>
        {risky && (
          <p class="note warn">
            <Icon name="warning" />{' '}
            {control.kind === 'switch' && said !== undefined ? said : strings.controls.riskyNow}
          </p>
        )}
        {said !== undefined && !(risky && control.kind === 'switch') && <p class="in">{said}</p>}
        {control.kind === 'unknown' && <p class="in">{strings.controls.unknown}</p>}
        {pending && (
          <p class="note" role="status">
            {strings.controls.changing}
          </p>
        )}
      </div>
    </div>
  );
}

/** Arrows open the list: what they only pass by on the way to another value, the agent must not be set to. */
function openPicker(event: TargetedKeyboardEvent<HTMLSelectElement>): void {
  // With Alt an arrow opens it by itself.
  if (event.altKey || !/^(?:Arrow|Page|Home|End)/.test(event.key)) return;
  if (!('showPicker' in event.currentTarget)) return;
  event.preventDefault();
  try {
    event.currentTarget.showPicker();
  } catch {
    // Not in a frame of another origin, such as VS Code's webview: there Space opens it, or Alt and an arrow.
  }
}

const optionOf = ({ value, name, risky }: ControlValue) => (
  <option key={value} value={value}>
    {risky ? strings.controls.risky(name) : name}
  </option>
);

/** Neighbours under the same heading. */
function groupsOf(values: readonly ControlValue[]): { group: string | undefined; values: ControlValue[] }[] {
  const groups: { group: string | undefined; values: ControlValue[] }[] = [];
  for (const value of values) {
    const last = groups.at(-1);
    if (last && last.group === value.group) last.values.push(value);
    else groups.push({ group: value.group, values: [value] });
  }
  return groups;
}

interface ConfirmProps {
  name: string;
  onConfirm(): void;
  onBack(): void;
}

function Confirm({ name, onConfirm, onBack }: ConfirmProps) {
  const back = useRef<HTMLButtonElement>(null);
  // The safe one: a second tap at the same place must not confirm.
  useLayoutEffect(() => back.current?.focus(), []);
  return (
    <div
      class="control risk"
      role="alertdialog"
      aria-label={strings.controls.confirm(name)}
      aria-describedby="risk"
    >
      <p class="said" id="risk">
        <Icon name="warning" /> {strings.controls.confirmAsk(name)}
      </p>
      <div class="row">
        <button ref={back} type="button" class="b" onClick={onBack}>
          {strings.controls.back}
        </button>
        <button type="button" class="b bad" onClick={onConfirm}>
          {strings.controls.confirm(name)}
        </button>
      </div>
    </div>
  );
}
