/** JSON as VS Code writes its own files: with comments, and commas before a closing bracket. */

/** Throws SyntaxError. A byte order mark is passed over. */
export function parseJsonc(text: string): unknown {
  return JSON.parse(withoutCommas(withoutComments(text.replace(/^\uFEFF/, ''))));
}

/** Strings are matched first, so that what stands in them is none. An open comment goes to the end, as in VS Code. */
const stringOrComment = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n\r]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)/g;
const stringOrComma = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/** Blanks in their place: what the parser says of a place stays true. */
function withoutComments(text: string): string {
  return text.replace(stringOrComment, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n\r]/g, ' '),
  );
}

function withoutCommas(text: string): string {
  return text.replace(stringOrComma, (found) => (found.startsWith('"') ? found : ' '));
}
