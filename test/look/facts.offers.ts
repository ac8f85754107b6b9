/** What an agent lets one set and type, and a queue of three under a running turn. */
import type { SessionEvent } from '../../src/protocol/facts.ts';
import { conversation } from './facts.ts';
import { desk, phone, type Script } from './facts.script.ts';

const risky = { offdesk: { risky: true } };
const offers: SessionEvent = {
  type: 'agent_offers',
  modes: {
    currentModeId: 'ask',
    availableModes: [
      { id: 'ask', name: 'Ask each time', description: 'Always ask before making changes' },
      { id: 'plan', name: 'Plan', description: 'Create a plan before making changes' },
      { id: 'bypass', name: 'Bypass permissions', description: 'Accepts all permissions', _meta: risky },
    ],
  },
  configOptions: [
    {
      ...{ id: 'effort', name: 'Effort', category: 'thought_level', type: 'select', currentValue: 'medium' },
      options: ['low', 'medium', 'high'].map((value) => ({ value, name: value })),
    },
    {
      ...{ id: 'model', name: 'Model', category: 'model', type: 'select', currentValue: 'opus' },
      description: 'Model to use',
      options: [
        {
          ...{ group: 'a', name: 'Anthropic' },
          options: [
            { value: 'opus', name: 'Opus 5.5', description: 'Best for everyday, complex tasks' },
            { value: 'haiku', name: 'Haiku 5.5', description: 'Fastest for quick answers' },
          ],
        },
        { group: 'o', name: 'Others', options: [{ value: 'local', name: 'On this computer' }] },
      ],
    },
    {
      ...{ id: 'allow', name: 'Allow all', type: 'boolean', currentValue: true, _meta: risky },
      description: 'Approves all tools, paths and addresses.',
    },
    { id: 'budget', name: 'Budget', type: 'slider', currentValue: 20, min: 0, max: 100 },
  ],
  promptCapabilities: null,
};

const commands = [
  { name: 'compact', description: 'Sum up the conversation', input: { hint: '<optional instructions>' } },
  {
    name: 'review',
    description: 'Review the changes of this branch',
    input: { hint: '[low|medium|high] [<path>]' },
  },
  { name: 'rename', description: 'Give the session a name', input: { hint: '[name]' } },
  { name: 'init', description: 'Write down what there is to know about this project' },
];

/** All that can be set and typed, and a queue of three under a running turn. */
export function controls(): Script {
  return conversation()
    .event(offers)
    .update({ sessionUpdate: 'available_commands_update', availableCommands: commands })
    .prompt('w1', 'Then write the changelog', desk)
    .prompt('w2', 'And bump the version in package.json, the lock file and the docs', phone)
    .prompt('w3', 'Look at @src/middleware/index.ts last', phone, ['src/middleware/index.ts']);
}
