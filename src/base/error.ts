/** Typed errors: a stable code, a sentence on what happened, and the next step for the user. */

export type ErrorCode =
  // pairing and devices
  | 'invite_invalid'
  | 'invite_expired'
  | 'invite_used'
  | 'invite_contested'
  | 'pairing_denied'
  | 'device_revoked'
  | 'device_unknown'
  | 'scope_insufficient'
  // channel
  | 'frame_invalid'
  | 'handshake_failed'
  | 'message_too_large'
  | 'heartbeat_missed'
  | 'version_mismatch'
  | 'closed'
  // relay
  | 'relay_unreachable'
  | 'relay_refused'
  | 'relay_limit'
  | 'host_offline'
  | 'host_replaced'
  | 'port_taken'
  | 'address_invalid'
  // tunnels that the host runs
  | 'tunnel_missing'
  | 'tunnel_login_required'
  | 'tunnel_https_off'
  | 'tunnel_refused'
  | 'tunnel_limited'
  | 'tunnel_port_taken'
  | 'tunnel_address_new'
  | 'tunnel_failed'
  // agent
  | 'agent_missing'
  | 'agent_login_required'
  | 'agent_exited'
  | 'agent_garbage'
  | 'agent_timeout'
  | 'agent_failed'
  // session
  | 'session_unknown'
  | 'session_ended'
  | 'session_limit'
  | 'session_live'
  | 'path_not_allowed'
  | 'worktree_failed'
  | 'worktree_dirty'
  | 'cursor_unknown'
  | 'prompt_unknown'
  | 'superseded'
  | 'answer_invalid'
  | 'confirmation_needed'
  | 'question_unknown'
  | 'invalid_params'
  | 'attachment_unknown'
  | 'attachment_too_large'
  | 'attachment_limit'
  | 'attachment_unreadable'
  // terminals
  | 'terminals_missing'
  | 'terminal_unknown'
  | 'terminal_limit'
  | 'terminal_unread'
  | 'terminal_failed'
  // machine
  | 'host_locked'
  | 'settings_invalid'
  | 'storage_failed'
  | 'untrusted_workspace'
  | 'folder_missing'
  | 'internal';

export interface ErrorShape {
  code: ErrorCode;
  /** What happened, a sentence. */
  message: string;
  /** What to do now, a sentence; empty where nothing can be done. */
  next: string;
  /** `answer_invalid`: the name of the form's field that is wrong. */
  field?: string;
}

export class OffdeskError extends Error implements ErrorShape {
  readonly code: ErrorCode;
  readonly next: string;
  readonly field?: string;

  /**
   * By what it is, not by which class made it: shell (extension, CLI) and core are two bundles, each with a copy
   * of this class. Subclasses keep the usual meaning.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== OffdeskError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && value.name === 'OffdeskError' && 'code' in value && 'next' in value;
  }

  constructor(code: ErrorCode, message: string, next = '', options?: ErrorOptions & { field?: string }) {
    super(message, options);
    this.name = 'OffdeskError';
    this.code = code;
    this.next = next;
    if (options?.field !== undefined) this.field = options.field;
  }

  toShape(): ErrorShape {
    const field = this.field === undefined ? {} : { field: this.field };
    return { code: this.code, message: this.message, next: this.next, ...field };
  }

  /** Message and next step as one text for a surface that has a single line. */
  get sentence(): string {
    return sentenceOf(this);
  }
}

export function sentenceOf(error: Pick<ErrorShape, 'message' | 'next'>): string {
  return error.next ? `${error.message} ${error.next}` : error.message;
}

/** The error that a host said, as it was there; its code is believed. `cause`: what it came with. */
export function errorFrom(
  {
    code,
    message,
    next,
    field,
  }: Record<'code' | 'message' | 'next', string> & { field?: string | undefined },
  cause?: unknown,
): OffdeskError {
  return new OffdeskError(code as ErrorCode, message, next, {
    ...(cause === undefined ? {} : { cause }),
    ...(field === undefined ? {} : { field }),
  });
}

/** Any thrown value as an OffdeskError; unknown ones become `internal` and keep their message. */
export function asOffdeskError(error: unknown, code: ErrorCode = 'internal'): OffdeskError {
  if (error instanceof OffdeskError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new OffdeskError(code, message, '', { cause: error });
}
