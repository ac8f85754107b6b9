/** What the scripted model says: a marker in the user's text picks the scenario, tool results after it the step. */

export const markers = [
  'text',
  'slow',
  'write',
  'edit',
  'read',
  'shell',
  'denied',
  'slow-shell',
  'plan',
  'ask',
  'mcp',
] as const;
export type Marker = (typeof markers)[number];

/** A request of any wire format, reduced to what a scenario needs. */
export interface ModelRequest {
  /** In order; a tool's results are turns of their own. */
  turns: { role: 'user' | 'assistant' | 'tool'; text: string }[];
  tools: ModelTool[];
  /** All text of the request, for the folder that the agent names in it. */
  everything: string;
  stream: boolean;
}

export interface ModelTool {
  name: string;
  /** JSON schema of its arguments. */
  schema: Record<string, unknown>;
  /** Takes free text instead (OpenAI's custom tools). */
  freeform?: boolean;
}

export interface ModelReply {
  thought: string;
  text: string;
  call: { tool: ModelTool; args: Record<string, unknown> } | undefined;
  /** Word by word with the server's long pause. */
  slow: boolean;
}

export const said = {
  thought: 'I am thinking about the scripted reply.',
  text: 'Hello from the fake model. **Markdown** and `code` here, streamed in pieces.',
  title: 'A scripted conversation',
  file: 'hello written by scripted model\nline 2\n',
};

const slowWords = 600;

/** `[[marker]]`, or `[[marker:argument]]` with a path or a command. */
const pattern = /\[\[([a-z-]+)(?::([^\]\n]*))?\]\]/g;

export interface Asked {
  marker: Marker;
  argument: string;
  /** Results of tools since. */
  results: string[];
}

/** The last marker in a user's text; undefined in requests without one, such as for a title. */
export function asked(request: ModelRequest): Asked | undefined {
  for (let i = request.turns.length - 1; i >= 0; i--) {
    const turn = request.turns[i]!;
    if (turn.role !== 'user') continue;
    const match = [...turn.text.matchAll(pattern)].at(-1);
    const marker = markers.find((name) => name === match?.[1]);
    if (!match || !marker) continue;
    const results = request.turns.slice(i + 1).filter(({ role }) => role === 'tool');
    return { marker, argument: match[2] ?? '', results: results.map(({ text }) => text) };
  }
  return undefined;
}

/** `marker` or `marker:argument` of everything that the user said, in order. */
export function rememberedMarkers({ turns }: ModelRequest): string[] {
  const texts = turns.filter(({ role }) => role === 'user').map(({ text }) => text);
  return [...texts.join('\n').matchAll(pattern)].map(([whole]) => whole.slice(2, -2));
}

/** Agents ask for titles and summaries without tools: those get a fixed one. */
export function replyTo(request: ModelRequest): ModelReply {
  const wish = asked(request);
  if (!wish || request.tools.length === 0) return words(said.title);
  const { marker, results } = wish;
  if (marker === 'text') return { ...words(said.text), thought: said.thought };
  if (marker === 'slow') {
    const length = Number(wish.argument) || slowWords;
    return { ...words(Array.from({ length }, (_, i) => `word${String(i)}`).join(' ')), slow: true };
  }
  const planFile = wish.argument === 'mode' ? planFileOf(request) : undefined;
  if (results.length > (planFile === undefined ? 0 : 1))
    return words(`Done with ${marker}. Tool said: ${results.join('\n')}`);
  const writes = planFile !== undefined && results.length === 0;
  const ways = writes ? [planWriting(planFile)] : [purposes[marker], ...(fallbacks[marker] ?? [])];
  const way = ways.find(({ names }) => request.tools.some(({ name }) => names.test(name)));
  const tool = way && request.tools.find(({ name }) => way.names.test(name));
  if (!tool) {
    return words(`NO TOOL for ${marker} among: ${request.tools.map(({ name }) => name).join(',')}`);
  }
  const wanted = way.values(wish.argument, folderOf(request));
  const args = tool.freeform ? wanted : (fill(tool.schema, wanted) as Record<string, unknown>);
  return {
    ...words(`I will call ${tool.name}.`),
    thought: `Deciding to call ${tool.name}`,
    call: { tool, args },
  };
}

function words(text: string): ModelReply {
  return { thought: '', text, call: undefined, slow: false };
}

