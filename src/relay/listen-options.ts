/** What can be wrong with where a relay is to listen and how it is called, as typed errors. */
import { asOffdeskError, OffdeskError } from '../base/error.ts';

/** Throws `settings_invalid`. */
export function parsePublicUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username) return url;
  const message = `The public address ${JSON.stringify(text)} is not an http or https address.`;
  throw new OffdeskError(
    'settings_invalid',
    message,
    'Give it as https://name/ with nothing after the path.',
  );
}

export function listenError(error: NodeJS.ErrnoException, host: string, port: number): OffdeskError {
  switch (error.code) {
    case 'EADDRINUSE':
    case 'EACCES': {
      const message =
        error.code === 'EACCES'
          ? `Port ${port} may not be opened by this user.`
          : `Port ${port} is in use by another program.`;
      return new OffdeskError('port_taken', message, 'Stop that program or choose another port.', {
        cause: error,
      });
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EINVAL': {
      const message = `${host} is not an address of this computer.`;
      return new OffdeskError('address_invalid', message, 'Choose one of its own addresses.', {
        cause: error,
      });
    }
    default:
      return asOffdeskError(error);
  }
}
