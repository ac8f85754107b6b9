/** Which devices at this node want which host; each room hears of its host once, however many devices wait. */
import { DisposableStore, disposable, type Disposable } from '../base/disposable.ts';
import { limits } from '../protocol/limits.ts';
import type { Bus } from './bus.ts';
import { presence, subjects, unpack, type Presence } from './bus-messages.ts';

interface Room {
  members: Set<(presence: Presence) => void>;
  strangers: number;
  subscription: Disposable;
}

export class Rooms {
  #bus: Bus;
  #rooms = new Map<string, Room>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Undefined when the room is full. The member hears of the host until it leaves. */
  enter(hostId: string, stranger: boolean, member: (presence: Presence) => void): Disposable | undefined {
    const room = this.#rooms.get(hostId) ?? this.#open(hostId);
    const full =
      room.members.size >= limits.relayDevicesPerHost ||
      (stranger && room.strangers >= limits.relayStrangersPerHost);
    if (full) return undefined;
    room.members.add(member);
    if (stranger) room.strangers++;
    const leave = new DisposableStore();
    leave.add(
      disposable(() => {
        room.members.delete(member);
        if (stranger) room.strangers--;
        if (room.members.size > 0) return;
        room.subscription.dispose();
        this.#rooms.delete(hostId);
      }),
    );
    return leave;
  }

  #open(hostId: string): Room {
    const members: Room['members'] = new Set();
    const subscription = this.#bus.subscribe(subjects.presence(hostId), (bytes) => {
      const change = unpack(presence, bytes);
      if (change) for (const member of [...members]) member(change);
    });
    const room: Room = { members, strangers: 0, subscription };
    this.#rooms.set(hostId, room);
    return room;
  }
}
