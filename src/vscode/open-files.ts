/** Text files as they are in the window's editors: what is not saved counts, and what is written shows there. */
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import { OffdeskError } from '../base/error.ts';
import { smallestEdit } from './smallest-edit.ts';

/** Undefined where the file is not open, or as it is on disk. */
export async function readOpenFile(path: string): Promise<string | undefined> {
  const open = await documentOf(path);
  return open?.isDirty ? open.getText() : undefined;
}

/**
 * One step of undo in the editor, and saved; false where the disk has to be written instead. `knows`: who writes has
 * seen this text. Rejects with `superseded` where it has not seen what is not saved, and so would lose it.
 */
export async function writeOpenFile(
  path: string,
  content: string,
  knows: (text: string) => boolean,
): Promise<boolean> {
  const open = await documentOf(path);
  if (!open) return false;
  const before = open.getText();
  const unsaved = open.isDirty;
  if (unsaved && !knows(before)) throw unread();
  // VS Code makes no change to a text that became another meanwhile.
  if (!(await replace(open, before, content))) {
    if (open.isDirty) throw unread();
    return false;
  }
  if (await open.save()) return true;
  // Also where the disk has something newer: it was to be written over.
  if (!unsaved) return false;
  await replace(open, open.getText(), before);
  throw new OffdeskError(
    'storage_failed',
    'The file is open in the editor with changes that could not be saved.',
    'Save or close it there, then try again.',
  );
}

function unread(): OffdeskError {
  return new OffdeskError(
    'superseded',
    'The file is open in the editor with text that is not saved and that this agent has not read.',
    'Nothing was changed. Read the file again, then write it.',
  );
}

async function replace(open: vscode.TextDocument, before: string, after: string): Promise<boolean> {
  const lineEnd = open.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const { start, end, text } = smallestEdit(before, after.replace(/\r\n|\r|\n/g, lineEnd));
  if (start === end && text === '') return true;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(open.uri, new vscode.Range(open.positionAt(start), open.positionAt(end)), text);
  return vscode.workspace.applyEdit(edit);
}

/** By what it really is on disk: `path` has its links followed. */
async function documentOf(path: string): Promise<vscode.TextDocument | undefined> {
  const files = vscode.workspace.textDocuments.filter(
    ({ uri, isClosed }) => uri.scheme === 'file' && !isClosed,
  );
  for (const file of files) {
    const real = await realpath(file.uri.fsPath).catch(() => file.uri.fsPath);
    if (real === path) return file;
  }
  return undefined;
}
