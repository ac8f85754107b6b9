/** Every bound of Offdesk by name. Sizes in bytes, times in milliseconds. */

export const limits = {
  // Noise (revision 34, section 3): no transport message is longer than this.
  noiseMessageBytes: 65_535,
  /** One JSON message over a secure channel, before fragmentation. */
  messageBytes: 16 * 1024 * 1024,
  /** Until a peer is authenticated: one message over a channel. */
  strangerMessageBytes: 16 * 1024,
  /** From the first frame to the end of the handshake. */
  handshakeMs: 10_000,
  /** Outgoing messages wait this long for company before they are sealed. */
  mergeMs: 20,
  /** A channel makes new keys after this time. */
  rehandshakeMs: 60 * 60 * 1000,
  /** Between heartbeats of a channel, and how long the answer may take. */
  heartbeatMs: 10_000,
  heartbeatTimeoutMs: 10_000,
  /** A probe after the page became visible or the network changed. */
  probeTimeoutMs: 3_000,
  reconnectMinMs: 250,
  reconnectMaxMs: 30_000,

  // flow (docs/SPEC.md, F)
  unackedBytes: 256 * 1024,
  ackEveryBytes: 32 * 1024,
  ackEveryMs: 100,

  // pairing
  inviteMs: 5 * 60 * 1000,
  pairingDecisionMs: 5 * 60 * 1000,
  openInvites: 4,
  deviceNameChars: 64,
  devices: 64,

  // relay
  relayFrameBytes: 65_535 + 64,
  relayControlBytes: 8 * 1024,
  relayHelloMs: 10_000,
  relayPingMs: 15_000,
  relayBufferedBytes: 2 * 1024 * 1024,
  relayHosts: 1_000,
  relayDevicesPerHost: 64,
  relayStrangersPerHost: 8,
  relayConnectionsPerAddress: 128,
  relayFramesPerSecond: 2_000,
  relayStrangerFramesPerSecond: 50,
  relaySlotsPerHost: 8,
  relayHttpHeaderBytes: 16 * 1024,
  ticketMs: 90 * 24 * 60 * 60 * 1000,

  // session
  promptBytes: 1024 * 1024,
  queuedPrompts: 100,
  tailItems: 50,
  historyItems: 200,
  historyBytes: 512 * 1024,
  completions: 50,
  indexedFiles: 200_000,
  clientsPerSession: 64,

  // agent
  agentLineBytes: 32 * 1024 * 1024,
  agentStartMs: 60_000,
  agentStopMs: 3_000,
  agentStderrBytes: 64 * 1024,
} as const;
