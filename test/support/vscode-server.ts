/** The real VS Code server of the test bed, with data, home and extensions of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { vscodeNode, vscodeServerMain } from './paths.ts';
import { freePort } from './ports.ts';
import { run, start, type TestProcess } from './processes.ts';
import { sharedNetwork, type QuietNetwork } from './quiet-network.ts';
import { removeFolder, tempFolder } from './temp-folder.ts';
import { eventually } from './wait.ts';

export interface VscodeServerOptions {
  /** Extensions to install first. */
  vsix?: string | string[];
  /** User settings; `baseSettings` are added. */
  settings?: Record<string, unknown>;
  /** For the server and all that it starts: extension host, agents. */
  env?: Record<string, string | undefined>;
  /** For Node itself, of the server and of its extension hosts, which do not get NODE_OPTIONS. */
  nodeArgs?: string[];
  /** HOME of the server, below which `.offdesk` will be; one of its own by default. */
  home?: string;
  /** Ask for trust in folders, as VS Code does by default; off by default here. */
  workspaceTrust?: boolean;
  /**
   * Needed to run a suite inside the extension host. Off by default: with it VS Code shows no notification toasts,
   * which users see.
   */
  testDriver?: boolean;
  /** Data folder of an earlier server, to go on with its state; a new one, removed at the end, by default. */
  dataFolder?: string;
  /** In a network of its own, where agents run beside it. */
  network?: QuietNetwork;
  /** 0 or none: a free one. */
  port?: number;
}

export interface VscodeServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly home: string;
  readonly dataFolder: string;
  readonly process: TestProcess;
  /** The address of a workbench on a folder or a `.code-workspace` file; on nothing where it is empty. */
  workbenchUrl(folder: string, payload?: readonly [string, string][]): string;
  /** The user settings. */
  readonly settingsPath: string;
  /** The text of user settings that hold these and what tests need besides. */
  settingsText(settings: Record<string, unknown>): string;
  /** Writes the user settings, for windows that open later; see Workbench.changeSettings for open ones. */
  writeSettings(settings: Record<string, unknown>): void;
  /** Ends it by SIGTERM and checks that it and all that it started are gone. */
  stop(): Promise<void>;
}

/** What would only disturb: greetings, news, suggestions, built-in chat. */
const baseSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  // Else a toast announces each port on which a program here begins to listen.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'once',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.editor.useModal': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** The variables of the tests' own environment that a server gets; the rest could change what is tested. */
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'NODE_V8_COVERAGE'];

export async function startVscodeServer(options: VscodeServerOptions = {}): Promise<VscodeServer> {
  const ownData = options.dataFolder === undefined;
  const dataFolder = options.dataFolder ?? tempFolder('od-code');
  const home = options.home ?? join(dataFolder, 'home');
  const tmp = join(dataFolder, 'tmp');
  const extensions = join(dataFolder, 'extensions');
  for (const folder of [home, tmp, extensions]) mkdirSync(folder, { recursive: true });
  const settingsPath = join(dataFolder, 'data', 'User', 'settings.json');
  const settingsText = (settings: Record<string, unknown>): string =>
    JSON.stringify({ ...baseSettings, ...settings }, undefined, 2);
  const writeSettings = (settings: Record<string, unknown>): void => {
    mkdirSync(dirname(settingsPath), { recursive: true });
    writeFileSync(settingsPath, settingsText(settings));
  };
  if (ownData || options.settings) writeSettings(options.settings ?? {});

  const folders = [
    ...['--server-data-dir', dataFolder, '--user-data-dir', join(dataFolder, 'data')],
    ...['--extensions-dir', extensions, '--accept-server-license-terms'],
  ];
  const baseEnv: NodeJS.ProcessEnv = {
    ...Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
    HOME: home,
    TMPDIR: tmp,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
  };
  const launch = { baseEnv, env: options.env ?? {}, cwd: dataFolder };
  for (const vsix of [options.vsix ?? []].flat())
    await run(vscodeNode, [vscodeServerMain, ...folders, '--install-extension', vsix, '--force'], {
      ...launch,
      name: `installation of ${vsix}`,
    });

  const port = options.port || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const server = start(
    ...(options.network ?? sharedNetwork).command(
      vscodeNode,
      ...(options.nodeArgs ?? []),
      ...[vscodeServerMain, ...folders, '--host', '127.0.0.1', '--port', String(port)],
      ...['--without-connection-token', '--disable-telemetry', '--telemetry-level', 'off'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
    ),
    { ...launch, name: 'VS Code server', lifetimeMs: 60 * 60_000 },
  );
  try {
    await eventually(
      async () => {
        if (server.exit) throw new Error(`VS Code server ended\n${server.output}`);
        // From another network its port is out of reach.
        if (options.network) return server.stdout.text.includes('Extension host agent listening on');
        return (await fetch(`${url}/version`)).ok;
      },
      { what: 'VS Code server to answer', timeoutMs: 60_000 },
    );
  } catch (error) {
    server.kill();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    url,
    port,
    pid: server.pid,
    home,
    dataFolder,
    process: server,
    settingsPath,
    settingsText,
    writeSettings,
    workbenchUrl: (folder, payload) => {
      const kind = folder === '' ? 'ew' : folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
      const query = new URLSearchParams({ [kind]: folder || 'true' });
      if (payload) query.set('payload', JSON.stringify(payload));
      return `${url}/?${query}`;
    },
    stop: () =>
      (stopped ??= (async () => {
        await server.stop();
        if (ownData) removeFolder(dataFolder);
      })()),
  };
}
