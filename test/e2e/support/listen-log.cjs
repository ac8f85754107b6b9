// Required (`node --require`) in processes under test: writes down each TCP port that they listen on, however short.
'use strict';
const { appendFileSync } = require('node:fs');
const { Server } = require('node:net');

const path = process.env.OFFDESK_TEST_LISTEN_LOG;
const { listen } = Server.prototype;

Server.prototype.listen = function (...args) {
  // First of all listeners, since one may close at once.
  this.prependOnceListener('listening', () => {
    const address = this.address();
    // A pipe's is a text.
    if (path && typeof address === 'object' && address)
      appendFileSync(path, `${JSON.stringify({ pid: process.pid, ...address })}\n`);
  });
  return Reflect.apply(listen, this, args);
};
