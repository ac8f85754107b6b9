/** The styles of the terminal's views, which come with their chunk. */
import xterm from '@xterm/xterm/css/xterm.css' with { type: 'text' };
import own from './terminal-view.css' with { type: 'text' };
import { adoptSheet } from './styled-document.ts';

adoptSheet(xterm);
adoptSheet(own);
