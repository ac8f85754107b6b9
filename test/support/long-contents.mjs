// Contents far longer than usual, as agents send them: ACP updates of a session, in order.

/** Each ends with a notice `The <name> is over.` */
export const contents = { diff, rewrite, output, listing, message, block };

/** A megabyte on each side; every fortieth line differs. */
function* diff() {
  yield* edit('scattered', lines(20_000, 'value'), lines(20_000, 'value', 'fresh'));
}

/** Nothing that both sides have, two megabytes in all. */
function* rewrite() {
  yield* edit('rewritten', lines(20_000, 'before'), lines(20_000, 'after'));
}

/** 50,000 coloured lines beside the content, in pieces. */
function* output() {
  yield begin('output', 'make everything', 'execute');
  yield progress('output', { _meta: { terminal_info: { terminal_id: 't' } } });
  for (let line = 0; line < 50_000; line += 100) {
    const data = coloured(line, line + 100);
    yield progress('output', { _meta: { terminal_output: { terminal_id: 't', data } } });
  }
  const terminal_exit = { terminal_id: 't', exit_code: 0 };
  yield progress('output', { status: 'completed', _meta: { terminal_exit } });
}

/** The same in the content, which says all of it again each time. */
function* listing() {
  yield begin('listing', 'npm run everything', 'execute');
  for (let line = 5_000; line <= 50_000; line += 5_000) {
    const status = line === 50_000 ? 'completed' : 'in_progress';
    const text = coloured(0, line);
    yield progress('listing', { status, content: [{ type: 'content', content: { type: 'text', text } }] });
  }
}

/** A megabyte of Markdown, in pieces of a few words. */
function* message() {
  yield* said(Array.from({ length: 2_400 }, (_, at) => paragraph(at)).join(''), 60);
}

/** A block of code and then a paragraph, half a megabyte each. */
function* block() {
  yield* said(`\`\`\`ts\n${lines(9_000, 'value')}\n\`\`\`\n\n`, 400);
  yield* said('words and `code` and **more** '.repeat(17_000), 400);
}

const begin = (toolCallId, title, kind) => ({
  ...{ sessionUpdate: 'tool_call', toolCallId, title, kind, status: 'in_progress' },
});
const progress = (toolCallId, fields) => ({ sessionUpdate: 'tool_call_update', toolCallId, ...fields });

function* edit(name, oldText, newText) {
  const content = [{ type: 'diff', path: `/work/${name}.ts`, oldText, newText }];
  yield begin(name, `Edit ${name}.ts`, 'edit');
  yield progress(name, { status: 'completed', content });
}

function* said(whole, piece) {
  for (let at = 0; at < whole.length; at += piece) {
    const text = whole.slice(at, at + piece);
    yield { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  }
}

function lines(count, word, every40th = word) {
  return Array.from(
    { length: count },
    (_, i) => `  const ${i % 40 === 0 ? every40th : word}${i} = await handler(request, ${i}); // some\n`,
  ).join('');
}

function coloured(from, to) {
  let text = '';
  for (let i = from; i < to; i++)
    text += `\u001b[32m✓\u001b[0m line ${i} of the output \u001b[1;3${i % 8}mtook ${(i * 7) % 90} ms\u001b[0m\n`;
  return text;
}

function paragraph(at) {
  const code = `\`\`\`ts\nconst found${at} = lines.filter((line) => line.startsWith(prefix));\nreturn found${at};\n\`\`\``;
  return [
    `## Part ${at}`,
    `Some **words** about \`code\`, *and* [a link](https://example.org/${at}), with a list of what was found in it:`,
    `- one of ${at}\n- two of ${at}\n  1. nested\n  2. also nested\n- three`,
    at % 3 === 0 ? code : `| name | value |\n| --- | --- |\n| part | ${at} |\n| other | ${at * 7} |`,
    'And what follows from it, in a sentence or two that say what was looked at, and what was not, and why.\n\n',
  ].join('\n\n');
}
