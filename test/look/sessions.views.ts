/** The list of sessions and what it offers, and how a user comes to each: what is looked at, and judged by axe. */
import type { Page } from 'playwright-core';
import type { View } from './controls.views.ts';

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

/** At the desk the list is behind a button. */
export async function openList(page: Page): Promise<void> {
  const opener = button(page, 'Sessions');
  if ((await opener.count()) > 0) await opener.click();
  await page.getByRole('region', { name: 'Waiting for you' }).waitFor();
}

export async function openNew(page: Page): Promise<void> {
  await openList(page);
  await button(page, 'New session').click();
  await page.getByRole('region', { name: 'New session' }).getByRole('button', { name: 'Start' }).waitFor();
}

export async function openMore(page: Page, title: string): Promise<void> {
  await button(page, `More about ${title}`).click();
  await page.getByRole('region', { name: `About ${title}` }).waitFor();
}

export async function openPast(page: Page): Promise<void> {
  await openList(page);
  await button(page, 'Earlier sessions').click();
  await page.getByText('Rename the config keys').scrollIntoViewIfNeeded();
}

const sessions = { scene: 'sessions', whole: /^Move handlers to middleware|^Pairing, devices/ };

/** By the name of the picture, after the surface's. */
export const sessionViews = {
  list: { ...sessions, act: openList },
  'list-view-only': { ...sessions, scene: 'sessions-view', only: 'phone', act: openList },
  new: { ...sessions, act: openNew },
  'new-worktree': {
    ...sessions,
    act: async (page) => {
      await openNew(page);
      await page.getByRole('radio', { name: /^In a worktree/ }).check();
    },
  },
  'new-full': {
    ...{ ...sessions, scene: 'sessions-full', only: 'phone' },
    act: async (page) => {
      await openNew(page);
      await button(page, 'Start').click();
      await page.getByRole('alert').waitFor();
    },
  },
  'new-away': {
    ...{ ...sessions, only: 'phone' },
    act: async (page) => {
      await openNew(page);
      await page.evaluate(`document.querySelector('.new-session [type=submit]').click(), cut()`);
      await button(page, 'Do not start it').scrollIntoViewIfNeeded();
    },
  },
  'new-one': { ...sessions, scene: 'sessions-one', only: 'phone', act: openNew },
  more: {
    ...sessions,
    act: async (page) => {
      await openList(page);
      await openMore(page, 'Flaky upload test');
    },
  },
  rename: {
    ...sessions,
    act: async (page) => {
      await openList(page);
      await openMore(page, 'Upgrade to Node 24');
      await button(page, 'Rename').click();
    },
  },
  'close-working': {
    ...sessions,
    act: async (page) => {
      await openList(page);
      await openMore(page, 'Flaky upload test');
      await button(page, 'Close session').click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  closed: {
    ...sessions,
    act: async (page) => {
      await openList(page);
      await openMore(page, 'Upgrade to Node 24');
      await button(page, 'Close session').click();
      await page.getByText('Closed: Upgrade to Node 24').waitFor();
    },
  },
  past: { ...sessions, act: openPast },
  'worktree-dirty': {
    ...sessions,
    act: async (page) => {
      await openPast(page);
      await openMore(page, 'Rename the config keys');
      await button(page, 'Remove worktree').click();
      await page.getByRole('alertdialog').scrollIntoViewIfNeeded();
    },
  },
  'past-live': {
    ...{ ...sessions, only: 'phone' },
    act: async (page) => {
      await openPast(page);
      await openMore(page, 'Trim the container image');
      await button(page, 'Reopen').click();
      await button(page, 'Continue in a copy').scrollIntoViewIfNeeded();
    },
  },
  'over-live': {
    ...{ ...sessions, only: 'desk' },
    act: async (page) => {
      await openPast(page);
      await page.getByText('Trim the container image').click();
      await button(page, 'Reopen').click();
      await button(page, 'Wait').click();
      await button(page, 'Stop waiting').scrollIntoViewIfNeeded();
    },
  },
} satisfies { [name: string]: View };
