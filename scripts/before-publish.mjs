// Refuses to publish a package whose manifest isn't ready for the public: run by npm before it publishes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8'));
const faults = [];
for (const [member, value] of Object.entries({
  homepage: manifest.homepage,
  repository: manifest.repository?.url,
  bugs: manifest.bugs?.url,
})) {
  if (value === undefined) faults.push(`"${member}" is missing`);
  else if (value.includes('/OWNER/')) faults.push(`"${member}" still has the placeholder OWNER: ${value}`);
}
for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
  for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
    if (range.startsWith('workspace:'))
      faults.push(`"${kind}" names ${name} as ${range}, which npm can't read`);
  }
}
if (faults.length > 0) {
  console.error(`${manifest.name} can't be published:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  process.exitCode = 1;
}
