/** The icons in use, from the codicon set; each is decoration beside a name that assistive tools read. */
import add from '@vscode/codicons/src/icons/add.svg';
import arrowUp from '@vscode/codicons/src/icons/arrow-up.svg';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import attach from '@vscode/codicons/src/icons/attach.svg';
import check from '@vscode/codicons/src/icons/check.svg';
import checkAll from '@vscode/codicons/src/icons/check-all.svg';
import circleSlash from '@vscode/codicons/src/icons/circle-slash.svg';
import play from '@vscode/codicons/src/icons/play.svg';
import folder from '@vscode/codicons/src/icons/folder.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronLeft from '@vscode/codicons/src/icons/chevron-left.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import copy from '@vscode/codicons/src/icons/copy.svg';
import deviceMobile from '@vscode/codicons/src/icons/device-mobile.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import file from '@vscode/codicons/src/icons/file.svg';
import globe from '@vscode/codicons/src/icons/globe.svg';
import info from '@vscode/codicons/src/icons/info.svg';
import lightbulb from '@vscode/codicons/src/icons/lightbulb.svg';
import loading from '@vscode/codicons/src/icons/loading.svg';
import pencil from '@vscode/codicons/src/icons/edit.svg';
import search from '@vscode/codicons/src/icons/search.svg';
import shield from '@vscode/codicons/src/icons/shield.svg';
import stop from '@vscode/codicons/src/icons/debug-stop.svg';
import terminal from '@vscode/codicons/src/icons/terminal.svg';
import tools from '@vscode/codicons/src/icons/tools.svg';
import trash from '@vscode/codicons/src/icons/trash.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import branch from '@vscode/codicons/src/icons/git-branch.svg';
import list from '@vscode/codicons/src/icons/list-unordered.svg';
import more from '@vscode/codicons/src/icons/kebab-vertical.svg';
import worktree from '@vscode/codicons/src/icons/worktree.svg';

const icons = {
  add,
  arrowUp,
  arrowDown,
  attach,
  check,
  checkAll,
  circleSlash,
  play,
  folder,
  chevronDown,
  chevronLeft,
  chevronRight,
  close,
  copy,
  deviceMobile,
  error,
  file,
  globe,
  info,
  lightbulb,
  loading,
  pencil,
  search,
  shield,
  stop,
  terminal,
  tools,
  trash,
  warning,
  branch,
  list,
  more,
  worktree,
};
export type IconName = keyof typeof icons;

export function Icon({ name, spin = false }: { name: IconName; spin?: boolean }) {
  return (
    <span
      class={spin ? 'i spin' : 'i'}
      aria-hidden="true"
      // The text comes from the bundle, never from outside.
      dangerouslySetInnerHTML={{ __html: icons[name] }}
    />
  );
}
