import { execFile } from 'node:child_process';

/** An environment in which Python finds its own packages and never those of a folder it was not told of. */
export function safeEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, PYTHONSAFEPATH: '1', PYTHONUTF8: '1' };
  delete environment.PYTHONPATH;
  delete environment.PYTHONSTARTUP;
  return environment;
}

export interface Outcome {
  ok: boolean;
  out: string;
}

/** Run a program without a shell in `cwd`, a folder of ours; never throws. */
export function run(command: string, args: string[], cwd: string, seconds: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: safeEnvironment(), timeout: seconds * 1000, windowsHide: true };
    execFile(command, args, options, (error, stdout, stderr) => {
      const out = `${stdout}${stderr}`.trim();
      resolve({ ok: !error, out: error && !out ? error.message : out });
    });
  });
}
