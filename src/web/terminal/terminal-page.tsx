/** The terminals of a computer: which there are, and one of them open. */
import eye from '@vscode/codicons/src/icons/eye.svg';
import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { asOffdeskError, type ErrorShape } from '../../base/error.ts';
import { visible } from '../../base/unseen.ts';
import { methods } from '../../protocol/methods.ts';
import { terminalOpenResult, terminalUnread, type TerminalRow } from '../../protocol/terminals.ts';
import type { HostClient } from '../client/host-client.ts';
import { ErrorNote } from '../views/error-note.tsx';
import { IconButton } from '../views/icon-button.tsx';
import { Icon } from '../views/icon.tsx';
import { useSurface } from '../views/surface.ts';
import { clientName, folderName } from '../views/words.ts';
import { KeyRow } from './key-row.tsx';
import { sequenceOf } from './keys.ts';
import { leaveModel, takeModel, type TerminalModel } from './model.ts';
import { LinkOffer, PasteOffer } from './offers.tsx';
import { Screen, type Size } from './screen.tsx';
import { stateWords } from './state-words.ts';
import { TermAsk } from './term-ask.tsx';
import { words } from './words.ts';
import './sheet.ts';

/** As long as nobody has measured it. */
const usual = { cols: 80, rows: 24 };

export function TerminalPage({ host }: { host: HostClient }) {
  const shown = host.terminals.value;
  if (!shown) return null;
  if (shown.id === null) return <TerminalList host={host} session={shown.session} />;
  return <OpenTerminal key={shown.id} host={host} id={shown.id} session={shown.session} />;
}

function TerminalList({ host, session }: { host: HostClient; session: string | null }) {
  const said = words();
  const state = host.state.value;
  const rows = state?.terminals ?? [];
  const mayOpen = state?.you.scope === 'control';
  const [failure, setFailure] = useState<ErrorShape | null>(null);
  const [opening, setOpening] = useState(false);
  const open = (id: string) => (host.terminals.value = { session, id });
  const create = async () => {
    setFailure(null);
    setOpening(true);
    try {
      const params = { ...usual, ...(session === null ? {} : { sessionId: session }) };
      open(terminalOpenResult.parse(await host.request(methods.terminal.open, params)).id);
    } catch (thrown) {
      setFailure(asOffdeskError(thrown).toShape());
    } finally {
      setOpening(false);
    }
  };
  return (
    <section class="terminals" aria-label={said.title}>
      <div class="term-bar">
        <button type="button" class="b small quiet" onClick={() => (host.terminals.value = null)}>
          <Icon name="chevronLeft" />
          {said.toConversation}
        </button>
        {mayOpen && (
          <button
            type="button"
            class="b small p"
            disabled={opening || host.phase.value.kind !== 'ready'}
            onClick={() => void create()}
          >
            {said.newOne}
          </button>
        )}
      </div>
      {failure && <ErrorNote error={failure} />}
      <div class="term-list">
        {rows.length === 0 && (
          <div class="none">
            <h2>{said.none}</h2>
            <p class="note">{mayOpen ? said.noneNext : said.noneView}</p>
          </div>
        )}
        {rows.map((row) => (
          <button key={row.id} type="button" class="session-row" onClick={() => open(row.id)}>
            <span class="col">
              <span class="name">
                <Icon name="terminal" />
                <span class="title">{visible(row.name)}</span>
              </span>
              <span class="where">
                {[folderName(row.cwd), ...(row.agent ? [said.agents] : [])].join(' · ')}
              </span>
            </span>
            <span class="side">
              <span class={row.running ? 'where' : 'where ended'}>{stateWords(row)}</span>
            </span>
          </button>
        ))}
      </div>
    </section>
  );
}

interface OpenProps {
  host: HostClient;
  id: string;
  session: string | null;
}

function OpenTerminal({ host, id, session }: OpenProps) {
  const [model, setModel] = useState<TerminalModel | null>(null);
  useEffect(() => {
    setModel(takeModel(host, id));
    return () => leaveModel(host, id);
  }, []);
  if (!model) return <section class="terminals" aria-busy="true" />;
  return <Opened host={host} model={model} session={session} />;
}

