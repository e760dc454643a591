/**
 * Started by `node --import`: writes the URL of each module that is loaded to the file that `LOADED` names, a
 * line each.
 */
import { register } from 'node:module';

const hooks = `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, nextLoad) {
    appendFileSync(process.env.LOADED, url + '\\n');
    return nextLoad(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
