/** What the desk shows for this device, such as "Pixel 9 · Chrome": as much as the browser tells without asking. */
import { limits } from '../../protocol/limits.ts';

interface UserAgentData {
  platform: string;
  brands: { brand: string }[];
  getHighEntropyValues(hints: string[]): Promise<{ model?: string }>;
}

export async function deviceName(browser: Navigator): Promise<string> {
  const data = (browser as Navigator & { userAgentData?: UserAgentData }).userAgentData;
  let model = '';
  try {
    model = (await data?.getHighEntropyValues(['model']))?.model ?? '';
  } catch {
    // Some browsers refuse; the platform says enough.
  }
  return nameFrom(browser.userAgent, model, browser.maxTouchPoints > 1);
}

/** `model`: empty where the browser keeps it to itself. */
export function nameFrom(userAgent: string, model: string, touch: boolean): string {
  const parts = [model || deviceOf(userAgent, touch), browserOf(userAgent)].filter(Boolean);
  return parts.join(' · ').slice(0, limits.deviceNameChars) || 'Browser';
}

function deviceOf(userAgent: string, touch: boolean): string {
  if (/iPhone/.test(userAgent)) return 'iPhone';
  // An iPad calls itself a Macintosh, but no Mac has a touch screen.
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && touch)) return 'iPad';
  if (/Android/.test(userAgent)) return 'Android';
  if (/Macintosh/.test(userAgent)) return 'Mac';
  if (/Windows/.test(userAgent)) return 'Windows';
  if (/CrOS/.test(userAgent)) return 'Chromebook';
  return /Linux/.test(userAgent) ? 'Linux' : '';
}

function browserOf(userAgent: string): string {
  if (/Edg(A|iOS)?\//.test(userAgent)) return 'Edge';
  if (/SamsungBrowser\//.test(userAgent)) return 'Samsung Internet';
  if (/(Firefox|FxiOS)\//.test(userAgent)) return 'Firefox';
  if (/(Chrome|CriOS)\//.test(userAgent)) return 'Chrome';
  return /Safari\//.test(userAgent) ? 'Safari' : '';
}
