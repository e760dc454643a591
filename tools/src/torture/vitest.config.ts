import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** For suites that make their own clients. */
export default defineConfig({
  test: { setupFiles: [fileURLToPath(new URL('client-through-proxy.js', import.meta.url))] },
});
