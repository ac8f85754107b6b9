/** What a conversation seldom shows, in one chunk: a first visit does not wait for it. */
export { ControlsPanel } from './controls-panel.tsx';
export { ElicitationForm } from './elicitation-form.tsx';
export { SearchBar, SearchResults } from './search-view.tsx';
