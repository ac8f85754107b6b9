/** Which language the page speaks: the first that its reader wants and Offdesk has, else English. */
import { writeAs } from './locale.ts';
import { english, say, type Strings } from './strings.ts';

/** By language and script. Only what is spoken is loaded, beside English, which is in the page's own script. */
const languages: Record<string, () => Strings | Promise<Strings>> = {
  'en-Latn': () => english,
  'zh-Hans': async () => (await import('./strings.zh-cn.ts')).chinese,
};

interface Choice {
  language: string;
  /** BCP 47, for `lang` and for numbers and dates: the reader's own, with the region. */
  tag: string;
}

/** `wanted`: BCP 47 tags, the best first, as `navigator.languages` has them. */
export function chooseLanguage(wanted: readonly string[]): Choice {
  const locales = wanted.flatMap((tag) => readTag(tag) ?? []);
  for (const { baseName, language, script } of locales) {
    // `zh`, `zh-CN` and `zh-SG` are written in simplified characters, `zh-TW` and `zh-HK` are not.
    const spoken = `${language}-${script}`;
    if (Object.hasOwn(languages, spoken)) return { language: spoken, tag: short(baseName) };
  }
  const region = locales[0]?.region;
  // English words with the reader's clock and order of dates.
  return { language: 'en-Latn', tag: region ? `en-${region}` : 'en' };
}

/** Before anything is shown. It never fails: without the language's script the page speaks English. */
export async function speak(page: Document, wanted: readonly string[]): Promise<void> {
  const { language, tag } = chooseLanguage(wanted);
  let spoken = tag;
  try {
    say(await (languages[language]?.() ?? english));
  } catch {
    spoken = 'en';
  }
  writeAs(spoken);
  // Screen readers take their voice from it.
  page.documentElement.lang = spoken;
}

function readTag(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    return undefined;
  }
}

/** `zh-Hans-CN` is `zh-CN`. */
function short(tag: string): string {
  const { language, region } = new Intl.Locale(tag);
  return region ? `${language}-${region}` : language;
}
