/** What kind of browser this is, as far as it changes what to advise. */

/** The built-in browser of another app, which may forget keys when that app closes. */
export function isInAppBrowser(userAgent: string): boolean {
  return /FBAN|FBAV|Instagram|\bLine\/|LinkedInApp|Snapchat|TikTok|musical_ly|Twitter|GSA\/|MicroMessenger|; wv\)/.test(
    userAgent,
  );
}

/** iPhone and iPad keep a tab's storage apart from that of the app on the Home Screen. */
export function isApplePhone(browser: Navigator): boolean {
  return (
    /iPhone|iPad/.test(browser.userAgent) ||
    (/Macintosh/.test(browser.userAgent) && browser.maxTouchPoints > 1)
  );
}

/** Opened from the Home Screen. */
export function isInstalled(page: Window): boolean {
  const apple = (page.navigator as Navigator & { standalone?: boolean }).standalone === true;
  return apple || page.matchMedia('(display-mode: standalone)').matches;
}
