/** The phone's entry: strips the link's secrets from the address, then shows what it leads to. */
import '../jitless.ts';
import '../style/shared.css';
import '../style/phone.css';
import { render } from 'preact';
import { systemClock } from '../../base/clock.ts';
import { isApplePhone, isInstalled } from '../connection/browser-facts.ts';
import { deviceName } from '../connection/device-name.ts';
import { openPairingStore } from '../connection/pairing-store.ts';
import { sealedCaches } from '../connection/sealed-cache.ts';
import { speak } from '../language.ts';
import { nextFrame } from '../views/frame.ts';
import { loadMarkdown } from '../views/markdown-loader.ts';
import { lookForShared } from '../attach/shared.ts';
import { followKeyboard } from './keyboard.ts';
import { followPageLife } from './page-life.ts';
import { PhoneApp } from './phone-app.tsx';
import { PhoneState } from './phone-state.ts';

/** Takes the address with its fragment and leaves one without: no history, no screenshot, no sync has it. */
function takeLink(): string {
  const link = location.href;
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

async function main(): Promise<void> {
  const link = takeLink();
  loadMarkdown();
  const [store] = await Promise.all([openPairingStore(), speak(document, navigator.languages)]);
  const phone = new PhoneState({
    store,
    storage: isSecureContext ? localStorage : undefined,
    openCache: isSecureContext
      ? sealedCaches({ factory: indexedDB, now: () => systemClock.now() })
      : undefined,
    forgotten: 'BroadcastChannel' in window ? new BroadcastChannel('offdesk-forgotten') : undefined,
    clock: systemClock,
    frame: nextFrame,
    deviceName: () => deviceName(navigator),
    protectedPage: isSecureContext,
    installFirst: isSecureContext && isApplePhone(navigator) && !isInstalled(window),
  });
  // A touch screen's Enter is a new line: the Send button is right beside the thumb.
  const enterSends = !matchMedia('(pointer: coarse)').matches;
  render(
    <PhoneApp phone={phone} enterSends={enterSends} />,
    document.getElementById('root') ?? document.body,
  );
  followKeyboard();
  if (isSecureContext) void lookForShared();
  addEventListener('hashchange', () => void phone.follow(takeLink()));
  followPageLife(
    window,
    () => phone.wake(),
    () => phone.flush(),
  );
  await phone.open(link);
}

if ('serviceWorker' in navigator && isSecureContext) {
  // Without it the page works as well, only not before the network answers.
  navigator.serviceWorker.register('service-worker.js').catch(() => undefined);
}
void main();
