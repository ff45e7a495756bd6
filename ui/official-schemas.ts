// For tests and pictures only: the official OCPP schemas, from the package that the engine embeds them from.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const name = 'virtual:official-schemas';
const folders = { '1.6': 'v1_6', '2.0.1': 'v2_0_1', '2.1': 'v2_1' };

/** Where cargo unpacked the package. */
function packageFolder(): string {
  const metadata = execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] });
  const { packages } = JSON.parse(metadata) as { packages: { name: string; manifest_path: string }[] };
  const kit = packages.find((one) => one.name === 'ocpp-kit');
  if (!kit) throw new Error('ocpp-kit is not a dependency of the engine any more: say here where the official schemas are');
  return dirname(kit.manifest_path);
}

function read(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  // 2.x names its files BootNotificationRequest.json, 1.6 BootNotification.json.
  return Object.fromEntries(files.map((file) => [file.replace(/(Request)?\.json$/, ''), readFileSync(join(folder, file), 'utf8')]));
}

/** Gives `virtual:official-schemas`; a build for people gets nothing of it. */
export function officialSchemas(mode: string): Plugin {
  return {
    name: 'official-schemas',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return;
      if (mode === 'production') return 'export default {};';
      const root = join(packageFolder(), 'schemas');
      const all = Object.entries(folders).map(([version, folder]) => [version, read(join(root, folder))]);
      return `export default ${JSON.stringify(Object.fromEntries(all))};`;
    },
  };
}
