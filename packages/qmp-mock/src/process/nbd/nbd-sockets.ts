import type { QDict } from '../../engine/json/value.ts';
import type { NbdHost, NbdListening, NbdStream } from '../../machine/block/nbd/nbd-host.ts';
import { listenError } from '../chardev/socket-errors.ts';
import { placeFromQapi } from '../command-line/chardev-options.ts';
import type { SocketHost } from '../host.ts';

/** Sockets of NBD servers, made by a host. */
export class NbdSockets implements NbdHost {
  readonly #host: Pick<SocketHost, 'listen'>;

  constructor(host: Pick<SocketHost, 'listen'>) {
    this.#host = host;
  }

  async listen(address: QDict, onClient: (stream: NbdStream) => void): Promise<NbdListening> {
    const place = placeFromQapi(address.get('type') as string, address.get('data') as QDict);
    try {
      return await this.#host.listen({ id: 'nbd', place }, onClient);
    } catch (error) {
      throw listenError(place, error);
    }
  }
}
