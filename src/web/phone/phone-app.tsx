/** The phone's app: one page at a time. */
import type { Machine } from '../connection/machine.ts';
import { strings } from '../strings.ts';
import { Icon } from '../views/icon.tsx';
import { ConnectionMark, connectionWords } from '../views/marks.tsx';
import { SurfaceContext } from '../views/surface.ts';
import { MachineView } from './machine-view.tsx';
import { Digits, Install, PairingFailed, Reaching, Revoked, Welcome } from './pages.tsx';
import type { PhoneState } from './phone-state.ts';

export function PhoneApp({ phone, enterSends }: { phone: PhoneState; enterSends: boolean }) {
  const page = phone.page.value;
  const follow = (link: string) => void phone.follow(link);
  switch (page.kind) {
    case 'loading':
      return <main class="center" aria-busy="true" />;
    case 'welcome':
      return (
        <Welcome
          error={page.error}
          stranger={page.stranger}
          lasting={phone.lasting}
          onLink={follow}
          onBack={phone.machines.value.length > 0 ? () => phone.home() : undefined}
        />
      );
    case 'install':
      return <Install onSkip={() => void phone.pair(page.invite)} />;
    case 'reaching':
      return <Reaching onCancel={() => phone.home()} />;
    case 'digits':
      return (
        <Digits
          digits={page.digits}
          scope={page.scope}
          lasting={phone.lasting}
          onCancel={() => phone.home()}
        />
      );
    case 'failed':
      return (
        <PairingFailed error={page.error} onAgain={() => void phone.pair(page.invite)} onLink={follow} />
      );
    case 'revoked':
      return <Revoked hostName={page.hostName} onPair={() => phone.welcome()} />;
    case 'machines':
      return <Machines phone={phone} />;
    case 'machine': {
      const { machine } = page;
      const several = phone.machines.value.length > 1;
      return (
        <SurfaceContext.Provider value={{ kind: 'phone', keep: machine.keep, enterSends }}>
          <MachineView
            key={machine.hostId}
            machine={machine}
            lasting={phone.lasting}
            onBack={several ? () => (phone.page.value = { kind: 'machines' }) : undefined}
            onPairAgain={() => phone.welcome()}
            onForget={() => void phone.forget(machine)}
          />
        </SurfaceContext.Provider>
      );
    }
  }
}

function Machines({ phone }: { phone: PhoneState }) {
  return (
    <div class="app phone">
      <header>
        <div class="col">
          <div class="name">
            <span class="title">{strings.phone.machines}</span>
          </div>
        </div>
      </header>
      <main class="list">
        {phone.machines.value.map((machine) => (
          <MachineRow key={machine.hostId} machine={machine} onOpen={() => phone.show(machine)} />
        ))}
        <button type="button" class="b quiet" onClick={() => phone.welcome()}>
          {strings.phone.pairAnother}
        </button>
      </main>
    </div>
  );
}

function MachineRow({ machine, onOpen }: { machine: Machine; onOpen: () => void }) {
  const way = machine.way.value;
  const connection = way.kind === 'stopped' ? ({ kind: 'update' } as const) : way;
  return (
    <button type="button" class="session-row" onClick={onOpen}>
      <span class="col">
        <span class="name">
          <span class="title">{machine.name.value}</span>
        </span>
        <span class={`where way ${connection.kind}`}>
          <ConnectionMark kind={connection.kind} />
          {way.kind === 'stopped' ? way.error.message : connectionWords(connection)}
        </span>
      </span>
      <Icon name="chevronRight" />
    </button>
  );
}
