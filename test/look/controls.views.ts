/** The cards and pickers of the page, and how a user comes to each: what is looked at, and judged by axe. */
import type { Page } from 'playwright-core';
import { happen } from './controls.host.ts';
import type { Looking, Sight, SurfaceName } from './screens.sights.ts';

export interface View {
  scene: string;
  /** There once it is whole. */
  whole: string | RegExp;
  act?: (page: Page) => Promise<unknown>;
  /** A list lies over other controls, which are no targets then. */
  covers?: true;
  /** Where it is different, or not there at all, on the other surface. */
  only?: SurfaceName;
}

const click = (name: string | RegExp) => (page: Page) =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).click();
const write = (text: string) => (page: Page) => page.getByRole('textbox', { name: 'Message' }).fill(text);

const openControls = async (page: Page) => {
  await click(/^Modes and options/)(page);
  await page.getByRole('region', { name: 'Modes and options' }).waitFor();
};
const openPast = async (page: Page) => {
  await click('The agent’s past sessions')(page);
  await page.getByRole('heading', { name: '/work/web' }).scrollIntoViewIfNeeded();
};
/** One that another program has open. */
const openLive = async (page: Page) => {
  await openPast(page);
  await click('Continue: Untitled session')(page);
  const choice = page.getByRole('region', { name: 'Open in another program' });
  await choice.getByRole('button', { name: 'Cancel' }).scrollIntoViewIfNeeded();
};
/** Thoughts, plans, outputs and diffs, one after the other: what one hides may hold the next. */
const unfold = async (page: Page) => {
  for (const folded of ['details:not([open]) > summary', 'button.more[aria-expanded=false]'])
    for (let left = 40; left > 0 && (await page.locator('.items').locator(folded).count()) > 0; left--)
      await page.locator('.items').locator(folded).first().click();
};

const plan = { scene: 'asking-plan', whole: 'What could go wrong' };
const form = { scene: 'asking-all', whole: 'How shall the release be announced?' };
const queue = { scene: 'queue', whole: 'Then write the changelog' };
const rich = { scene: 'rich', whole: /Rate limit/ };
/** What is above the conversation folds by itself as that comes: a tap before would fold it, not open it. */
export const two = { scene: 'two', whole: 'Then write the changelog' };

/** By the name of the picture, after the surface's. */
export const views = {
  command: { scene: 'asking', whole: 'Allow once' },
  'command-lasting': { scene: 'asking', whole: 'Allow once', act: click(/^Always allow/) },
  edit: { scene: 'asking-edit', whole: /allow all edits/ },
  hidden: { scene: 'asking-hidden', whole: 'U+202E' },
  url: { scene: 'asking-url', whole: 'docs.example.org' },
  page: { scene: 'asking-page', whole: 'Open evil.example' },
  plan,
  'plan-read': { ...plan, act: click('Read the plan in full') },
  form,
  'form-wrong': { ...form, act: click('Submit') },
  queue,
  'queue-edit': { ...queue, act: click(/^Edit: Then/) },
  'queue-now': { ...queue, act: click(/^Send now: Then/) },
  'queue-undo': {
    ...queue,
    act: async (page) => {
      await click(/^Remove from the queue: Then/)(page);
      await happen(page, { type: 'prompt_removed', id: 'w1' }, 'p:w1');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  controls: { ...queue, act: openControls },
  'controls-risk': {
    ...{ ...queue, only: 'phone' },
    act: async (page) => {
      await openControls(page);
      await page.getByRole('combobox', { name: 'Mode', exact: true }).selectOption('bypass');
      await page.getByRole('alertdialog').waitFor();
    },
  },
  commands: { ...queue, act: write('/re'), covers: true },
  'command-hint': { ...queue, act: write('/review ') },
  'command-note': {
    ...queue,
    act: async (page) => {
      await write('/theme')(page);
      await click('Send')(page);
      await page.getByText('works at the desk alone').waitFor();
    },
  },
  rich,
  'rich-open': { ...rich, act: unfold },
  'past-sessions': { scene: 'agent-sessions', whole: 'Flaky upload test', act: openPast, only: 'phone' },
  'past-sessions-beside': {
    ...{ ...two, only: 'desk' },
    act: async (page) => {
      await click('Pairing, devices and reach')(page);
      await openPast(page);
    },
  },
  'past-live': { scene: 'agent-sessions', whole: 'Flaky upload test', act: openLive, only: 'phone' },
  'past-live-sure': {
    ...{ scene: 'agent-sessions', whole: 'Flaky upload test', only: 'phone' },
    act: async (page) => {
      await openLive(page);
      await click('Continue here anyway')(page);
      await page.getByRole('alertdialog').scrollIntoViewIfNeeded();
    },
  },
  'past-live-beside': {
    ...{ ...two, only: 'desk' },
    act: async (page) => {
      await click('Pairing, devices and reach')(page);
      await openLive(page);
      await click('Wait')(page);
      await page.getByRole('button', { name: 'Stop waiting' }).scrollIntoViewIfNeeded();
    },
  },
} satisfies { [name: string]: View };

/** Opens a view the way a user comes to it. */
export async function show(
  { scenes }: Looking,
  page: Page,
  sight: Pick<Sight, 'surface' | 'theme'>,
  { scene, whole, act }: View,
): Promise<void> {
  await page.goto(scenes.address(`${sight.surface}-${scene}`, sight.theme));
  await page.getByText(whole).filter({ visible: true }).first().waitFor();
  await page.locator('.md.plain').first().waitFor({ state: 'detached' });
  await act?.(page);
}

/** In its light theme. */
export async function open(looking: Looking, surface: SurfaceName, view: View): Promise<Page> {
  const page = looking.pageOf(surface);
  await show(looking, page, { surface, theme: surface === 'desk' ? 'light' : '' }, view);
  return page;
}
