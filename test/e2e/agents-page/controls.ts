/** Modes and options as a user sees and changes them: the panel above the composer. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { eventually } from '../../support/wait.ts';
import { patienceMs } from '../support/agent-world.ts';
import type { Surface } from '../support/surface.ts';
import type { PageWorld } from './page-world.ts';

export interface Select {
  /** `mode`, or `option:` and the option's id. */
  key: string;
  name: string;
  current: string;
  values: { value: string; name: string; risky: boolean }[];
}

const panelOf = ({ screen }: Surface): Locator => screen.getByRole('region', { name: 'Modes and options' });
const chipOf = ({ screen }: Surface): Locator => screen.getByRole('button', { name: /^Modes and options/ });

/** Opens the panel on both. */
export async function openControls(world: PageWorld): Promise<void> {
  await world.both(async (surface) => {
    await world.press(surface, chipOf(surface));
    await panelOf(surface).waitFor();
  });
}

/** By the button on the phone, by the keyboard at the desk. */
export async function closeControls(world: PageWorld): Promise<void> {
  await panelOf(world.onPhone).getByRole('button', { name: 'Close' }).tap();
  await panelOf(world.atDesk).press('Escape');
  await world.both((surface) => panelOf(surface).waitFor({ state: 'detached' }));
}

/** What the phone offers to choose from. */
export async function selectsOf(world: PageWorld): Promise<Select[]> {
  const found = await panelOf(world.onPhone)
    .locator('[data-control]:has(select)')
    .evaluateAll((rows) =>
      rows.map((row) => {
        const select = row.querySelector('select')!;
        const values = [...select.options].map((one) => ({ value: one.value, name: one.label }));
        const name = row.querySelector('label')?.textContent ?? '';
        return { key: (row as HTMLElement).dataset['control'] ?? '', name, current: select.value, values };
      }),
    );
  return found.map(({ values, ...select }) => ({
    ...select,
    values: values.map((one) => ({ ...one, risky: one.name.endsWith('(acts without asking)') })),
  }));
}

/** Chooses on the phone, in the open panels; both show it once the agent has it. */
export async function choose(world: PageWorld, { key }: Pick<Select, 'key'>, value: string): Promise<void> {
  const select = (surface: Surface) =>
    panelOf(surface).locator(`[data-control=${JSON.stringify(key)}] select`);
  await select(world.onPhone).selectOption(value);
  await world.both((surface) =>
    eventually(async () => (await select(surface).inputValue()) === value, {
      what: `${surface.name}: ${key} to be ${value}`,
      timeoutMs: patienceMs,
    }),
  );
}

/** The button that opens the panel names it on both. */
export async function isNamed(world: PageWorld, name: string): Promise<void> {
  await world.both((surface) =>
    eventually(async () => ((await chipOf(surface).getAttribute('aria-label')) ?? '').includes(name), {
      what: `${surface.name}: ${name} to be named`,
    }),
  );
}

/** Opens the panels, chooses, and closes them. */
export async function change(world: PageWorld, select: Pick<Select, 'key'>, value: string): Promise<void> {
  await openControls(world);
  await choose(world, select, value);
  await closeControls(world);
}

/** The select with this key, as it is now. */
export async function selectNow(world: PageWorld, key: string): Promise<Select> {
  await openControls(world);
  const found = (await selectsOf(world)).find((one) => one.key === key);
  await closeControls(world);
  assert.ok(found, `something to choose for ${key}`);
  return found;
}
