/** Ports: a free one, and what a process and its children listen on. */
import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { processTree } from './process-table.ts';

export interface ListeningSocket {
  pid: number;
  command: string;
  /** As in `127.0.0.1`, `0.0.0.0`, `::1`, `::`. */
  address: string;
  port: number;
}

export interface ListeningOptions {
  /** Processes to leave out, with all their children: agents, for example. */
  except?: (process: { pid: number; command: string }) => boolean;
}

/**
 * The TCP sockets in state LISTEN that a process and its descendants hold, from /proc (Linux, own processes
 * or root). A process that has ended listens on nothing; a socket shared by several appears for each.
 */
export function listeningSocketsOf(pid: number, { except }: ListeningOptions = {}): ListeningSocket[] {
  const left = new Set<number>();
  return processTree(pid).flatMap(({ pid, parent, command }) => {
    if (left.has(parent) || except?.({ pid, command })) {
      left.add(pid);
      return [];
    }
    const inodes = socketInodes(pid);
    return listenTable(pid)
      .filter(({ inode }) => inodes.has(inode))
      .map(({ address, port }) => ({ pid, command, address, port }));
  });
}

/**
 * Below what systems hand out (a server on port 0, any connection that is opened), and below what the product chooses
 * from: so nobody takes a port between its choice and its use, nor while what listens there is started again.
 */
const firstPort = 10_300;
/** Processes that begin one after the other, as the mochas of a stage do, have blocks of their own. */
const blocks = 64;
const portsPerBlock = 150;
/** Where two have the same block all the same, they do not begin at the same port. */
let given = randomInt(portsPerBlock);

/** A port of loopback that is free, and that no other test is given meanwhile. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < portsPerBlock; tries++) {
    const port = firstPort + (process.pid % blocks) * portsPerBlock + (given++ % portsPerBlock);
    if (await isFree(port, address)) return port;
  }
  throw new Error(`no free port at ${address}`);
}

async function isFree(port: number, address: string): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, address, () => resolve(true));
  });
  if (listens) await new Promise((resolve) => server.close(resolve));
  return listens;
}

function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode) inodes.add(inode);
      } catch {
        // This file was closed while we looked.
      }
    }
  } catch {
    // It ended while we looked.
  }
  return inodes;
}

/** The LISTEN rows of the process's own network namespace. */
function listenTable(pid: number): { address: string; port: number; inode: string }[] {
  return ['tcp', 'tcp6'].flatMap((table) => {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, 'utf8');
    } catch {
      return [];
    }
    return text
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A')
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':');
        return { address: addressOf(address), port: parseInt(port, 16), inode: fields[9] ?? '' };
      });
  });
}

/** The kernel prints addresses as 32-bit words in the machine's byte order. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
