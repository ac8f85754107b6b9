/** The baseline: a pseudoterminal behind a bare WebSocket, and nothing else. */
import { spawn } from '@lydell/node-pty';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('listening', () => process.send!({ port: (server.address() as { port: number }).port }));
server.on('connection', (socket) => {
  const pty = spawn('/bin/cat', [], { cols: 80, rows: 24 });
  pty.onData((data) => socket.send(data));
  socket.on('message', (data: Buffer) => pty.write(data.toString()));
  socket.on('close', () => pty.kill());
});
process.once('disconnect', () => process.exit());
