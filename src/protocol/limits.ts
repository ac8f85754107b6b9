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
  /** How often it is looked whether the clock jumped, and how far it must have, to count as a sleep. */
  sleepTickMs: 5_000,
  sleepSlackMs: 15_000,
  /** So often in a row a handshake must be refused for its version until that is believed. */
  otherVersionWords: 3,
  reconnectMinMs: 250,
  reconnectMaxMs: 30_000,

  // flow (docs/SPEC.md, F)
  unackedBytes: 256 * 1024,
  ackEveryBytes: 32 * 1024,
  ackEveryMs: 100,
  /** Of a journal at a time, and for one merged message to a client that is behind. */
  pieceBytes: 64 * 1024,
  mergedReadBytes: 256 * 1024,
  /** Pages of history or of past sessions that a client waits for at the same time. */
  clientReads: 8,

  // pairing
  inviteMs: 5 * 60 * 1000,
  pairingDecisionMs: 5 * 60 * 1000,
  openInvites: 4,
  deviceNameChars: 64,
  devices: 64,
  /** Revoked devices that are remembered, so that they can be told. */
  tombstones: 1_000,
  /** A device that did not connect for so long must pair again. */
  deviceUnusedMs: 90 * 24 * 60 * 60 * 1000,
  /** `lastSeen` is written at most this often. */
  deviceSaveMs: 60 * 1000,
  /** A device whose keys live as long as its page is forgotten this long after it left. */
  ephemeralDeviceMs: 12 * 60 * 60 * 1000,
  /** Proven uses of one invite that came to nothing (the device left), before it is void. */
  inviteAttempts: 8,
  /** Channels at the host whose peer has not proven itself: admitted by a pairing slot, by a ticket. */
  strangerChannels: 8,
  ticketChannels: 64,
  /** Of one device: tabs, and connections that are not yet known to be dead. */
  connectionsPerDevice: 8,
  /** After the last message of a channel the other side has this long to close it. */
  lastWordMs: 5_000,

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
  /** All sockets of one node, whoever they belong to. */
  relayConnections: 8_192,
  /** How long a node waits for the host's node to answer a device's knock. */
  relayKnockMs: 2_000,
  /** From sending a close frame to destroying the socket. */
  relayCloseMs: 2_000,
  /** What a host may send on one channel beyond what the device's socket took (`taken`). */
  relayWindowBytes: 256 * 1024,
  /** What the host keeps for one channel whose device is slow; more ends the channel. */
  linkBufferedBytes: 32 * 1024 * 1024,
  /** Frames of a channel that came before anyone listened. */
  linkBacklogBytes: 1024 * 1024,
  ticketMs: 90 * 24 * 60 * 60 * 1000,

  // session
  promptBytes: 1024 * 1024,
  queuedPrompts: 100,
  /** Of all prompts that wait; a client that comes gets them at once. */
  queuedBytes: 4 * 1024 * 1024,
  /** Prompts and changes that ended and whose end is told again to whoever repeats one; of older ones the journal knows. */
  rememberedIds: 200,
  /** Of an answer's content. */
  answerChars: 256 * 1024,
  /** JSON of one fact, so that two fit into a message, and how deep it may be. */
  factBytes: 6 * 1024 * 1024,
  factDepth: 200,
  titleChars: 200,
  /** Chunks of text are joined up to about this length. */
  joinedChars: 64 * 1024,
  tailItems: 50,
  historyItems: 200,
  /** Items that a client keeps of one session, on screen and around it. */
  windowItems: 300,
  /** Items shown before the one that a reader jumps to. */
  contextItems: 20,
  /** Ids that a client remembers of items which it let go. */
  goneItems: 10_000,
  /** Facts that come while a page of history is on its way; with more the page is asked for again. */
  meanwhileFacts: 2_000,
  /** A prompt that the computer could not keep is sent again after this. */
  promptRetryMs: 5_000,
  /** Reading the copy on the device, before the client goes on without it. */
  restoreMs: 2_000,
  /** Between two copies of a session that changes. */
  snapshotMs: 10_000,
  /** Between two notes of what was read. */
  readMarkMs: 1_000,
  searchChars: 200,
  searchHits: 50,
  pastSessions: 50,
  /** Between two looks at a session's branch and its agent's memory, while somebody is connected. */
  vitalsMs: 20_000,
  /** What changes by less is not told. */
  vitalsBytes: 16 * 1024 * 1024,
  /** Of those that an agent remembers itself; it is asked for more pages up to this. */
  agentSessions: 1_000,
  /** Of an agent's own list, and how long all of them together may take once it runs. */
  agentSessionPages: 200,
  agentSessionsMs: 20_000,
  /** Where other programs can't be looked at, a session that was used so lately may be open in one. */
  liveRecentMs: 2 * 60_000,
  /** What an agent writes into its session after the end of a turn, and what clocks that show seconds are off by. */
  liveSlackMs: 30_000,
  /** Between two looks whether a session is still open elsewhere, while somebody waits for that. */
  liveLookMs: 5_000,
  /** Of what tells of this computer's processes (macOS). */
  processListBytes: 16 * 1024 * 1024,
  /** Open at the same time, unless a setting says otherwise; and what it may say at most. */
  openSessions: 32,
  mostSessions: 256,
  /** Of sessions that come back so many start their agents by themselves, those used last; others with their next prompt. */
  agentsAtStart: 4,
  /** Of a path that a client names. */
  pathChars: 4_096,
  /** One call of git for a worktree, in milliseconds; a checkout of a large repository takes long. */
  gitMs: 30_000,
  gitCheckoutMs: 5 * 60_000,
  /**
   * Whether a worktree has changes: so many are asked about at the same time, so long each; a list waits so long for those
   * that nothing is known of, and asks again after so long; and so many are remembered.
   */
  worktreeLooks: 2,
  worktreeLookMs: 10_000,
  worktreeWaitMs: 300,
  worktreeFreshMs: 3_000,
  worktreesKnown: 1_000,
  /** Files named where a worktree's work would be lost. */
  lostNames: 5,

  // sessions on disk
  /** Between two notes of when a session was used last. */
  sessionSaveMs: 5_000,
  /** Of their descriptions, read at the same time. */
  sessionReads: 16,
  /** Sessions that are over and open for reading, and how long after the last use. */
  pastOpen: 8,
  pastIdleMs: 60_000,
  /** After a reload the window before may still be ending: so long remote control waits for it, and how often it looks. */
  comeBackMs: 15_000,
  comeBackTryMs: 500,
  /** VS Code is asked to show the view as often as this, and has this long to do it each time. */
  revealTries: 5,
  revealMs: 2_000,

  // journal
  /** A segment that has grown to this is followed by another. */
  segmentBytes: 8 * 1024 * 1024,
  /** Facts that the disk refused and that wait in memory. */
  unwrittenBytes: 64 * 1024 * 1024,
  /** Between two tries to write them. */
  unwrittenRetryMs: 5_000,
  /** Items that a further fact is joined to; of those before them it begins another stretch. */
  indexedItems: 10_000,
  /** Of a run of chunks, of which the first is written in full; it also ends at `joinedChars`. */
  runFacts: 256,
  /** Lines that wait are written when they come to this; a write is about this at the most. */
  writeBytes: 1024 * 1024,
  /** One read; reads that are this near to each other are one. */
  readBytes: 256 * 1024,
  readGapBytes: 16 * 1024,
  /** The newest facts, kept in memory. */
  recentBytes: 256 * 1024,
  /** Pieces of an index file that are kept in memory. */
  indexBlockBytes: 4096,
  indexBlocks: 32,
  fateScanRecords: 4096,
  /** Of work in one search; what it found by then is a page. */
  searchMs: 500,

  historyBytes: 512 * 1024,
  /** Of a page with one item that alone is larger; a character may be three bytes of a message. */
  historyItemChars: 4 * 1024 * 1024,
  completions: 50,
  indexedFiles: 1_000_000,
  /** Files that a host remembers as chosen. */
  recentFiles: 30,
  clientsPerSession: 64,

  // attachments (docs/SPEC.md, Z)
  /** One file; so many with one prompt. */
  attachmentBytes: 64 * 1024 * 1024,
  promptAttachments: 20,
  /** What one message carries of a file, and how many of those may be unanswered: an answer waits behind them. */
  attachmentPieceBytes: 32 * 1024,
  attachmentPieces: 6,
  attachmentNameChars: 100,
  /** A small picture of it for other surfaces. */
  attachmentPreviewBytes: 24 * 1024,
  /** Kept at the computer, of one session and of all. */
  sessionAttachments: 300,
  sessionAttachmentBytes: 512 * 1024 * 1024,
  allAttachmentBytes: 4 * 1024 * 1024 * 1024,
  /** What came and was never sent is kept for so long. */
  unsentAttachmentMs: 7 * 24 * 60 * 60 * 1000,
  /** Between two looks for those. */
  unsentLookMs: 6 * 60 * 60 * 1000,
  /** Longest edge of a picture that goes to an agent: among many pictures Anthropic's models refuse larger ones. */
  imageEdge: 2000,
  /** As base64 it is a little less than the 5 MB that models take of one; of all with one prompt. */
  imageBytes: 3_700_000,
  promptImageBytes: 18_000_000,

  // transcript
  /** Of a terminal's output the end is kept. */
  terminalChars: 256 * 1024,
  /** JSON shown for what is not understood. */
  readableChars: 2_000,
  /** A picture's base64 that a page shows. */
  pictureChars: 8 * 1024 * 1024,
  /** Texts longer than this, in characters together or in lines, are not compared, and no more lines than this are shown. */
  diffChars: 4 * 1024 * 1024,
  diffCompared: 60_000,
  diffLines: 2_000,
  /** Steps at which comparing stops, so that two unlike files cost bounded time. */
  diffSteps: 30_000,

  // what a device keeps of its sessions
  /** JSON of one session's kept copy, in characters. */
  snapshotChars: 1024 * 1024,
  /** Sealed, of all computers that a browser is paired with. */
  cacheBytes: 32 * 1024 * 1024,

  // agent
  agentLineBytes: 32 * 1024 * 1024,
  agentStartMs: 60_000,
  agentStopMs: 3_000,
  /** So long after a cancel a turn may go on; then its agent is ended, and continues with the next prompt. */
  agentCancelMs: 15_000,
  agentStderrBytes: 64 * 1024,
  /** Of messages about a session that its agent has not named yet, where several share a process. */
  agentEarlyBytes: 8 * 1024 * 1024,
  /** For its version, by a run of its own: some take seconds, on a busy machine many. */
  agentAskMs: 20_000,
  /** For somebody to log in by the agent's own way, such as in a browser. */
  agentLoginMs: 10 * 60_000,
  agentAskBytes: 64 * 1024,
  /** After an agent answered a load: so long without a replayed update, and the replay is over. */
  agentReplayQuietMs: 300,

  // tunnels that the host runs
  /** Of the program's output: what is kept to be shown, and of each line. */
  tunnelLines: 20,
  tunnelLineChars: 200,
  /** A line that is longer is cut before it is read. */
  tunnelReadChars: 4 * 1024,
  /** Between two looks of the desk at output. */
  tunnelTellMs: 250,
  /** From its start to an address that leads here. */
  tunnelStartMs: 60_000,
  /** Between two looks whether it still leads here. */
  tunnelReadyMs: 3_000,
  /** From asking it to end to ending it. */
  tunnelStopMs: 3_000,
  /** Before it is started again: at first, doubled each time, at most. */
  tunnelRetryMs: 1_000,
  tunnelRetryMostMs: 60_000,
  /** The same where it was refused for asking too often. */
  tunnelLimitedMs: 60_000,
  tunnelLimitedMostMs: 15 * 60_000,
  /** After running so long its next end is a first one. */
  tunnelSteadyMs: 60_000,
  /** A question to the program, such as its status. */
  tunnelAskMs: 10_000,
  tunnelAskBytes: 1024 * 1024,

  // terminals
  /** Running at the same time, and those that ended and can still be looked at. */
  terminals: 32,
  endedTerminals: 16,
  /** Of one agent, until it releases them. */
  agentTerminals: 256,
  terminalCols: 1_000,
  terminalRows: 500,
  terminalCommandChars: 32 * 1024,
  /** Of one input, such as a paste. */
  terminalInputChars: 256 * 1024,
  /** Of what is typed in one place, such as a paste, until the host has taken it. */
  terminalTypedChars: 32 * 1024 * 1024,
  /** Typed and not read by any program: then no more is taken until it has read that, but for the input that came over it. */
  terminalUnreadChars: 256 * 1024,
  /** Lines above the screen that are kept, and told to whoever comes. */
  terminalScrollback: 1_000,
  /** That an address may run over, up and down from where it is looked for. */
  terminalLinkLines: 8,
  /** Parsed in one go: what else the host does waits no longer than that takes. */
  terminalSliceChars: 8 * 1024,
  /** Put out and not yet parsed: then the program has to wait until half of it is. */
  terminalUnparsedChars: 128 * 1024,
  /** Sent to a client and not yet acknowledged: then it is behind. */
  terminalUnackedChars: 64 * 1024,
  /** As long as no more than this is unacknowledged, output goes at once; else it waits for company. */
  terminalPromptChars: 4 * 1024,
  terminalMergeChars: 16 * 1024,
  terminalMergeMs: 8,
  /** Between two fresh screens to a client that is behind. */
  terminalAnewMs: 250,
  /** From asking its processes to end to ending them. */
  terminalStopMs: 2_000,
  /** Of a text file that an agent reads. */
  agentFileBytes: 8 * 1024 * 1024,
  /** Files of which is known whether an agent has read them as they are in the editor; each a hash. */
  agentKnownFiles: 1_000,
  /** What an agent may ask to have kept of a command's output. */
  terminalOutputBytes: 4 * 1024 * 1024,

  // MCP servers
  /** Of a file that names them, or of its envFile. */
  mcpFileBytes: 1024 * 1024,
  mcpTextChars: 32 * 1024,
  mcpTexts: 1_000,
  mcpServers: 30,
  /** Of one command line or address that the user is asked about. */
  mcpShownChars: 600,
  /** A start waits this long for the user's word on them. */
  mcpAnswerMs: 2 * 60 * 1000,

  // diagnose
  diagnoseCheckMs: 20_000,

  // attached editors
  /** An editor's request waits this long for the computer to be there, and for what the session offers. */
  attachWaitMs: 20_000,
  attachStateMs: 3_000,

  // demo agent
  /** A file that it edits, and the output of its command. */
  demoFileBytes: 256 * 1024,
  demoCommandMs: 10_000,
  demoSessions: 64,
  demoTitleChars: 60,
  /** Words that it calls its context, for the usage shown. */
  demoContext: 100_000,
} as const;