/** Where the agent says that it works. */
function folderOf({ everything }: ModelRequest): string {
  const match =
    /(?:working directory|<cwd>|workspace (?:root|folder)|\bcwd\b)[^/\n]{0,40}(\/[^\s"'<\\]*)/i.exec(
      everything,
    );
  return match?.[1]?.replace(/[/.,]+$/, '') ?? '/workspace';
}

/** In its plan mode Claude Code has the plan in a file, and shows that when its model asks to begin. */
function planFileOf({ everything }: ModelRequest): string | undefined {
  return /create your plan at (\/\S+\.md)/.exec(everything)?.[1];
}

/** Property names of all agents' tools → the value that this purpose needs. */
type Values = Record<string, unknown>;

interface Purpose {
  /** Names of tools that serve it. */
  names: RegExp;
  values(argument: string, folder: string): Values;
}

function path(argument: string, folder: string, name: string): Values {
  const file = argument.startsWith('/') ? argument : `${folder}/${argument || name}`;
  return { file_path: file, filePath: file, path: file, absolute_path: file, filename: file };
}

const planText = '1. First scripted step\n2. Second scripted step';

const planWriting = (file: string): Purpose => ({
  names: /^write$/i,
  values: () => ({ ...path(file, '', ''), content: planText }),
});

/** Patches name files relative to where the agent works. */
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const shell = (command: string): Values => ({
  ...{ command, cmd: command, description: 'Scripted shell step' },
  // Codex runs what does not ask for more in a sandbox, and asks nobody.
  ...{ sandbox_permissions: 'require_escalated', justification: 'Scripted shell step' },
});
const shells = /^(bash|shell|run_shell_command|exec_command|execute)$/i;

const purposes: Record<Exclude<Marker, 'text' | 'slow'>, Purpose> = {
  write: {
    names: /^(write|write_file|create|create_file|apply_patch)$/i,
    values: (argument, folder) => {
      const { file } = said;
      const lines = file.trimEnd().replace(/^/gm, '+');
      const input = `*** Begin Patch\n*** Add File: ${baseName(argument) || 'hello.txt'}\n${lines}\n*** End Patch\n`;
      return {
        ...path(argument, folder, 'hello.txt'),
        content: file,
        file_text: file,
        contents: file,
        input,
      };
    },
  },
  edit: {
    names: /^(edit|replace|str_replace|edit_file)$/i,
    values: (argument, folder) => ({
      ...path(argument, folder, 'readme.txt'),
      ...{ old_string: 'alpha', oldString: 'alpha', old_str: 'alpha' },
      ...{ new_string: 'beta', newString: 'beta', new_str: 'beta' },
      ...{ instruction: 'Scripted edit', replace_all: false, replaceAll: false },
    }),
  },
  read: {
    names: /^(read|read_file|view)$/i,
    values: (argument, folder) => path(argument, folder, 'readme.txt'),
  },
  shell: {
    names: shells,
    values: (argument) => shell(argument || 'echo hello-from-shell > shell.txt && cat shell.txt'),
  },
  denied: { names: shells, values: (argument) => shell(argument || 'touch denied.txt') },
  'slow-shell': {
    names: shells,
    values: (argument) => shell(argument || 'for i in $(seq 1 60); do echo tick $i; sleep 1; done'),
  },
  plan: {
    names: /^(todowrite|todolist|write_todos|update_plan|todo_write)$/i,
    values: () => {
      const steps = ['First scripted step', 'Second scripted step'].map((name, i) => ({
        ...{ content: name, title: name, description: name, step: name, activeForm: name, id: String(i) },
        ...{ status: i === 0 ? ['completed', 'done'] : 'in_progress', priority: 'high' },
      }));
      return { todos: steps, plan: steps, steps };
    },
  },
  /** The tool of test/support/mcp-server.mjs, however an agent calls it. */
  mcp: { names: /say_word$/i, values: () => ({ how: 'aloud' }) },
  ask: {
    names: /^(askuserquestion|request_user_input|ask_user|question)$/i,
    values: () => {
      const options = ['Red', 'Blue'].map((label) => ({
        ...{ label, value: label, description: `a ${label.toLowerCase()} one` },
      }));
      const question = 'Which colour do you want?';
      const one = {
        question,
        header: 'Colour',
        id: 'colour',
        options,
        multiSelect: false,
        multi_select: false,
      };
      return { ...one, questions: [one] };
    },
  },
};

/** Codex has neither a tool to edit nor one to read: it patches, and reads by commands. */
const fallbacks: Partial<Record<Marker, Purpose[]>> = {
  edit: [
    {
      names: /^apply_patch$/,
      values: (argument) => ({
        input: `*** Begin Patch\n*** Update File: ${baseName(argument) || 'readme.txt'}\n@@\n-alpha line\n+beta line\n*** End Patch\n`,
      }),
    },
  ],
  plan: [
    {
      names: /^(exitplanmode|exit_plan_mode)$/i,
      values: () => ({ plan: planText, summary: planText }),
    },
  ],
  read: [{ names: shells, values: (argument) => shell(`cat ${argument || 'readme.txt'}`) }],
};

/**
 * A value for a JSON schema: from `values` by property name (a list of choices where the schema has an enum),
 * else the simplest that fits. Optional properties that `values` does not name are left out.
 */
function fill(schema: unknown, values: Values): unknown {
  const {
    type,
    properties,
    required,
    items,
    enum: choices,
  } = (schema ?? {}) as {
    type?: string | string[];
    properties?: Record<string, unknown>;
    required?: string[];
    items?: unknown;
    enum?: unknown[];
  };
  if (properties) {
    const names = Object.keys(properties).filter((name) => name in values || required?.includes(name));
    return Object.fromEntries(
      names.map((name) => [
        name,
        name in values ? fit(properties[name], values[name]) : fill(properties[name], {}),
      ]),
    );
  }
  if (choices) return choices[0];
  switch (Array.isArray(type) ? type[0] : type) {
    case 'array':
      return items ? [fill(items, values)] : [];
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return false;
    case 'object':
      return {};
    default:
      return 'Scripted';
  }
}

function fit(schema: unknown, value: unknown): unknown {
  const {
    items,
    properties,
    enum: choices,
  } = (schema ?? {}) as {
    items?: unknown;
    properties?: unknown;
    enum?: unknown[];
  };
  if (choices) {
    const wanted = Array.isArray(value) ? value : [value];
    return wanted.find((one) => choices.includes(one)) ?? choices[0];
  }
  if (items && Array.isArray(value)) return value.map((one) => fit(items, one));
  if (properties) return fill(schema, value as Values);
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : value;
}
