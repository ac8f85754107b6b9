/** What the demo agent says. */
import { commands } from './understand.ts';

const list = commands.map(({ name, description }) => `- \`/${name}\` ${description}`).join('\n');

export const tourThought = 'A first message. I should say who I am and what can be tried here.';
export const tour = `Hello! I am the **demo agent**. I am no AI: I follow a script, so that you can try Offdesk without a key.

Everything you see here is also on your other screens, and either side can write, answer and stop. Try:

${list}

My edits stay in a scratch folder of my own.`;
export const help = `I am the demo agent and follow a script. This is what I know:

${list}

Plain words work too, such as "edit a file" or "run the tests".`;
export const unknownCommand = (name: string): string => `I do not know \`/${name}\`. Try \`/help\`.`;

export const chatThought = 'Nothing here that my script knows.';
export const chat = 'I heard you, but I only follow a script. `/help` shows what I can do.';

export const showThought = 'Some formatting would be good to see on a small screen.';
export const show = `## What formatting looks like

Text can be **strong**, *soft* or \`code\`, and it can [link](https://agentclientprotocol.com).

1. First this
2. then that

\`\`\`ts
export function greet(name: string): string {
  return \`Hello, \${name}!\`;
}
\`\`\`

| Where | What |
| --- | --- |
| desk | the files |
| phone | the conversation |

> That is all.`;

export const planThought = 'Three steps will do.';
export const planSteps = ['Look around', 'Try something', 'Tidy up'];
export const planDone = 'All three steps are done.';

export const beforeQuestion = 'I need to know something before I go on.';
export const question = 'Which colour do you like better?';
export const colours = ['Red', 'Blue'];
export const noColour = 'No answer is fine too.';
export const colourChosen = (colour: string, note: string): string =>
  `${colour} it is.${note ? ` And I have noted: ${note}` : ''}`;

export const editThought = 'I will write a line into a note in my scratch folder.';
export const noteFile = 'demo-notes.md';
export const noteLine = '- A line from the demo agent.';
export const newNote = (line: string): string => `# Notes of the demo agent\n\n${line}\n`;
export const wrote = (length: number): string => `Wrote ${String(length)} characters.`;
export const edited = (name: string): string => `Done: \`${name}\` has a new line.`;
export const rejected = 'All right, I leave it.';
export const rejectedOutput = 'The user rejected this.';

export const runThought = 'A small command will show how output looks.';
export const ran = (code: number | null): string =>
  code === 0 ? 'The command ran well.' : `The command ended with ${String(code ?? 'a signal')}.`;
