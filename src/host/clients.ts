/** Serves clients, at the desk and from devices: each is one ACP connection to the host's sessions. */
import { disposable, type Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { MessageTransport } from '../protocol/transport.ts';
import type { DeviceConnection } from '../remote/device-connection.ts';
import type { ClientIdentity, DeskPort } from '../session/client-port.ts';
import { serveClient, type Downstream } from '../session/downstream.ts';
import type { Sessions } from './sessions.ts';

export interface ClientsPorts {
  sessions: Sessions;
  /** One line for the CLI's terminal and the log. */
  activity(line: string): void;
  log: Log;
}

export class Clients {
  readonly #ports: ClientsPorts;

  constructor(ports: ClientsPorts) {
    this.#ports = ports;
  }

  /** It may do all, until the transport closes. Unless it `counts`, nobody is told that it is here. */
  serveDesk(transport: MessageTransport, desk: DeskPort, counts: boolean): Disposable {
    const client: ClientIdentity = { origin: { kind: 'desk' }, name: 'the desk', scope: () => 'control' };
    const served = this.#serve(transport, client, { desk, counts });
    return disposable(() => {
      served.dispose();
      transport.close();
    });
  }

  /** What it may do is the connection's to say, and may change. */
  serveDevice(connection: DeviceConnection): void {
    const { sessions, activity } = this.#ports;
    const client: ClientIdentity = {
      get origin() {
        return { kind: 'device', id: connection.device.id, name: connection.device.name } as const;
      },
      get name() {
        return connection.device.name;
      },
      scope: () => connection.scope,
    };
    activity(`${client.name} connected`);
    const changes = connection.onChange(() => sessions.announce());
    const served = this.#serve(connection.transport, client);
    void served.closed.then(() => {
      changes.dispose();
      activity(`${client.name} disconnected`);
    });
  }

  #serve(
    transport: MessageTransport,
    client: ClientIdentity,
    { desk, counts = true }: { desk?: DeskPort; counts?: boolean } = {},
  ): Downstream {
    const { sessions, log } = this.#ports;
    const joined = counts ? sessions.join(client) : { others: () => [], dispose: () => {} };
    const served = serveClient({
      ...{ transport, client, sessions, log },
      ...(desk && { desk }),
      others: () => joined.others(),
    });
    void served.closed.then(() => joined.dispose());
    return served;
  }
}
