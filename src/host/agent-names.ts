/** The names by which agents are chosen in settings and on the command line. */
export { agentNames, demoAgentId } from '../agent/catalog.ts';
