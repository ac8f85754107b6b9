/** The table agent × scenario that the conformance suite prints. */

export type Cell =
  | { result: 'pass' }
  | { result: 'fails'; reason: string }
  /** `shown`: the capability, or its absence, by which the agent says so. */
  | { result: 'not offered'; shown: string };

/** Thrown by a scenario that the agent has no part in. */
export class NotOffered extends Error {
  constructor(shown: string) {
    super(shown);
    this.name = 'NotOffered';
  }
}

export class Table {
  readonly #agents: readonly string[];
  readonly #scenarios: readonly string[];
  readonly #cells = new Map<string, Cell>();

  constructor(agents: readonly string[], scenarios: readonly string[]) {
    this.#agents = agents;
    this.#scenarios = scenarios;
  }

  set(agent: string, scenario: string, cell: Cell): void {
    this.#cells.set(`${agent} ${scenario}`, cell);
  }

  /** Runs a scenario and writes down what came of it. Rejects where it fails. */
  async run(agent: string, scenario: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.set(agent, scenario, { result: 'pass' });
    } catch (error) {
      if (error instanceof NotOffered)
        return this.set(agent, scenario, { result: 'not offered', shown: error.message });
      const reason = error instanceof Error ? error.message : String(error);
      this.set(agent, scenario, { result: 'fails', reason: reason.split('\n')[0]! });
      throw error;
    }
  }

  get(agent: string, scenario: string): Cell | undefined {
    return this.#cells.get(`${agent} ${scenario}`);
  }

  /** Rows are scenarios; what is behind a cell that is no pass follows below. */
  print(): string {
    const width = Math.max(...this.#scenarios.map((scenario) => scenario.length)) + 2;
    const column = 13;
    const lines = [''.padEnd(width) + this.#agents.map((agent) => agent.padEnd(column)).join('')];
    const notes: string[] = [];
    for (const scenario of this.#scenarios) {
      const cells = this.#agents.map((agent) => {
        const cell = this.get(agent, scenario);
        if (cell?.result === 'fails') notes.push(`fails        ${agent}, ${scenario}: ${cell.reason}`);
        if (cell?.result === 'not offered') notes.push(`not offered  ${agent}, ${scenario}: ${cell.shown}`);
        return (cell?.result ?? 'not run').padEnd(column);
      });
      lines.push(scenario.padEnd(width) + cells.join(''));
    }
    return [...lines.map((line) => line.trimEnd()), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
  }
}
