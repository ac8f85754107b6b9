/** What both sides name in `initialize`, so that a shell too old or too new can say which side to update. */

/** Grows when clients and hosts of different numbers can no longer talk. */
export const PROTOCOL = 1;

/** ACP's own number, stable v1: the SDK's `PROTOCOL_VERSION`, for surfaces that load no SDK. */
export const ACP = 1;

declare const __OFFDESK_VERSION__: string | undefined;

/** The package's version, put in by the bundler; `0.0.0-dev` when run from sources. */
export const BUILD: string = typeof __OFFDESK_VERSION__ === 'string' ? __OFFDESK_VERSION__ : '0.0.0-dev';