function Opened({
  host,
  model,
  session,
}: {
  host: HostClient;
  model: TerminalModel;
  session: string | null;
}) {
  const said = words();
  const { keep, kind } = useSurface();
  const ctrl = useSignal(false);
  const fitted = useSignal<Size | null>(null);
  const [reader, setReader] = useState(keep.get(readerKey) !== undefined);
  const [closing, setClosing] = useState(false);
  const [failure, setFailure] = useState<ErrorShape | null>(null);
  const back = useRef<HTMLButtonElement>(null);
  // Kept: a terminal that is closed elsewhere has still a name here.
  const last = useRef<TerminalRow | undefined>(undefined);
  const row = model.row ?? last.current;
  const gone = row !== undefined && model.row === undefined;
  last.current = row;
  const feed = model.feed.state.value;
  const error = failure ?? (typeof feed === 'object' ? feed.error : null);
  const missing = model.missing.value;
  const name = visible(row?.name ?? said.title);
  const toList = () => (host.terminals.value = { session, id: null });
  const close = async () => {
    setClosing(false);
    try {
      await model.close();
      toList();
    } catch (thrown) {
      setFailure(asOffdeskError(thrown).toShape());
    }
  };
  return (
    <section class="terminals" aria-label={name}>
      <div class="term-bar">
        <IconButton ref={back} icon="chevronLeft" name={said.back} onClick={toList} />
        <div class="col">
          <div class="name">
            <span class="title">{name}</span>
          </div>
          <div class={gone || row?.running === false ? 'where ended' : 'where'} role="status">
            {feed === 'apart'
              ? said.apart
              : feed === 'attaching'
                ? said.connecting
                : gone
                  ? said.gone
                  : row && stateWords(row)}
          </div>
        </div>
        <IconButton
          name={said.reader}
          aria-pressed={reader}
          onClick={() => {
            keep.set(readerKey, reader ? undefined : '1');
            setReader(!reader);
          }}
        >
          <ReaderIcon />
        </IconButton>
        {model.mayControl && !gone && (
          <IconButton
            icon="close"
            name={said.close}
            onClick={() => (row?.running ? setClosing(true) : void close())}
          />
        )}
      </div>
      {closing && (
        <TermAsk
          label={said.close}
          what={said.closeAsk}
          back={said.closeNo}
          onBack={() => {
            setClosing(false);
            model.term.focus();
          }}
        >
          <button type="button" class="b small bad" onClick={() => void close()}>
            {said.closeYes}
          </button>
        </TermAsk>
      )}
      {error && <ErrorNote error={error} />}
      {(row?.unread || missing === 'all') && !gone && <ErrorNote passing error={terminalUnread} />}
      {missing === 'end' && !gone && (
        <ErrorNote passing error={{ code: 'closed', message: said.endLost, next: said.endLostNext }} />
      )}
      <LinkOffer model={model} />
      <PasteOffer model={model} />
      {!model.mayControl && <p class="term-note note">{said.lookOnly}</p>}
      {row && !gone && <SizeLine model={model} row={row} fitted={fitted.value} />}
      <Screen
        model={model}
        label={said.input(name)}
        reader={reader}
        ctrl={ctrl}
        fitted={fitted}
        onLeave={() => back.current?.focus()}
      />
      <p class="hidden">{said.leaveHint}</p>
      {kind === 'phone' && model.mayControl && (
        <KeyRow
          ctrl={ctrl}
          onKey={(key) => {
            model.input(sequenceOf(key, ctrl.value, model.term.modes.applicationCursorKeysMode));
            ctrl.value = false;
          }}
          onPaste={(text) => {
            model.paste(text);
            if (model.pasting.value === null) model.term.focus();
          }}
        />
      )}
    </section>
  );
}

const readerKey = 'terminal.reader';

interface SizeLineProps {
  model: TerminalModel;
  row: TerminalRow;
  fitted: Size | null;
}

/** Only where somebody else's size shows. */
function SizeLine({ model, row: { cols, rows, sizedBy, running }, fitted }: SizeLineProps) {
  const said = words();
  if (!running || !fitted || (fitted.cols === cols && fitted.rows === rows)) return null;
  if (!model.mayType)
    return sizedBy === null ? null : <p class="term-size">{said.sizedBy(clientName(sizedBy))}</p>;
  return (
    <button
      type="button"
      class="term-size"
      onClick={() => {
        model.resize(fitted.cols, fitted.rows);
        // Typing nothing: the size is that of who typed last.
        model.input('');
        model.term.focus();
      }}
    >
      {sizedBy === null ? said.sizedElsewhere : said.fitHere(clientName(sizedBy))}
    </button>
  );
}

/** Not among the icons of the page's first load. */
function ReaderIcon() {
  // The text comes from the bundle, never from outside.
  return <span class="i" aria-hidden="true" dangerouslySetInnerHTML={{ __html: eye }} />;
}
