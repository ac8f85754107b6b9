/** The chunk's door: what the page loads once somebody wants to see a terminal. */
export { LiveTerminal } from './live-terminal.tsx';
export { TerminalPage } from './terminal-page.tsx';
