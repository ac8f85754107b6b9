/** Options of an agent that has models the older way: they stand beside its own, whatever changes. */
import assert from 'node:assert/strict';
import type { ClientConnection } from '@agentclientprotocol/sdk';
import { SessionOptions } from '../../../src/agent/session-options.ts';
import type { RawUpdate } from '../../../src/protocol/facts.ts';

const speed = (currentValue: string) => ({ type: 'select', id: 'speed', name: 'Speed', currentValue });

describe('options of a session', () => {
  it('A20: a change of the model keeps its own options, and a change of those keeps the model', async () => {
    const asked: string[] = [];
    const request = (method: string, params: { value?: string }) => {
      asked.push(method);
      return Promise.resolve(
        method === 'session/set_config_option' ? { configOptions: [speed(params.value!)] } : {},
      );
    };
    const told: RawUpdate[] = [];
    const options = new SessionOptions(
      { agent: { request } } as unknown as ClientConnection,
      's1',
      {
        modeConfig: undefined,
        models: { availableModels: [{ modelId: 'big', name: 'Big' }], currentModelId: 'big' },
        own: [speed('slow')],
      },
      (update) => told.push(update),
    );
    const values = (all: Record<string, unknown>[] | null) =>
      all?.map((option) => [option['id'], option['currentValue']]);
    assert.deepEqual(values(await options.setConfigOption('model', 'small')), [
      ['speed', 'slow'],
      ['model', 'small'],
    ]);
    assert.deepEqual(values(await options.setConfigOption('speed', 'fast')), [
      ['speed', 'fast'],
      ['model', 'small'],
    ]);
    // Said by the agent itself.
    assert.deepEqual(values(options.changed([speed('slow')])), [
      ['speed', 'slow'],
      ['model', 'small'],
    ]);
    assert.deepEqual(asked, ['session/set_model', 'session/set_config_option']);
    assert.deepEqual(told, []);
  });
});
