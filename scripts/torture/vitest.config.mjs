import { fileURLToPath } from 'node:url';

export default {
  test: { setupFiles: [fileURLToPath(new URL('client-through-proxy.mjs', import.meta.url))] },
};
