// Required (`node --require`) in processes under test: the relay's test name leads to an address of this computer, as
// DNS would say. A line in /etc/hosts would outlive the test and hold for the whole machine.
'use strict';
const dns = require('node:dns');

const name = process.env.OFFDESK_TEST_RELAY_NAME;
const address = process.env.OFFDESK_TEST_RELAY_ADDRESS;

dns.lookup = new Proxy(dns.lookup, {
  apply: (lookup, self, [host, ...rest]) =>
    Reflect.apply(lookup, self, [name && host === name ? address : host, ...rest]),
});
