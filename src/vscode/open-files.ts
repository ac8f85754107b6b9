/** Text files as they are in the window's editors: what is not saved counts, and what is written shows there. */
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import { OffdeskError } from '../base/error.ts';

/** Undefined where the file is not open, or as it is on disk. */
export async function readOpenFile(path: string): Promise<string | undefined> {
  const open = await documentOf(path);
  return open?.isDirty ? open.getText() : undefined;
}

/** One step of undo in the editor, and saved; false where the file is not open. */
export async function writeOpenFile(path: string, content: string): Promise<boolean> {
  const open = await documentOf(path);
  if (!open) return false;
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(
    new vscode.Position(0, 0),
    open.lineAt(open.lineCount - 1).rangeIncludingLineBreak.end,
  );
  edit.replace(open.uri, all, content);
  const written = (await vscode.workspace.applyEdit(edit)) && (await open.save());
  if (written) return true;
  throw new OffdeskError(
    'storage_failed',
    'The file is open in the editor and could not be changed there.',
    'Save or close it, then try again.',
  );
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
