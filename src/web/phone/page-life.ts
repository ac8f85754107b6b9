/** When a page should look after its connections, and when it may be about to die, from all that browsers tell. */

/** What is used of `navigator.connection` (Network Information API; not in Safari and Firefox). */
type WithConnection = Navigator & { connection?: EventTarget };

/**
 * `wake`: the network is another one, or the page is seen again, whatever of it the browser noticed. `leave`: hidden
 * or closed; no further call is sure to come.
 */
export function followPageLife(page: Window, wake: () => void, leave: () => void): void {
  const { document, navigator } = page;
  page.addEventListener('online', wake);
  // Else a dead link would look alive until its next heartbeat fails.
  page.addEventListener('offline', wake);
  (navigator as WithConnection).connection?.addEventListener('change', wake);
  // From the back-forward cache.
  page.addEventListener('pageshow', wake);
  // Thawed (Page Lifecycle).
  document.addEventListener('resume', wake);
  page.addEventListener('focus', wake);
  page.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') wake();
    else leave();
  });
}
