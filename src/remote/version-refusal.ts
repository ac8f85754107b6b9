/** The sentence for two builds that can no longer talk, from the host's side. */
import { OffdeskError } from '../base/error.ts';
import { PROTOCOL } from '../protocol/version.ts';

/** `theirs`: the protocol number that the device named. */
export function versionRefusal(theirs: number): OffdeskError {
  return theirs < PROTOCOL
    ? new OffdeskError(
        'version_mismatch',
        "The phone's page is too old for this computer.",
        'Reload the page.',
      )
    : new OffdeskError(
        'version_mismatch',
        'The Offdesk on the computer is too old for this page.',
        'Update Offdesk on the computer.',
      );
}
