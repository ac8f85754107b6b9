/** The two handshakes of Offdesk: IKpsk2 to pair, IK to connect, and what their prologue binds. */
export type Purpose = 'pair' | 'connect';
